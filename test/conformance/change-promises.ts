import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignIn } from '../../server/src/protocol/sign-in-row.ts'
import type { Store } from '../../server/src/store/store.ts'
import { inBatches } from '../support/in-batches.ts'
import type { OpenPair } from './open-store.ts'
import {
  addHandOff,
  freshId,
  handOff,
  handOffEvent,
  logOf,
  scan,
  scanned,
  signInEvent,
  start,
} from './rows.ts'

const to = (change: Partial<SignIn>) => (old: SignIn | null) => {
  assert.ok(old)
  const events = [signInEvent(old.id, 'sign_in.cancelled')]
  return { next: { ...old, seq: old.seq + 1, ...change }, events }
}

/** What one node has changed is seen by the other without any hint. */
export function changePromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('what one node has written the other reads at once', async (one, other) => {
    const id = freshId()
    await one.signIns.update(id, scan(id))
    assert.deepEqual(await other.signIns.read(id), scanned(id))
    await other.signIns.update(id, to({ state: 'denied', deadline: null }))
    assert.equal((await one.signIns.read(id))?.state, 'denied')
    assert.equal((await logOf(one, id)).length, 2)
  })

  check(
    '100 updates of one sign-in by two nodes, 20 at once, happen one after the other',
    async (one, other) => {
      const id = freshId()
      await one.signIns.update(id, scan(id, { seq: 0 }))
      const updates = await inBatches(Array.from({ length: 100 }), 20, (_, n) =>
        (n % 2 ? one : other).signIns.update(id, to({})),
      )
      const seqs = updates.map(({ next }) => next.seq)
      assert.equal(new Set(seqs).size, 100)
      assert.equal((await one.signIns.read(id))?.seq, 100)
    },
  )

  check('S018: of phones that scan on two nodes at once exactly one wins', async (one, other) => {
    const taken = new Error('taken')
    for (let round = 0; round < 20; round += 1) {
      const id = freshId()
      const attempts = [one, other, one, other].map((node, phone) =>
        node.signIns.update(id, old => {
          if (old) throw taken
          return scan(id, { phoneHash: `phone ${phone}` })()
        }),
      )
      const results = await Promise.allSettled(attempts)
      const won = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
      const lost = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
      assert.deepEqual(lost, [taken, taken, taken])
      assert.deepEqual(await other.signIns.read(id), won[0]?.next)
    }
  })

  check('changes names what the other node has written, with its seq', async (one, other) => {
    await one.watched.changes(0)
    const id = freshId()
    await other.signIns.update(id, scan(id))
    const first = await one.watched.changes(0)
    assert.ok(first)
    assert.deepEqual(
      first.changed.map(({ id, seq }) => ({ id, seq })),
      [{ id, seq: 1 }],
    )
    await other.signIns.update(id, to({}))
    const second = await one.watched.changes(first.at)
    assert.equal(second?.changed.find(change => change.id === id)?.seq, 2)
    assert.ok(second && second.at >= first.at)
  })

  check('changes names hand-offs too, beside sign-ins', async (one, other) => {
    await one.watched.changes(0)
    const [signIn, id] = [freshId(), freshId()]
    await other.signIns.update(signIn, scan(signIn))
    await addHandOff(other, handOff(id, { signIn }))
    const first = await one.watched.changes(0)
    assert.ok(first)
    const seqs = ({ changed }: { changed: readonly { id: string; seq: number }[] }) =>
      new Map(changed.map(({ id, seq }) => [id, seq]))
    assert.deepEqual([seqs(first).get(signIn), seqs(first).get(id)], [1, 1])
    await other.handOffs.update(id, old => {
      assert.ok(old)
      return { next: { ...old, seq: 2 }, events: [handOffEvent(id, 'hand_off.accepted')] }
    })
    const second = await one.watched.changes(first.at)
    assert.ok(second && second.at >= first.at)
    assert.equal(seqs(second).get(id), 2)
    const asked = await one.watched.seqs([id, signIn, freshId()])
    assert.deepEqual(seqs({ changed: asked }), new Map(seqs(second)))
  })

  check('changes answers never go back in time, and may answer null', async one => {
    let since = 0
    for (let round = 0; round < 5; round += 1) {
      const id = freshId()
      await one.signIns.update(id, scan(id))
      const answer = await one.watched.changes(since)
      assert.ok(answer === null || answer.at >= since)
      since = answer?.at ?? since
    }
  })

  check('seqs names those of the ids that have a row, and no other', async one => {
    const [first, second, untouched, unasked] = [freshId(), freshId(), freshId(), freshId()]
    for (const id of [first, second, unasked]) await one.signIns.update(id, scan(id))
    await one.signIns.update(second, to({}))
    const seqs = await one.watched.seqs([first, second, untouched, "' OR 1=1--"])
    assert.deepEqual(
      seqs.map(({ id, seq }) => [id, seq]).toSorted(),
      [
        [first, 1],
        [second, 2],
      ].toSorted(),
    )
    assert.deepEqual(await one.watched.seqs([]), [])
  })

  check('seqs answers for five hundred ids at once', async one => {
    const ids = Array.from({ length: 500 }, freshId)
    const [known = ''] = ids.slice(250)
    await one.signIns.update(known, scan(known))
    const found = await one.watched.seqs(ids)
    assert.deepEqual(
      found.map(({ id }) => id),
      [known],
    )
  })

  check('openOf names what is scanned and not over at this kiosk, and nothing else', async one => {
    const [open, approved, visit, done, elsewhere] = Array.from({ length: 5 }, freshId) as [
      string,
      string,
      string,
      string,
      string,
    ]
    const kiosk = 2 ** 32 - 1
    await one.signIns.update(open, scan(open, { kiosk }))
    await one.signIns.update(approved, scan(approved, { kiosk, state: 'approved' }))
    await one.signIns.update(visit, scan(visit, { kiosk, state: 'claimed' }))
    await one.signIns.update(done, scan(done, { kiosk, state: 'cancelled', deadline: null }))
    await one.signIns.update(elsewhere, scan(elsewhere, { kiosk: 7 }))
    assert.deepEqual(
      (await one.signIns.openOf({ kiosk })).toSorted(),
      [open, approved, visit].toSorted(),
    )
    assert.deepEqual(await one.signIns.openOf({ kiosk: 8 }), [])
  })

  check('openOf names what an account has begun anywhere and that is not over', async one => {
    const account = 'a key'
    const [approved, visit, done, another] = Array.from({ length: 4 }, freshId) as [
      string,
      string,
      string,
      string,
    ]
    await one.signIns.update(approved, scan(approved, { account, kiosk: 7, state: 'approved' }))
    await one.signIns.update(visit, scan(visit, { account, state: 'claimed' }))
    await one.signIns.update(done, scan(done, { account, state: 'ended', deadline: null }))
    await one.signIns.update(another, scan(another, { account: 'A KEY', state: 'claimed' }))
    const open = await one.signIns.openOf({ account })
    assert.deepEqual(open.toSorted(), [approved, visit].toSorted())
    assert.deepEqual(await one.signIns.openOf({ account: '' }), [])
  })

  check('time is the same for both nodes, or each has its own', async (one, other) => {
    const times = [await one.time(), await other.time()]
    if (times[0] === null) return assert.equal(times[1], null)
    for (const time of times) assert.ok(Number.isInteger(time) && Number(time) > start - 1e12)
    assert.ok(Math.abs(Number(times[0]) - Number(times[1])) < 10_000)
    assert.ok(Number(await one.time()) >= Number(times[1]))
  })
}
