import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { localBus } from '../bus/local.ts'
import { createKiosks, openKiosk } from '../kiosks/kiosks.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createDelivery } from '../watch/delivery.ts'
import { createMoves } from './moves.ts'

const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}

test('N79, I5: what began before the clock was set, and was over by the time that was wrong, stays over', async t => {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const now = 1_800_000_000_000
  const clock = () => now
  let setAt = 0
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [openKiosk], clock, randomBytes })
  const parts = { signIns: store.signIns, bus: localBus(), clock, kiosks, timings }
  const moves = createMoves({ ...parts, setAt: () => setAt })
  const subject = { id: createSignInId(now - 60_000, randomBytes(10)), kiosk: openKiosk }
  assert.equal((await moves.current(subject)).state, 'pending')
  setAt = now - 10_000
  assert.equal((await moves.current(subject)).state, 'expired')
  const scan = { type: 'scan', phoneHash: 'a phone', phoneKind: 'iphone' } as const
  await assert.rejects(moves.take(subject, scan), { code: 'expired' })
  const next = { id: createSignInId(now - 10_000, randomBytes(10)), kiosk: openKiosk }
  assert.equal((await moves.take(next, scan)).state, 'scanned')
  assert.equal((await moves.take(next, { type: 'deny', phoneHash: 'a phone' })).state, 'denied')
  setAt = now
  assert.equal((await moves.current(next)).state, 'denied')
})

test('N73: who waits on this node is told what was just written, and reads nothing', async t => {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const now = 1_800_000_000_000
  const clock = () => now
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [openKiosk], clock, randomBytes })
  const read = t.mock.method(store.signIns, 'read')
  const bus = localBus()
  const moves = createMoves({ signIns: store.signIns, bus, clock, kiosks, timings })
  const subject = { id: createSignInId(now, randomBytes(10)), kiosk: openKiosk }
  const told: string[] = []
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>()
  const delivery = createDelivery({ bus, clock, onError: assert.fail })
  const watch = delivery.watch(
    subject.id,
    () => moves.current(subject),
    ({ state }) => {
      told.push(state)
      if (state === 'scanned') hear()
    },
  )
  t.after(watch.stop)
  await watch.first
  const reads = read.mock.callCount()
  await moves.take(subject, { type: 'scan', phoneHash: 'a phone', phoneKind: 'iphone' })
  await heard
  assert.deepEqual(told, ['pending', 'scanned'])
  assert.equal(read.mock.callCount(), reads)
  // Who comes later asks the database, which others write too.
  await moves.current(subject)
  assert.equal(read.mock.callCount(), reads + 1)
})
