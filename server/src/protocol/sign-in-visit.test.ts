import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { advance, comeBackWithin, observe } from './sign-in.ts'
import { createSignInId } from './sign-in-id.ts'
import { type Observed, type SignIn, type Step, unscanned } from './sign-in-row.ts'

const start = 1_800_000_000_000
const id = createSignInId(start, Buffer.alloc(10, 7))
const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}
const phoneHash = 'hash of the phone that scanned'
const scan: Step = { type: 'scan', phoneHash, phoneKind: 'iphone' }
const agreed = { client: 'clinic', claims: ['name'] } as const
const approve: Step = {
  type: 'approve',
  method: 'password',
  epoch: 0,
  phoneHash,
  account: 'u1',
  amr: ['pwd'],
  agreed,
}
const claim: Step = { type: 'claim' }
const end: Step = { type: 'end', reason: 'kiosk' }
const idle: Step = { type: 'end', reason: 'idle' }
const endByPhone: Step = { type: 'end', reason: 'phone', phoneHash }
const disown: Step = { type: 'disown', phoneHash }
const leave: Step = { type: 'leave', by: 'kiosk' }
const comeBack: Step = { type: 'come_back', by: 'kiosk' }

/** One step a second. */
function after(...steps: Step[]): { row: SignIn; now: number } {
  let row: Observed = unscanned(id, 101, true)
  let now = start
  for (const step of steps) {
    now += 1_000
    row = advance(row, step, now, timings).next
  }
  return { row: row as SignIn, now: now + 1_000 }
}

const take = ({ row, now }: { row: SignIn; now: number }, step: Step) =>
  advance(row, step, now, timings)
