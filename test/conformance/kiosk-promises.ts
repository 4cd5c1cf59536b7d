import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { policyToText } from '../../server/src/protocol/policy.ts'
import type { PolicyDocument } from '../../server/src/protocol/policy-document.ts'
import { type Decide, unchanged } from '../../server/src/store/change.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { kiosk, kioskEvent, start } from './rows.ts'

const used = new Refusal('link_used')

/** Uses an enrolment link, where the kiosk still has it. */
const useLink =
  (linkHash: string, credentialHash: string): Decide<Kiosk> =>
  old => {
    if (old?.linkHash !== linkHash) throw used
    const next = { ...old, credentialHash, linkHash: null, linkExpiresAt: null }
    return { next, events: [kioskEvent(old.number, 'kiosk.enrolled')] }
  }

const revoke =
  (revokedAt: number): Decide<Kiosk> =>
  old => {
    if (!old) throw new Refusal('kiosk_not_enrolled')
    if (old.revokedAt !== null) return unchanged(old)
    const next = { ...old, revokedAt, linkHash: null }
    return { next, events: [kioskEvent(old.number, 'kiosk.revoked')] }
  }

/** What the store promises about kiosks. */
export function kioskPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check(
    "a kiosk is found by its number and its credential's hash, as added",
    async ({ kiosks }) => {
      for (const index of [0, 1]) {
        const credentialHash = `hash ${index}`
        const revokedAt = index === 0 ? null : start
        const make = kiosk({ credentialHash, revokedAt, claimable: index === 0 })
        const added = await kiosks.add(make)
        assert.deepEqual(added, make(added.number).next)
        assert.deepEqual(await kiosks.byNumber(added.number), added)
        assert.deepEqual(await kiosks.byCredentialHash(credentialHash), added)
      }
    },
  )

  check('S072: an unknown number and an unknown hash find no kiosk', async ({ kiosks }) => {
    const { number } = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    for (const other of [0, 1, number + 1, 2 ** 32 - 1]) {
      assert.equal(await kiosks.byNumber(other), null)
    }
    for (const other of ['', 'A HASH', '%', 'a hash ']) {
      assert.equal(await kiosks.byCredentialHash(other), null)
    }
  })

  check('numbers rise one by one, above those of the built-in kiosks', async ({ kiosks }) => {
    const numbers: number[] = []
    for (let count = 0; count < 4; count += 1) numbers.push((await kiosks.add(kiosk())).number)
    assert.deepEqual(numbers, [100, 101, 102, 103])
  })

  check(
    '30 kiosks that two nodes add at once get 30 numbers, without a gap',
    async (one, other) => {
      const added = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          (index % 2 ? one : other).kiosks.add(kiosk({ name: { ko: '', en: `Kiosk ${index}` } })),
        ),
      )
      const numbers = added.map(({ number }) => number).toSorted((a, b) => a - b)
      assert.deepEqual(
        numbers,
        Array.from({ length: 30 }, (_, index) => 100 + index),
      )
      for (const row of added) assert.deepEqual(await one.kiosks.byNumber(row.number), row)
    },
  )

  check('a number whose kiosk could not be added goes to the next one', async ({ kiosks }) => {
    const asked: number[] = []
    const refuse = (number: number) => {
      asked.push(number)
      throw used
    }
    await assert.rejects(kiosks.add(refuse), used)
    assert.equal((await kiosks.add(kiosk())).number, 100)
    assert.deepEqual(asked, [100])
  })

  check('two kiosks never share a credential, and many have none', async ({ kiosks }) => {
    const first = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    const other = { ko: '2층 접수', en: 'Reception, first floor' }
    await assert.rejects(kiosks.add(kiosk({ credentialHash: 'a hash', name: other })))
    // The very same again can only be one whose first answer was lost.
    assert.deepEqual(await kiosks.add(kiosk({ credentialHash: 'a hash' })), first)
    assert.deepEqual(await kiosks.byCredentialHash('a hash'), first)
    const next = await kiosks.add(kiosk())
    assert.equal(next.number, first.number + 1)
    await kiosks.add(kiosk())
  })

  check('an enrolment link is found until it is used, and then never again', async ({ kiosks }) => {
    const invited = await kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    const { number } = invited
    assert.deepEqual(await kiosks.byLinkHash('a link'), invited)
    for (const other of ['', 'A LINK', '%', 'a link ']) {
      assert.equal(await kiosks.byLinkHash(other), null)
      await assert.rejects(kiosks.update(number, useLink(other, 'a hash')), used)
    }
    await kiosks.update(number, useLink('a link', 'a hash'))
    assert.equal(await kiosks.byLinkHash('a link'), null)
    assert.deepEqual(await kiosks.byCredentialHash('a hash'), {
      ...invited,
      credentialHash: 'a hash',
      linkHash: null,
      linkExpiresAt: null,
    })
    await assert.rejects(kiosks.update(number, useLink('a link', 'another hash')), used)
    assert.equal((await kiosks.byNumber(number))?.credentialHash, 'a hash')
  })

  check('S018: of 20 calls that use one link, exactly one does', async (one, other) => {
    const { number } = await one.kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    const uses = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? one : other).kiosks.update(number, useLink('a link', `hash ${n}`)),
      ),
    )
    const done = uses.map(({ status }) => status === 'fulfilled')
    assert.equal(done.filter(Boolean).length, 1)
    for (const use of uses) if (use.status === 'rejected') assert.equal(use.reason, used)
    const { credentialHash } = (await one.kiosks.byNumber(number)) ?? {}
    assert.equal(credentialHash, `hash ${done.indexOf(true)}`)
  })

  check('a revoked kiosk stays revoked, and its link is gone', async ({ kiosks }) => {
    const { number } = await kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    const other = await kiosks.add(kiosk())
    await kiosks.update(number, revoke(start))
    await kiosks.update(number, revoke(start + 5))
    assert.equal((await kiosks.byNumber(number))?.revokedAt, start)
    assert.equal(await kiosks.byLinkHash('a link'), null)
    await assert.rejects(kiosks.update(number, useLink('a link', 'a hash')), used)
    await assert.rejects(kiosks.update(4_000, revoke(start)), new Refusal('kiosk_not_enrolled'))
    assert.deepEqual(await kiosks.byNumber(other.number), other)
  })

  check(
    'revoked names every kiosk that was revoked, whenever that was, and no other',
    async ({ kiosks }) => {
      assert.deepEqual(await kiosks.revoked(), [])
      const numbers: number[] = []
      for (const at of [start, 0, Number.MAX_SAFE_INTEGER]) {
        const { number } = await kiosks.add(kiosk())
        await kiosks.update(number, revoke(at))
        numbers.push(number)
      }
      await kiosks.add(kiosk())
      assert.deepEqual((await kiosks.revoked()).toSorted(), numbers)
    },
  )

  check(
    "a client's kiosks are those that name it and are not revoked, by number",
    async ({ kiosks }) => {
      const first = await kiosks.add(kiosk({ client: 'clinic' }))
      await kiosks.add(kiosk({ client: 'clinic', revokedAt: start }))
      await kiosks.add(kiosk({ client: 'clinic-2' }))
      await kiosks.add(kiosk())
      const last = await kiosks.add(kiosk({ client: 'clinic' }))
      assert.deepEqual(await kiosks.ofClient('clinic'), [first, last])
      for (const other of ['', 'CLINIC', '%', 'nobody']) {
        assert.deepEqual(await kiosks.ofClient(other), [])
      }
    },
  )

  check(
    'the version of each policy is told by its kiosk, whatever the length of the policy',
    async (one, other) => {
      assert.deepEqual(await one.kiosks.policyVersions(), new Map())
      const [short, long, none] = [
        await one.kiosks.add(kiosk()),
        await one.kiosks.add(kiosk()),
        await one.kiosks.add(kiosk()),
      ]
      const set = (number: number, version: number, text: string) =>
        one.kiosks.update(number, old => {
          if (!old) throw new Refusal('kiosk_not_enrolled')
          const document = { reader: 1, text } as unknown as PolicyDocument
          const next = { ...old, policy: policyToText(version, document) }
          return { next, events: [kioskEvent(number, 'kiosk.changed')] }
        })
      await set(short.number, 1, '')
      await set(long.number, 999_999_999_999, '\u{1f600}"\\'.repeat(1_000))
      const versions = await other.kiosks.policyVersions()
      assert.deepEqual(
        [...versions].toSorted(([a], [b]) => a - b),
        [
          [short.number, 1],
          [long.number, 999_999_999_999],
        ],
      )
      assert.equal(versions.has(none.number), false)
      await set(short.number, 2, 'x')
      assert.equal((await other.kiosks.policyVersions()).get(short.number), 2)
    },
  )

  check('all kiosks are listed by number', async ({ kiosks }) => {
    assert.deepEqual(await kiosks.all(), [])
    const added = [await kiosks.add(kiosk()), await kiosks.add(kiosk({ revokedAt: start }))]
    assert.deepEqual(await kiosks.all(), added)
  })

  check('N54: a removed kiosk is listed no more, and its number is its own', async (one, other) => {
    const stays = await one.kiosks.add(kiosk())
    const { number } = await one.kiosks.add(kiosk({ credentialHash: 'a hash', revokedAt: start }))
    const remove: Decide<Kiosk> = old => {
      if (!old) throw used
      const next = { ...old, removedAt: start + 1 }
      return { next, events: [kioskEvent(number, 'kiosk.removed')] }
    }
    const { next } = await one.kiosks.update(number, remove)
    assert.deepEqual(await other.kiosks.all(), [stays])
    assert.deepEqual(await other.kiosks.byNumber(number), next)
    assert.deepEqual(await other.kiosks.revoked(), [number])
    assert.equal((await other.kiosks.add(kiosk())).number, number + 1)
  })
}
