import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { localBus } from '../bus/local.ts'
import { createKiosks, openKiosk } from '../kiosks/kiosks.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
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
