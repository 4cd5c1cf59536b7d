import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Passkey } from '../../server/src/store/passkey.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { accountEvent, adding, freshId, scan, start } from './rows.ts'

export function passkey(id: string, change: Partial<Passkey> = {}): Passkey {
  return {
    ...{ id, account: 'hong', domain: 'gate.test', publicKey: 'Y29zZQ', signCount: 0 },
    ...{ transports: ['internal', 'hybrid'], synced: true, name: 'iPhone' },
    ...{ createdAt: start, usedAt: null, removedAt: null },
    ...change,
  }
}

const added = accountEvent('hong', 'passkey.added')
const add = ({ passkeys }: Store, row: Passkey) => passkeys.update(row.id, adding(row, added))

/** What the store promises about passkeys. */
export function passkeyPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a passkey is found by its id, on every node', async (one, other) => {
    const row = passkey('a', { transports: [], synced: false, signCount: 2 ** 32 - 1 })
    await add(one, row)
    assert.deepEqual(await other.passkeys.byId('a'), row)
    assert.equal(await other.passkeys.byId('A'), null)
  })

  check("an account's passkeys come in their order, those that were removed too", async one => {
    await add(one, passkey('b', { createdAt: start + 1 }))
    await add(one, passkey('a', { createdAt: start + 2 }))
    await add(one, passkey('gone', { createdAt: start + 3, removedAt: start + 4 }))
    await add(one, passkey('theirs', { account: 'kim' }))
    assert.deepEqual(
      (await one.passkeys.of('hong')).map(({ id }) => id),
      ['b', 'a', 'gone'],
    )
  })

  check('passkeys of other domains are counted, by domain', async (one, other) => {
    for (const [id, domain] of Object.entries({ a: 'old.test', b: 'older.test', c: 'old.test' })) {
      await add(one, passkey(id, { domain }))
    }
    await add(one, passkey('here'))
    await add(one, passkey('gone', { domain: 'old.test', removedAt: start }))
    const others = [
      { domain: 'old.test', count: 2 },
      { domain: 'older.test', count: 1 },
    ]
    assert.deepEqual(await other.passkeys.elsewhere('gate.test'), others)
    const all = [{ domain: 'gate.test', count: 1 }, ...others]
    assert.deepEqual(await other.passkeys.elsewhere(null), all)
  })

  check('purge deletes the passkeys that were removed before, and no other', async one => {
    await add(one, passkey('old', { removedAt: start - 1 }))
    await add(one, passkey('new', { removedAt: start }))
    await add(one, passkey('good', { createdAt: start - 2 }))
    assert.equal(await one.passkeys.purge(start, 10), 1)
    assert.equal(await one.passkeys.byId('old'), null)
    assert.ok(await one.passkeys.byId('new'))
    assert.ok(await one.passkeys.byId('good'))
  })

  check(
    'S113: of 20 sign-ins that count on at once, none counts what another has',
    async (one, other) => {
      await add(one, passkey('a'))
      const counted = (old: Passkey | null) => {
        assert.ok(old)
        return { next: { ...old, signCount: old.signCount + 1 }, events: [], quiet: true }
      }
      const also = { passkeys: new Map([['a', counted]]) }
      const ids = Array.from({ length: 20 }, freshId)
      await Promise.all(
        ids.map((id, n) =>
          (n % 2 ? one : other).signIns.update(id, () => ({ ...scan(id)(), also })),
        ),
      )
      assert.equal((await one.passkeys.byId('a'))?.signCount, 20)
    },
  )
}
