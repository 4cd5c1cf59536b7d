import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenStore } from './open-store.ts'
import { kiosk, start } from './rows.ts'

/** What the store promises about kiosks. */
export function kioskPromises(name: string, open: OpenStore): void {
  test(`${name}: a kiosk is found by its number and its credential's hash, as added`, async t => {
    const { kiosks } = await open(t)
    for (const [index, ticket] of (['compact', 'jwt'] as const).entries()) {
      const credentialHash = `hash ${index}`
      const revokedAt = index === 0 ? null : start
      const given = kiosk({ ticket, credentialHash, revokedAt, claimable: index === 0 })
      const added = await kiosks.add(given)
      assert.deepEqual(added, { ...given, number: added.number })
      assert.deepEqual(await kiosks.byNumber(added.number), added)
      assert.deepEqual(await kiosks.byCredentialHash(credentialHash), added)
    }
  })

  test(`${name}: S072: an unknown number and an unknown hash find no kiosk`, async t => {
    const { kiosks } = await open(t)
    const { number } = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    for (const other of [0, 1, number + 1, 2 ** 32 - 1]) {
      assert.equal(await kiosks.byNumber(other), null)
    }
    for (const other of ['', 'A HASH', '%', 'a hash ']) {
      assert.equal(await kiosks.byCredentialHash(other), null)
    }
  })

  test(`${name}: numbers rise one by one, above those of the built-in kiosks`, async t => {
    const { kiosks } = await open(t)
    const numbers: number[] = []
    for (let count = 0; count < 4; count += 1) numbers.push((await kiosks.add(kiosk())).number)
    assert.deepEqual(numbers, [100, 101, 102, 103])
  })

  test(`${name}: 30 kiosks added at once get 30 numbers`, async t => {
    const { kiosks } = await open(t)
    const added = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        kiosks.add(kiosk({ name: { ko: '', en: `Kiosk ${index}` } })),
      ),
    )
    assert.equal(new Set(added.map(({ number }) => number)).size, 30)
    for (const one of added) assert.deepEqual(await kiosks.byNumber(one.number), one)
  })

  test(`${name}: two kiosks never share a credential, and many have none`, async t => {
    const { kiosks } = await open(t)
    const first = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    await assert.rejects(kiosks.add(kiosk({ credentialHash: 'a hash' })))
    assert.deepEqual(await kiosks.byCredentialHash('a hash'), first)
    const next = await kiosks.add(kiosk())
    assert.equal(next.number, first.number + 1)
    await kiosks.add(kiosk())
  })

  test(`${name}: an enrolment link is found until it is used, and then never again`, async t => {
    const { kiosks } = await open(t)
    const invited = await kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    assert.deepEqual(await kiosks.byLinkHash('a link'), invited)
    for (const other of ['', 'A LINK', '%', 'a link ']) {
      assert.equal(await kiosks.byLinkHash(other), null)
      assert.equal(await kiosks.useLink(other, 'a hash'), false)
    }
    assert.equal(await kiosks.useLink('a link', 'a hash'), true)
    assert.equal(await kiosks.byLinkHash('a link'), null)
    assert.deepEqual(await kiosks.byCredentialHash('a hash'), {
      ...invited,
      credentialHash: 'a hash',
      linkHash: null,
      linkExpiresAt: null,
    })
    assert.equal(await kiosks.useLink('a link', 'another hash'), false)
  })

  test(`${name}: S018: of 20 calls that use one link, exactly one does`, async t => {
    const { kiosks } = await open(t)
    const { number } = await kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    const used = await Promise.all(
      Array.from({ length: 20 }, (_, n) => kiosks.useLink('a link', `hash ${n}`)),
    )
    assert.equal(used.filter(Boolean).length, 1)
    assert.equal((await kiosks.byNumber(number))?.credentialHash, `hash ${used.indexOf(true)}`)
  })

  test(`${name}: a revoked kiosk stays revoked, and its link is gone`, async t => {
    const { kiosks } = await open(t)
    const { number } = await kiosks.add(kiosk({ linkHash: 'a link', linkExpiresAt: start }))
    const other = await kiosks.add(kiosk())
    assert.equal(await kiosks.revoke(number, start), true)
    assert.equal(await kiosks.revoke(number, start + 5), false)
    assert.equal((await kiosks.byNumber(number))?.revokedAt, start)
    assert.equal(await kiosks.useLink('a link', 'a hash'), false)
    assert.equal(await kiosks.revoke(4_000, start), false)
    assert.equal((await kiosks.byNumber(other.number))?.revokedAt, null)
  })

  test(`${name}: revoked names every kiosk that was revoked, whenever that was, and no other`, async t => {
    const { kiosks } = await open(t)
    assert.deepEqual(await kiosks.revoked(), [])
    const numbers: number[] = []
    for (const at of [start, 0, Number.MAX_SAFE_INTEGER]) {
      const { number } = await kiosks.add(kiosk())
      await kiosks.revoke(number, at)
      numbers.push(number)
    }
    await kiosks.add(kiosk())
    assert.deepEqual((await kiosks.revoked()).toSorted(), numbers)
  })

  test(`${name}: all kiosks are listed by number`, async t => {
    const { kiosks } = await open(t)
    assert.deepEqual(await kiosks.all(), [])
    const added = [await kiosks.add(kiosk()), await kiosks.add(kiosk({ revokedAt: start }))]
    assert.deepEqual(await kiosks.all(), added)
  })
}
