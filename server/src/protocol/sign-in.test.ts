import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { type Actor, system } from './log-event.ts'
import { methods } from './policy-document.ts'
import { advance, observe } from './sign-in.ts'
import { createSignInId } from './sign-in-id.ts'
import { type Observed, type Step, unscanned } from './sign-in-row.ts'

const start = 1_800_000_000_000
const id = createSignInId(start, Buffer.alloc(10, 7))
const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}
const pending = (claimable = true) => unscanned(id, 101, claimable)

const mine = 'hash of the phone that scans first'
const theirs = 'hash of another phone'
const phoneKind = 'iphone'
const steps = {
  scan: { type: 'scan', phoneHash: mine, phoneKind },
  'scan by another': { type: 'scan', phoneHash: theirs, phoneKind },
  approve: {
    type: 'approve',
    method: 'password',
    epoch: 0,
    phoneHash: mine,
    account: 'u1',
    amr: ['pwd'],
  },
  'approve as another account': {
    type: 'approve',
    method: 'password',
    epoch: 0,
    phoneHash: mine,
    account: 'u2',
    amr: ['pwd'],
  },
  'approve by another': {
    type: 'approve',
    method: 'password',
    epoch: 0,
    phoneHash: theirs,
    account: 'u2',
    amr: ['pwd'],
  },
  'approve at once': { type: 'approve_at_once', phoneHash: theirs, account: 'u2', amr: ['pwd'] },
  deny: { type: 'deny', phoneHash: mine },
  'deny by another': { type: 'deny', phoneHash: theirs },
  cancel: { type: 'cancel', reason: 'not_my_phone' },
  claim: { type: 'claim' },
} as const satisfies Record<string, Step>
type StepName = keyof typeof steps

/** Where a sign-in comes from `way`, one step a second, and what time it is in the end. */
function arrive(way: readonly StepName[], now?: number, claimable = true) {
  let row: Observed = pending(claimable)
  let time = start
  for (const name of way) {
    time += 1_000
    row = advance(row, steps[name], time, timings).next
  }
  return { row, now: now ?? time + 1_000 }
}

const late = start + 10 * 3_600_000
const situations = {
  pending: arrive([]),
  'pending, run out': arrive([], start + timings.pending),
  scanned: arrive(['scan']),
  'scanned, run out': arrive(['scan'], start + 1_000 + timings.scanned),
  approved: arrive(['scan', 'approve']),
  'approved, run out': arrive(['scan', 'approve'], start + 2_000 + timings.approved),
  'approved for the seed': arrive(['approve at once'], undefined, false),
  'approved for the seed, run out': arrive(['approve at once'], start + 600_000, false),
  claimed: arrive(['scan', 'approve', 'claim']),
  'claimed long ago': arrive(['scan', 'approve', 'claim'], start + 3_000 + timings.claimAgain),
  'claimed, run out': arrive(['scan', 'approve', 'claim'], start + 3_000 + timings.visit),
  denied: arrive(['scan', 'deny'], late),
  cancelled: arrive(['scan', 'cancel'], late),
  'cancelled before any scan': arrive(['cancel'], late),
}

/**
 * Every situation against every step: the new state, `=` for a repeat that changes nothing, or the
 * refusal's code. Columns as in `steps`.
 */
