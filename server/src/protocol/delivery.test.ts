import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advanceDelivery, type Delivery, type DeliveryStep } from './delivery.ts'

const now = 1_800_000_000_000
const until = now + 15_000

const open: Delivery = {
  id: 'evt-7-0123456789abcdef',
  client: 'clinic',
  event: 'visit.ended',
  subject: 'sign_in 01a2078e',
  position: 7,
  state: 'open',
  tries: 0,
  triedSince: null,
  nextTryAt: now,
  why: null,
  at: now - 1_000,
  updatedAt: now - 500,
}

const advanced = (row: Delivery, ...steps: [DeliveryStep, number][]) =>
  steps.reduce((row, [step, at]) => advanceDelivery(row, step, at), row)

test('it is tried when it is due, by one node at a time, until it arrives', () => {
  const early = advanceDelivery(open, { type: 'try', until }, now - 1)
  assert.equal(early, open)
  const tried = advanceDelivery(open, { type: 'try', until }, now)
  assert.deepEqual(tried, { ...open, tries: 1, triedSince: now, nextTryAt: until, updatedAt: now })
  assert.equal(advanceDelivery(tried, { type: 'try', until: until + 1 }, until - 1), tried)
  const retried = advanced(
    tried,
    [{ type: 'retry', until, at: now + 20_000, why: 'status 500' }, now + 1],
    [{ type: 'try', until: now + 35_000 }, now + 20_000],
  )
  assert.deepEqual([retried.tries, retried.triedSince, retried.why], [2, now, 'status 500'])
  const delivered = advanceDelivery(retried, { type: 'deliver', until: now + 35_000 }, now + 20_001)
  assert.deepEqual(
    [delivered.state, delivered.nextTryAt, delivered.why, delivered.tries],
    ['delivered', null, null, 2],
  )
})

test('what is said of a try after another one began, or after the end, is too late', () => {
  const again = advanced(
    open,
    [{ type: 'try', until }, now],
    [{ type: 'try', until: until + 15_000 }, until],
  )
  assert.equal(again.tries, 2)
  const late: DeliveryStep[] = [
    { type: 'deliver', until },
    { type: 'retry', until, at: now, why: 'timeout' },
    { type: 'give_up', until, why: 'status 404' },
  ]
  for (const step of late) assert.equal(advanceDelivery(again, step, until + 1), again)
  const over = advanceDelivery(again, { type: 'give_up', why: 'switched off' }, until + 1)
  assert.deepEqual([over.state, over.nextTryAt, over.why], ['given_up', null, 'switched off'])
  for (const step of [...late, { type: 'deliver', until: until + 15_000 } as const]) {
    assert.equal(advanceDelivery(over, step, until + 2), over)
  }
  assert.equal(advanceDelivery(over, { type: 'try', until }, until + 2), over)
})

test('sent again it is due at once, under its own id, and its day begins anew', () => {
  for (const state of ['delivered', 'given_up', 'open'] as const) {
    const row = { ...open, state, tries: 9, triedSince: now - 1, nextTryAt: null, why: 'timeout' }
    const again = advanceDelivery(row, { type: 'resend' }, now)
    assert.deepEqual(again, { ...open, why: 'timeout', updatedAt: now })
  }
})

test('N79: after the clock was set back it waits for as long as it had left, and not for the old time', () => {
  const waiting = { ...open, triedSince: now - 9_000, nextTryAt: now + 30_000, updatedAt: now }
  const setBack = (at: number) => advanceDelivery(waiting, { type: 'set_back' }, at)
  const back = now - 7_200_000
  assert.deepEqual(setBack(back), {
    ...waiting,
    triedSince: back - 9_000,
    nextTryAt: back + 30_000,
    updatedAt: back,
  })
  // Clocks of nodes are never quite the same.
  assert.equal(setBack(now - 60_000), waiting)
  assert.equal(setBack(now + 7_200_000), waiting)
})