const outcome = (at: { row: SignIn; now: number }, step: Step) => {
  try {
    const { next, events } = take(at, step)
    return [next.state, next.reason, ...events.map(({ event }) => event)].join(' ')
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

test('a visit ends by whoever says so, and tells who did', () => {
  const visit = after(scan, approve, claim)
  assert.equal(outcome(visit, end), 'ended kiosk visit.ended')
  assert.equal(outcome(visit, idle), 'ended idle visit.ended')
  assert.equal(outcome(visit, endByPhone), 'ended phone visit.ended')
  assert.equal(outcome(visit, disown), 'ended not_me visit.ended report.not_me')
  assert.equal(outcome(visit, { type: 'cancel', reason: 'revoked' }), 'ended revoked visit.ended')
  const actors = [end, endByPhone, disown].map(step => take(visit, step).events[0]?.actor.kind)
  assert.deepEqual(actors, ['kiosk', 'phone', 'phone'])
})

test('what ends before its kiosk has claimed it is cancelled, and is claimed by nobody', () => {
  const approved = after(scan, approve)
  for (const step of [end, endByPhone, disown]) {
    const { next } = take(approved, step)
    assert.equal(next.state, 'cancelled')
    assert.equal(outcome({ row: next, now: approved.now }, claim), 'already_ended')
  }
})

test('S022: an end that is over already stays as it was, whoever asks for another', () => {
  const over = after(scan, approve, claim, idle)
  assert.equal(outcome(over, end), 'ended idle')
  assert.equal(outcome(over, endByPhone), 'ended idle')
  assert.equal(outcome(after(scan), end), 'not_approved')
  const stranger: Step = { type: 'end', reason: 'phone', phoneHash: 'of another phone' }
  assert.equal(outcome(after(scan, approve, claim), stranger), 'not_your_phone')
  assert.equal(outcome(over, { type: 'disown', phoneHash: 'of another phone' }), 'not_your_phone')
})

test('that it was somebody else is written down after the end too, once, and changes no end', () => {
  const over = after(scan, approve, claim, end)
  const reported = take(over, disown)
  assert.deepEqual([reported.next.state, reported.next.reason], ['ended', 'kiosk'])
  assert.deepEqual(
    reported.events.map(({ event, detail }) => [event, detail]),
    [['report.not_me', { state: 'ended', client: 'clinic' }]],
  )
  assert.deepEqual(take({ row: reported.next, now: over.now }, disown).events, [])
  // Time had ended it, and nobody had written that down.
  const late = { ...after(scan, approve, claim), now: start + 3_600_000 }
  assert.equal(outcome(late, disown), 'ended absolute visit.ended report.not_me')
  // No phone has ended what time has.
  const actors = take(late, disown).events.map(({ actor }) => actor.kind)
  assert.deepEqual(actors, ['system', 'phone'])
  assert.equal(outcome(after(scan), disown), 'not_approved')
})

test('closing a page only shortens the time, and coming back gives it back', () => {
  for (const stay of [after(scan), after(scan, approve), after(scan, approve, claim)]) {
    const { next, events, quiet } = take(stay, leave)
    assert.deepEqual([next.state, events, quiet], [stay.row.state, [], true])
    assert.equal(next.deadline, stay.now + comeBackWithin)
    const back = take({ row: next, now: stay.now + comeBackWithin - 1 }, comeBack)
    assert.equal(back.next.deadline, stay.row.deadline)
    assert.equal(back.quiet, true)
    const gone = observe(next, stay.now + comeBackWithin, timings)
    const [state, reason] = stay.row.state === 'claimed' ? ['ended', 'left'] : ['cancelled', 'left']
    assert.deepEqual([gone.state, gone.reason], [state, reason])
  }
})

test('a phone that goes away ends nothing once it has signed in', () => {
  const leavePhone: Step = { type: 'leave', by: 'phone', phoneHash }
  const { next } = take(after(scan), leavePhone)
  assert.equal(next.leftBy, 'phone')
  const gone = observe(next, (next.deadline ?? 0) + 1, timings)
  assert.deepEqual([gone.state, gone.reason], ['expired', 'abandoned'])
  for (const stay of [after(scan, approve), after(scan, approve, claim)]) {
    assert.equal(take(stay, leavePhone).next, stay.row)
  }
  assert.equal(outcome({ row: next, now: start + 3_000 }, approve), 'approved  sign_in.approved')
})

test('a phone that comes back alone does not wait for a kiosk that has gone meanwhile', () => {
  const leavePhone: Step = { type: 'leave', by: 'phone', phoneHash }
  const both = after(scan, leavePhone, leave)
  assert.equal(both.row.leftBy, 'kiosk')
  const alone = take(both, { type: 'come_back', by: 'phone' }).next
  assert.equal(alone, both.row)
  const gone = observe(alone, both.now + comeBackWithin, timings)
  assert.deepEqual([gone.state, gone.reason], ['cancelled', 'left'])
  assert.equal(take(both, comeBack).next.deadline, after(scan).row.deadline)
})

test('N40: whoever signs in at a kiosk that has gone waits no longer than it may take to come back', () => {
  const left = after(scan, leave)
  const approved = take(left, approve).next
  assert.deepEqual([approved.state, approved.deadline], ['approved', left.row.deadline])
  const gone = observe(approved, left.row.deadline ?? 0, timings)
  assert.deepEqual([gone.state, gone.reason], ['cancelled', 'left'])
  const back = take({ row: approved, now: left.now }, comeBack).next
  assert.equal(back.deadline, left.now + timings.approved)
  assert.equal(outcome({ row: approved, now: left.now }, claim), 'claimed  sign_in.claimed')
})

test('what was agreed is kept with the approval, and told by its event', () => {
  const { next, events } = take(after(scan), approve)
  assert.deepEqual([next.client, next.claims], ['clinic', ['name']])
  const agreed = { client: 'clinic', claims: ['name'] }
  assert.deepEqual(events[0]?.detail, { method: 'password', amr: ['pwd'], ...agreed })
})

test('events that a client is notified of name it, as the row may be gone by then', () => {
  const claimed = after(scan, approve)
  const details = [
    ...take(claimed, claim).events,
    ...take(after(scan, approve, claim), end).events,
    ...take(after(scan, approve, claim), disown).events,
  ].map(({ event, detail }) => [event, detail])
  assert.deepEqual(details, [
    ['sign_in.claimed', { client: 'clinic', claims: ['name'] }],
    ['visit.ended', { reason: 'kiosk', client: 'clinic' }],
    ['visit.ended', { reason: 'not_me', client: 'clinic' }],
    ['report.not_me', { state: 'ended', client: 'clinic' }],
  ])
  const alone: Step = {
    type: 'approve',
    method: 'password',
    epoch: 0,
    phoneHash,
    account: 'u1',
    amr: ['pwd'],
  }
  assert.deepEqual(take(after(scan, alone), claim).events[0]?.detail, undefined)
})

test('N40: closing a page in its last seconds gains no time, and neither does coming back', () => {
  const { row, now } = after(scan, approve, claim)
  const deadline = row.deadline ?? 0
  const late = deadline - 1_000
  const left = advance(row, leave, late, timings).next as SignIn
  assert.ok(late > now)
  assert.equal(left.deadline, deadline)
  assert.equal(advance(left, comeBack, deadline - 1, timings).next.deadline, deadline)
  assert.equal(observe(left, deadline, timings).state, 'ended')
})

test('N37: what is over gets no more time', () => {
  const more: Step = { type: 'extend', by: 'kiosk' }
  assert.equal(outcome(after(scan, approve, claim, end), more), 'already_ended')
  const { row } = after(scan)
  assert.equal(outcome({ row, now: row.deadline ?? 0 }, more), 'expired')
})

test('N37: a visitor gets more time once, and asking again changes nothing', () => {
  const more: Step = { type: 'extend', by: 'phone', phoneHash }
  const { row, now } = after(scan)
  const first = advance(row, more, now, timings)
  assert.equal(first.next.deadline, (row.deadline ?? 0) + timings.scanned)
  for (const again of [more, { type: 'extend', by: 'kiosk' } as const]) {
    assert.deepEqual(advance(first.next, again, now + 1, timings), { next: first.next, events: [] })
  }
})

test('I14: whatever changes has the next seq, and a repeat has none', () => {
  const steps = [scan, leave, comeBack, approve, claim, end]
  for (const length of steps.keys()) {
    const { row, now } = after(...steps.slice(0, length + 1))
    assert.equal(row.seq, length + 1)
    // What runs out has, before it is written down, the seq that it will have then.
    const over = observe(row, now + timings.visit, timings)
    assert.equal(over.seq, row.deadline === null ? row.seq : row.seq + 1)
  }
  const scanned = after(scan)
  assert.equal(take(scanned, scan).next, scanned.row)
})