const table = `
                               | scan          | scan2         | approve        | approve as     | approve by     | at once       | deny           | deny by        | cancel        | claim
pending                        | scanned       | scanned       | not_your_phone | not_your_phone | not_your_phone | approved      | not_your_phone | not_your_phone | cancelled     | not_approved
pending, run out               | expired       | expired       | not_your_phone | not_your_phone | not_your_phone | expired       | not_your_phone | not_your_phone | expired       | expired
scanned                        | =             | in_use        | approved       | approved       | not_your_phone | already_ended | denied         | not_your_phone | cancelled     | not_approved
scanned, run out               | =             | expired       | expired        | expired        | not_your_phone | expired       | expired        | not_your_phone | expired       | expired
approved                       | =             | in_use        | =              | already_ended  | not_your_phone | already_ended | already_ended  | not_your_phone | already_ended | claimed
approved, run out              | =             | expired       | expired        | expired        | not_your_phone | expired       | expired        | not_your_phone | expired       | expired
approved for the seed          | in_use        | =             | not_your_phone | not_your_phone | =              | =             | not_your_phone | already_ended  | already_ended | not_claimable
approved for the seed, run out | already_ended | =             | not_your_phone | not_your_phone | already_ended  | already_ended | not_your_phone | already_ended  | already_ended | not_claimable
claimed                        | =             | in_use        | =              | already_ended  | not_your_phone | already_ended | already_ended  | not_your_phone | already_ended | =
claimed long ago               | =             | in_use        | =              | already_ended  | not_your_phone | already_ended | already_ended  | not_your_phone | already_ended | already_ended
claimed, run out               | =             | already_ended | already_ended  | already_ended  | not_your_phone | already_ended | already_ended  | not_your_phone | already_ended | already_ended
denied                         | =             | already_ended | already_ended  | already_ended  | not_your_phone | already_ended | =              | not_your_phone | already_ended | already_ended
cancelled                      | =             | already_ended | already_ended  | already_ended  | not_your_phone | already_ended | already_ended  | not_your_phone | =             | already_ended
cancelled before any scan      | already_ended | already_ended | not_your_phone | not_your_phone | not_your_phone | already_ended | not_your_phone | not_your_phone | =             | already_ended
`

