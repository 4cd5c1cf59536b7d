import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { unchanged } from '../../server/src/store/change.ts'
import type { Session } from '../../server/src/store/session.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { passkey } from './passkey-promises.ts'
import {
  account,
  accountEvent,
  addAccount,
  addHandOff,
  adding,
  freshId,
  handOff,
  logOf,
  scan,
  start,
} from './rows.ts'

const begun = accountEvent('hong', 'session.begun')

function session(hash: string, change: Partial<Session> = {}): Session {
  const times = { createdAt: start, usedAt: start, endedAt: null }
  return { hash, account: 'hong', epoch: 0, ...times, ...change }
}

const add = ({ sessions }: Store, row: Session) => sessions.update(row.hash, adding(row, begun))

/** What the store promises about the sessions of people who look after their own account. */
export function sessionPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a session is found by its hash, on every node, with its log', async (one, other) => {
    const row = session('a', { epoch: 3 })
    await add(one, row)
    assert.deepEqual(await other.sessions.byHash('a'), row)
    assert.equal(await other.sessions.byHash('A'), null)
    assert.deepEqual(
      (await logOf(one, 'hong')).map(({ event }) => event),
      ['session.begun'],
    )
  })

  check("an account's sessions come newest first, and nobody else's", async one => {
    await add(one, session('a'))
    await add(one, session('b', { createdAt: start + 1, endedAt: start + 2 }))
    await add(one, session('theirs', { account: 'kim' }))
    const found = await one.sessions.of('hong')
    assert.deepEqual(
      found.map(({ hash }) => hash),
      ['b', 'a'],
    )
  })

  check(
    'a session is begun with the use of its passkey, or neither happens',
    async (one, other) => {
      const key = passkey('key')
      await one.passkeys.update('key', adding(key, accountEvent('hong', 'passkey.added')))
      const used = new Map([
        ['key', () => ({ next: { ...key, usedAt: start }, events: [], quiet: true })],
      ])
      await one.sessions.update('a', () => ({
        next: session('a'),
        events: [begun],
        also: { passkeys: used },
      }))
      assert.equal((await other.passkeys.byId('key'))?.usedAt, start)

      const refuse = () => {
        throw new Refusal('passkey_wrong')
      }
      const refused = { passkeys: new Map([['key', refuse]]) }
      await assert.rejects(
        one.sessions.update('b', () => ({ next: session('b'), events: [begun], also: refused })),
        { code: 'passkey_wrong' },
      )
      assert.equal(await other.sessions.byHash('b'), null)
    },
  )

  check('of 20 who end one session at once, one tells of it', async (one, other) => {
    await add(one, session('a'))
    const end = ({ sessions }: Store) =>
      sessions.update('a', old => {
        assert.ok(old)
        if (old.endedAt !== null) return unchanged(old)
        const events = [accountEvent('hong', 'session.ended')]
        return { next: { ...old, endedAt: start }, events }
      })
    await Promise.all(Array.from({ length: 20 }, (_, n) => end(n % 2 ? one : other)))
    const told = (await logOf(one, 'hong')).filter(({ event }) => event === 'session.ended')
    assert.equal(told.length, 1)
  })

  check('purge removes the sessions that were begun before, and no other', async one => {
    await add(one, session('old', { createdAt: start - 1 }))
    await add(one, session('new'))
    assert.equal(await one.sessions.purge(start, 10), 1)
    assert.equal(await one.sessions.byHash('old'), null)
    assert.ok(await one.sessions.byHash('new'))
  })

  check(
    'accounts that are due to be erased come in the order in which they are',
    async (one, other) => {
      for (const [key, deleteAt] of [
        ['late', start + 2],
        ['hong', start + 1],
        ['never', null],
      ] as const) {
        await addAccount(one, account(key, { deleteAt }))
      }
      assert.deepEqual(await other.accounts.toErase(start, 10), [])
      assert.deepEqual(await other.accounts.toErase(start + 1, 10), ['hong'])
      assert.deepEqual(await other.accounts.toErase(start + 2, 10), ['hong', 'late'])
      assert.deepEqual(await other.accounts.toErase(start + 2, 1), ['hong'])
    },
  )

  check(
    "an account's rows are found by their owner, whatever became of them",
    async (one, other) => {
      const ids = [freshId(), freshId(), freshId()]
      const [first = '', second = '', theirs = ''] = ids
      const over = { state: 'ended', deadline: null } as const
      await one.signIns.update(first, scan(first, { account: 'hong', ...over }))
      await one.signIns.update(second, scan(second, { account: 'hong' }))
      await one.signIns.update(theirs, scan(theirs, { account: 'kim' }))
      const signIns = await other.signIns.of('hong')
      assert.deepEqual(
        signIns.map(({ id }) => id),
        [second, first],
      )
      await addHandOff(one, handOff(first, { account: 'hong', state: 'done', deadline: null }))
      await addHandOff(one, handOff(theirs, { account: 'kim' }))
      const handOffs = await other.handOffs.of('hong')
      assert.deepEqual(
        handOffs.map(({ id }) => id),
        [first],
      )
      const places = ['a', 'b'].map(place => ({ account: 'hong', place, seenAt: start }))
      await one.usualPlaces.remember(places, 8)
      assert.deepEqual(await other.usualPlaces.all('hong'), places)
      assert.deepEqual(await other.usualPlaces.all('kim'), [])
    },
  )

  check('with an account go its sessions', async (one, other) => {
    await addAccount(one, account('hong'))
    await add(one, session('a'))
    await add(one, session('theirs', { account: 'kim' }))
    await one.accounts.update('hong', old => {
      assert.ok(old)
      const next = { ...old, removedAt: start, disabledAt: start }
      return { next, events: [accountEvent('hong', 'account.removed')] }
    })
    assert.equal(await other.sessions.byHash('a'), null)
    assert.ok(await other.sessions.byHash('theirs'))
  })
}
