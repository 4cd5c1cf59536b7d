import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { unchanged } from '../../server/src/store/change.ts'
import type { RememberedPhone } from '../../server/src/store/remembered-phone.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { passkey } from './passkey-promises.ts'
import { account, accountEvent, addAccount, adding, freshId, logOf, scan, start } from './rows.ts'

const day = 86_400_000

function phone(hash: string, change: Partial<RememberedPhone> = {}): RememberedPhone {
  return {
    ...{ hash, account: 'hong', epoch: 0, kind: 'iphone', amr: ['pwd'] },
    ...{ provenAt: start, createdAt: start, usedAt: start, forgottenAt: null },
    ...change,
  }
}

const remembered = accountEvent('hong', 'phone.remembered')
const add = ({ rememberedPhones }: Store, row: RememberedPhone) =>
  rememberedPhones.update(row.hash, adding(row, remembered))

/** What the store promises about phones that are remembered. */
export function rememberedPhonePromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check(
    'a remembered phone is found by its hash, on every node, with its log',
    async (one, other) => {
      const row = phone('a', { kind: 'android', amr: ['hwk', 'user'], epoch: 3 })
      await add(one, row)
      assert.deepEqual(await other.rememberedPhones.byHash('a'), row)
      assert.equal(await other.rememberedPhones.byHash('A'), null)
      assert.deepEqual(
        (await logOf(one, 'hong')).map(({ event }) => event),
        ['phone.remembered'],
      )
    },
  )

  check('a phone is good as long as nothing stands against it', async one => {
    await addAccount(one, account('hong', { epoch: 3 }))
    await addAccount(one, account('off', { disabledAt: start }))
    const good = phone('good', { epoch: 3 })
    const others = [
      phone('older', { epoch: 2 }),
      phone('forgotten', { epoch: 3, forgottenAt: start }),
      phone('unused', { epoch: 3, usedAt: start - 1 }),
      phone('restored', { epoch: 3, createdAt: start - 1 }),
      phone('of one who is off', { account: 'off' }),
      phone('of nobody', { account: 'nobody' }),
    ]
    for (const row of [good, ...others]) await add(one, row)
    const after = { used: start - 1, created: start - 1 }
    assert.deepEqual(await one.rememberedPhones.good('good', after), good)
    for (const { hash } of [...others, { hash: 'none' }]) {
      assert.equal(await one.rememberedPhones.good(hash, after), null, hash)
    }
  })

  check("an account's phones come last used first, those that were forgotten too", async one => {
    for (const [hash, usedAt] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const) {
      await add(one, phone(hash, { usedAt: start + usedAt }))
    }
    await add(one, phone('theirs', { account: 'kim' }))
    await one.rememberedPhones.update('c', old => {
      assert.ok(old)
      return { next: { ...old, forgottenAt: start }, events: [remembered] }
    })
    const found = await one.rememberedPhones.of('hong')
    assert.deepEqual(
      found.map(({ hash }) => hash),
      ['b', 'c', 'a'],
    )
  })

  check('a phone is remembered with its sign-in, or neither happens', async (one, other) => {
    const id = freshId()
    const also = { rememberedPhones: new Map([['a', adding(phone('a'), remembered)]]) }
    await one.signIns.update(id, () => ({ ...scan(id)(), also }))
    assert.ok(await other.rememberedPhones.byHash('a'))

    const late = freshId()
    const refuse = () => {
      throw new Refusal('phone_forgotten')
    }
    const refused = { rememberedPhones: new Map([['a', refuse]]) }
    await assert.rejects(
      one.signIns.update(late, () => ({ ...scan(late)(), also: refused })),
      { code: 'phone_forgotten' },
    )
    assert.equal(await other.signIns.read(late), null)
  })

  check('of 20 who forget one phone at once, one tells of it', async (one, other) => {
    await add(one, phone('a'))
    const forget = (store: Store) =>
      store.rememberedPhones.update('a', old => {
        assert.ok(old)
        if (old.forgottenAt !== null) return unchanged(old)
        const events = [accountEvent('hong', 'phone.forgotten')]
        return { next: { ...old, forgottenAt: start }, events }
      })
    await Promise.all(Array.from({ length: 20 }, (_, n) => forget(n % 2 ? one : other)))
    const told = (await logOf(one, 'hong')).filter(({ event }) => event === 'phone.forgotten')
    assert.equal(told.length, 1)
  })

  check('purge removes what was last used or forgotten before, and no other', async one => {
    await add(one, phone('old', { usedAt: start - 1 }))
    await add(one, phone('new'))
    await add(one, phone('forgotten', { forgottenAt: start + 4 }))
    await add(one, phone('just forgotten', { forgottenAt: start + 5 }))
    assert.equal(await one.rememberedPhones.purge({ used: start, forgotten: start + 5 }, 10), 2)
    for (const hash of ['old', 'forgotten']) {
      assert.equal(await one.rememberedPhones.byHash(hash), null, hash)
    }
    for (const hash of ['new', 'just forgotten']) {
      assert.ok(await one.rememberedPhones.byHash(hash), hash)
    }
  })

  check('with an account go its remembered phones and its passkeys', async (one, other) => {
    await addAccount(one, account('hong'))
    await add(one, phone('a'))
    await add(one, phone('theirs', { account: 'kim' }))
    const key = passkey('key')
    await one.passkeys.update('key', adding(key, accountEvent('hong', 'passkey.added')))
    await one.accounts.update('hong', old => {
      assert.ok(old)
      const next = { ...old, removedAt: start + day, disabledAt: start + day }
      return { next, events: [accountEvent('hong', 'account.removed')] }
    })
    assert.equal(await other.rememberedPhones.byHash('a'), null)
    assert.ok(await other.rememberedPhones.byHash('theirs'))
    assert.equal(await other.passkeys.byId('key'), null)
  })
}