function outcome({ row, now }: ReturnType<typeof arrive>, step: Step): string {
  try {
    const { next, events } = advance(row, step, now, timings)
    if (events.length > 0) return next.state
    assert.deepEqual(next, row)
    return '='
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

test('S023, S026, I1, I4, I5: every step in every situation does what the table of the protocol says', () => {
  const lines = table.trim().split('\n').slice(1)
  assert.equal(lines.length, Object.keys(situations).length)
  for (const line of lines) {
    const [situation = '', ...expected] = line.split('|').map(cell => cell.trim())
    const found = situations[situation as keyof typeof situations]
    const got = Object.values(steps).map(step => outcome(found, step))
    assert.deepEqual(got, expected, situation)
  }
})

test('S023: by whichever way somebody comes, an approval does what the table says of it', () => {
  for (const [situation, found] of Object.entries(situations)) {
    for (const step of [
      steps.approve,
      steps['approve as another account'],
      steps['approve by another'],
    ]) {
      const expected = outcome(found, step)
      for (const method of methods) {
        assert.equal(outcome(found, { ...step, method }), expected, `${situation}, ${method}`)
      }
    }
  }
})

test('S033: with its kiosk goes what is going on there, approved or claimed', () => {
  const revoked: Step = { type: 'cancel', reason: 'revoked' }
  for (const name of ['pending', 'scanned', 'approved', 'approved for the seed'] as const) {
    assert.equal(outcome(situations[name], revoked), 'cancelled', name)
  }
  assert.equal(outcome(situations.claimed, revoked), 'ended')
  assert.equal(outcome(situations.denied, revoked), 'already_ended')
})

test('N54: with an account goes what its owner has begun, and the log says who removed it', () => {
  const actor: Actor = { kind: 'operator', id: 'shell:kim' }
  const removed: Step = { type: 'cancel', reason: 'account', actor }
  assert.equal(outcome(situations.approved, removed), 'cancelled')
  assert.equal(outcome(situations.claimed, removed), 'ended')
  assert.equal(outcome(situations.denied, removed), 'already_ended')
  assert.deepEqual(
    eventsOf(situations.claimed, removed).map(({ event, actor, detail }) => [event, actor, detail]),
    [['visit.ended', actor, { reason: 'account' }]],
  )
})

test('a step leaves the row it was given untouched', () => {
  const { row, now } = situations.scanned
  const copy = structuredClone(row)
  advance(row, steps.approve, now, timings)
  assert.deepEqual(row, copy)
})

const expire: Step = { type: 'expire' }
const eventsOf = ({ row, now }: ReturnType<typeof arrive>, step: Step) =>
  advance(row, step, now, timings).events

test('each move tells the events of its step, in the order of the story', () => {
  const names = (of: ReturnType<typeof arrive>, step: Step) =>
    eventsOf(of, step).map(({ event }) => event)
  assert.deepEqual(names(situations.pending, steps.scan), ['sign_in.scanned'])
  assert.deepEqual(names(situations.scanned, steps.approve), ['sign_in.approved'])
  const seed = ['sign_in.scanned', 'sign_in.approved']
  assert.deepEqual(names(situations.pending, steps['approve at once']), seed)
  assert.deepEqual(names(situations.scanned, steps.deny), ['sign_in.denied'])
  assert.deepEqual(names(situations.pending, steps.cancel), ['sign_in.cancelled'])
  assert.deepEqual(names(situations.approved, steps.claim), ['sign_in.claimed'])
  assert.deepEqual(names(situations['scanned, run out'], expire), ['sign_in.expired'])
  assert.deepEqual(names(situations['approved, run out'], expire), ['sign_in.expired'])
  assert.deepEqual(names(situations['claimed, run out'], expire), ['visit.ended'])
  assert.deepEqual(names(situations['approved for the seed, run out'], expire), ['visit.ended'])
})

test('each event tells which sign-in, where, when, who, whose and how', () => {
  const told = (of: ReturnType<typeof arrive>, step: Step) =>
    eventsOf(of, step).map(({ event, subject, kiosk, at, ...rest }) => {
      assert.deepEqual(subject, { kind: 'sign_in', id })
      assert.deepEqual([kiosk, at], [101, of.now])
      return rest
    })
  const phone = { kind: 'phone', id: mine }
  const kiosk = { kind: 'kiosk', id: '101' }
  const detail = { phone: phoneKind }
  assert.deepEqual(told(situations.pending, steps.scan), [{ actor: phone, account: null, detail }])
  const approved = { actor: phone, account: 'u1', detail: { method: 'password', amr: ['pwd'] } }
  assert.deepEqual(told(situations.scanned, steps.approve), [approved])
  const other = { actor: { kind: 'phone', id: theirs }, account: 'u2' }
  assert.deepEqual(told(situations.pending, steps['approve at once']), [
    other,
    { ...other, detail: { amr: ['pwd'] } },
  ])
  assert.deepEqual(told(situations.scanned, steps.deny), [{ actor: phone, account: null }])
  assert.deepEqual(told(situations.scanned, steps.cancel), [
    { actor: kiosk, account: null, detail: { reason: 'not_my_phone' } },
  ])
  const revoked: Step = { type: 'cancel', reason: 'revoked' }
  assert.deepEqual(told(situations.approved, revoked), [
    { actor: system, account: 'u1', detail: { reason: 'revoked' } },
  ])
  assert.deepEqual(told(situations.approved, steps.claim), [{ actor: kiosk, account: 'u1' }])
  assert.deepEqual(told(situations['scanned, run out'], expire), [
    { actor: system, account: null, detail: { reason: 'abandoned' } },
  ])
  assert.deepEqual(told(situations['claimed, run out'], expire), [
    { actor: system, account: 'u1', detail: { reason: 'absolute' } },
  ])
})

test('each state lasts as long as its timing says', () => {
  const deadline = (of: ReturnType<typeof arrive>) => of.row.deadline
  assert.equal(observe(pending(), start, timings).deadline, start + timings.pending)
  assert.equal(deadline(situations.scanned), start + 1_000 + timings.scanned)
  assert.equal(deadline(situations.approved), start + 2_000 + timings.approved)
  assert.equal(deadline(situations['approved for the seed']), start + 2 * timings.pending)
  assert.equal(deadline(situations.claimed), start + 3_000 + timings.visit)
  for (const name of ['denied', 'cancelled', 'cancelled before any scan'] as const) {
    assert.equal(deadline(situations[name]), null)
  }
})

test('S011: a deadline is exclusive: the last millisecond counts, the deadline itself does not', () => {
  const end = start + timings.pending
  assert.equal(observe(pending(), end - 1, timings).state, 'pending')
  assert.equal(observe(pending(), end, timings).state, 'expired')
  const { row } = situations.scanned
  const scanned = start + 1_000 + timings.scanned
  assert.equal(outcome({ row, now: scanned - 1 }, steps.approve), 'approved')
  assert.equal(outcome({ row, now: scanned }, steps.approve), 'expired')
  const { row: approved } = situations.approved
  const claim = start + 2_000 + timings.approved
  assert.equal(outcome({ row: approved, now: claim - 1 }, steps.claim), 'claimed')
  assert.equal(outcome({ row: approved, now: claim }, steps.claim), 'expired')
})

test('a sign-in that ran out says why', () => {
  const reason = ({ row, now }: ReturnType<typeof arrive>) => {
    const { state, reason } = observe(row, now, timings)
    return `${state}: ${reason}`
  }
  assert.equal(reason(situations['pending, run out']), 'expired: unscanned')
  assert.equal(reason(situations['scanned, run out']), 'expired: abandoned')
  assert.equal(reason(situations['approved, run out']), 'expired: unclaimed')
  assert.equal(reason(situations['claimed, run out']), 'ended: absolute')
  assert.equal(reason(situations['approved for the seed, run out']), 'ended: absolute')
})

test('what time decides keeps the account, so that an expired approval can be explained', () => {
  const { row, now } = situations['approved, run out']
  const { account, approvedAt, amr } = observe(row, now, timings)
  assert.deepEqual(
    { account, approvedAt, amr },
    { account: 'u1', approvedAt: start + 2_000, amr: ['pwd'] },
  )
})

test("S012: the machine's time zone changes nothing", t => {
  const zone = process.env.TZ
  t.after(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  for (const tz of ['Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati']) {
    process.env.TZ = tz
    assert.equal(observe(pending(), start, timings).deadline, start + 300_000)
    assert.deepEqual(arrive(['scan', 'approve']), situations.approved)
  }
})

test('N79: after the clock was set back every state has as much time left as it had', () => {
  const by = 7_200_000
  for (const way of [['scan'], ['scan', 'approve'], ['scan', 'approve', 'claim']] as const) {
    const { row } = arrive(way)
    assert.ok(row.state !== 'pending' && row.deadline !== null)
    const back = row.updatedAt - by
    const left = row.deadline - row.updatedAt
    const observed = observe(row, back, timings)
    assert.equal(observed.state, row.state)
    assert.equal(observed.deadline, back + left)
    assert.equal(observed.claimedAt, row.claimedAt && row.claimedAt - by)
    const { next, events } = advance(row, expire, back, timings)
    assert.deepEqual([next, events], [observed, []])
    assert.equal(advance(next, expire, back + left - 1, timings).next, next)
    assert.equal(advance(next, expire, back + left, timings).events.length, 1)
  }
})

test('N79, I5: what is over stays over, whatever the clock says', () => {
  for (const way of [['scan', 'deny'], ['cancel']] as const) {
    const { row } = arrive(way)
    for (const at of [start - 7_200_000, start + 7_200_000]) {
      assert.equal(observe(row, at, timings), row)
    }
  }
})

test('N79: what nobody has scanned is over once the clock was set back behind its beginning', () => {
  assert.equal(observe(pending(), start - 60_000, timings).state, 'pending')
  const over = observe(pending(), start - 60_001, timings)
  assert.deepEqual([over.state, over.reason], ['expired', 'unscanned'])
  const scan = { type: 'scan', phoneHash: mine, phoneKind } as const
  assert.throws(() => advance(pending(), scan, start - 60_001, timings), { code: 'expired' })
})
