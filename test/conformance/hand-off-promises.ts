import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandOff } from '../../server/src/protocol/hand-off.ts'
import type { Store } from '../../server/src/store/store.ts'
import { inBatches } from '../support/in-batches.ts'
import type { OpenPair } from './open-store.ts'
import {
  addHandOff,
  adding,
  freshId,
  handOff,
  handOffEvent,
  logOf,
  scan,
  scanned,
  signInEvent,
  start,
  there,
  unwritable,
} from './rows.ts'

const changed = (change: Partial<HandOff>) =>
  there<HandOff>(old => ({
    next: { ...old, seq: old.seq + 1, ...change },
    events: [handOffEvent(old.id, 'hand_off.accepted')],
  }))

/** What the store promises about hand-offs. */
export function handOffPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a hand-off is read exactly as written, on every node', async (one, other) => {
    const L = { ko: `'; DROP TABLE hand_offs; -- \\ "`, en: '👩🏽‍⚕️ %' }
    const full = handOff(freshId(), {
      claims: ['masked_name', 'external_id'],
      service: { id: 'pay', name: L, icon: 'pay' },
      language: 'en',
      state: 'cancelled',
      reason: 'not_me',
      ticket: { number: 'A-012', title: L, place: { name: L, way: L }, lines: [L], ahead: 0 },
      text: L,
      comingAt: start + 1,
      calledAt: start + 1,
      deadline: null,
      nextTryAt: null,
      tries: 7,
    })
    for (const row of [full, handOff(freshId())]) {
      const { old, next } = await addHandOff(one, row)
      assert.deepEqual([old, next], [null, row])
      assert.deepEqual(await other.handOffs.read(row.id), row)
      assert.equal((await logOf(other, row.id)).length, 1)
    }
    for (const id of ['', freshId(), full.id.toUpperCase(), '%']) {
      assert.equal(await one.handOffs.read(id), null)
    }
  })

  check(
    '100 updates of one hand-off by two nodes, 20 at once, happen one after another',
    async (one, other) => {
      const id = freshId()
      await addHandOff(one, handOff(id, { seq: 0 }))
      const updates = await inBatches(Array.from({ length: 100 }), 20, (_, n) =>
        (n % 2 ? one : other).handOffs.update(id, changed({})),
      )
      const seqs = updates.map(({ next }) => next.seq)
      assert.equal(new Set(seqs).size, 100)
      assert.equal((await one.handOffs.read(id))?.seq, 100)
    },
  )

  check('what ends an update leaves the hand-off and the log as they were', async one => {
    const id = freshId()
    await addHandOff(one, handOff(id))
    const before = await one.handOffs.read(id)
    const broken = new Error('decided otherwise')
    const refuse = () => {
      throw broken
    }
    await assert.rejects(one.handOffs.update(id, refuse), broken)
    const untold = there<HandOff>(old => ({
      next: { ...old, seq: 2 },
      events: [{ ...handOffEvent(id), ...unwritable }],
    }))
    await assert.rejects(one.handOffs.update(id, untold))
    await one.handOffs.update(
      id,
      there<HandOff>(old => ({ next: { ...old, seq: 9 }, events: [] })),
    )
    assert.deepEqual(await one.handOffs.read(id), before)
    assert.equal((await logOf(one, id)).length, 1)
  })

  check('with a sign-in its hand-offs change, or nothing of it does', async (one, other) => {
    const [signIn, first, second] = [freshId(), freshId(), freshId()]
    await one.signIns.update(signIn, scan(signIn))
    await addHandOff(one, handOff(first, { signIn }))
    const choose = (decide: ReturnType<typeof changed>) =>
      one.signIns.update(signIn, () => ({
        next: scanned(signIn, { state: 'claimed', seq: 2, handOff: second }),
        events: [signInEvent(signIn, 'sign_in.claimed')],
        also: {
          handOffs: new Map([
            [second, decide],
            [first, changed({ state: 'cancelled', reason: 'another' })],
          ]),
        },
      }))
    const refuse = () => {
      throw new Error('refused')
    }
    await assert.rejects(choose(refuse), /refused/)
    assert.equal((await other.signIns.read(signIn))?.seq, 1)
    assert.equal((await other.handOffs.read(first))?.state, 'requested')

    await choose(adding(handOff(second, { signIn }), handOffEvent(second)))
    assert.equal((await other.signIns.read(signIn))?.handOff, second)
    assert.equal((await other.handOffs.read(first))?.reason, 'another')
    assert.deepEqual(await other.handOffs.read(second), handOff(second, { signIn }))
    const told = [first, second].map(async id => (await logOf(other, id)).length)
    assert.deepEqual(await Promise.all(told), [2, 1])
  })

  check('due names whom to ask by now, who waits longest first', async (one, other) => {
    const waiting = async (nextTryAt: number | null, client = 'clinic') => {
      const id = freshId()
      await addHandOff(one, handOff(id, { nextTryAt, client }))
      return id
    }
    const third = await waiting(start + 3)
    const first = await waiting(start + 1)
    const second = await waiting(start + 2, 'library')
    await waiting(null)
    await waiting(start + 4)
    const due = async (limit: number, except: string[] = []) =>
      (await other.handOffs.due(start + 3, limit, except)).map(({ id }) => id)
    assert.deepEqual(await due(10), [first, second, third])
    assert.deepEqual(await due(2), [first, second])
    assert.deepEqual(await due(2, ['clinic']), [second])
    assert.deepEqual(await due(2, ['library', 'nobody']), [first, third])
    assert.deepEqual(await other.handOffs.due(start, 10, []), [])
    const [row] = await other.handOffs.due(start + 1, 1, [])
    assert.deepEqual({ ...row }, { id: first, client: 'clinic' })
  })

  check('overdue names hand-offs that have run out, oldest first', async one => {
    const running = async (deadline: number | null) => {
      const id = freshId()
      await addHandOff(one, handOff(id, { deadline }))
      return id
    }
    const second = await running(start + 2)
    const first = await running(start + 1)
    await running(null)
    await running(start + 3)
    assert.deepEqual(await one.handOffs.overdue(start + 2, 10), [first, second])
    assert.deepEqual(await one.handOffs.overdue(start + 2, 1), [first])
    assert.deepEqual(await one.handOffs.overdue(start, 10), [])
  })

  check('changedAfter names hand-offs that were changed later and are not over', async one => {
    const changedAt = async (updatedAt: number, deadline: number | null = start + 100) => {
      const id = freshId()
      await addHandOff(one, handOff(id, { updatedAt, deadline }))
      return id
    }
    await changedAt(start)
    await changedAt(start + 9, null)
    const later = [await changedAt(start + 1), await changedAt(start + 2)]
    assert.deepEqual((await one.handOffs.changedAfter(start, 10)).toSorted(), later.toSorted())
    assert.equal((await one.handOffs.changedAfter(start, 1)).length, 1)
    assert.deepEqual(await one.handOffs.changedAfter(start + 2, 10), [])
  })

  check('purge removes hand-offs that are over, behind their sign-ins', async one => {
    const signIn = freshId()
    const add = async (change: Partial<HandOff>) => {
      const id = freshId()
      await addHandOff(one, handOff(id, change))
      return id
    }
    const old = { deadline: null, updatedAt: start - 1 }
    const kept = await add({ ...old, signIn })
    await one.signIns.update(signIn, scan(signIn, { ...old, handOff: kept }))
    const gone = [await add(old), await add(old), await add(old)]
    const young = await add({ deadline: null, updatedAt: start })
    const running = await add({ deadline: start + 1, updatedAt: start - 1 })
    assert.equal(await one.handOffs.purge(start, 2), 2)
    assert.equal(await one.handOffs.purge(start, 10), 1)
    for (const id of gone) assert.equal(await one.handOffs.read(id), null)
    for (const id of [kept, young, running]) assert.ok(await one.handOffs.read(id))
    assert.equal(await one.signIns.purge(start, 10), 1)
    assert.equal(await one.handOffs.purge(start, 10), 1)
    assert.equal(await one.handOffs.read(kept), null)
  })

  check('a sign-in is kept while its hand-off lives, and for as long after it', async one => {
    const [signIn, id] = [freshId(), freshId()]
    const over = { deadline: null, updatedAt: start }
    await addHandOff(one, handOff(id, { signIn }))
    await one.signIns.update(signIn, scan(signIn, { ...over, handOff: id }))
    assert.equal(await one.signIns.purge(start + 1_000, 10), 0)
    await one.handOffs.update(id, changed({ state: 'done', ...over, updatedAt: start + 900 }))
    assert.equal(await one.signIns.purge(start + 900, 10), 0)
    assert.equal(await one.signIns.purge(start + 901, 10), 1)
    assert.equal(await one.signIns.read(signIn), null)
  })
  check('openOf names the hand-offs of an account that something may follow', async one => {
    const mine = { account: 'a key' }
    const [open, over, another] = Array.from({ length: 3 }, freshId) as [string, string, string]
    await addHandOff(one, handOff(open, mine))
    await addHandOff(one, handOff(over, { ...mine, state: 'done', deadline: null }))
    await addHandOff(one, handOff(another, { account: 'another key' }))
    assert.deepEqual(await one.handOffs.openOf('a key'), [open])
    assert.deepEqual(await one.handOffs.openOf(''), [])
  })
}
