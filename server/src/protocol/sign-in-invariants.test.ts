import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalStates } from '@qrgate/sdk/protocol'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import type { Actor, LogEvent, LogEventName } from './log-event.ts'
import { methods } from './policy-document.ts'
import { advance, comeBackWithin, isApproved, observe } from './sign-in.ts'
import { createSignInId } from './sign-in-id.ts'
import { type SignIn, type Step, unscanned } from './sign-in-row.ts'

const start = 1_800_000_000_000
const id = createSignInId(start, Buffer.alloc(10, 7))
const timings = {
  pending: 300_000,
  scanned: 180_000,
  approved: 120_000,
  claimAgain: 120_000,
  visit: 600_000,
}
const terminal: ReadonlySet<LogEventName> = new Set([
  'sign_in.denied',
  'sign_in.cancelled',
  'sign_in.expired',
  'visit.ended',
])

const phoneHash = fc.constantFrom('phone a', 'phone b', 'phone c')
const account = fc.constantFrom('u1', 'u2')
const amr = fc.constant<string[]>(['pwd'])
const epoch = fc.constant(0)
const method = fc.constantFrom(...methods)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('scan'), phoneHash, phoneKind: fc.constant('android') }),
  fc.record({ type: fc.constant('approve'), phoneHash, account, epoch, method, amr }),
  fc.record({ type: fc.constant('approve_at_once'), phoneHash, account, amr }),
  fc.record({ type: fc.constant('deny'), phoneHash }),
  fc.record({
    type: fc.constant('cancel'),
    reason: fc.constantFrom('kiosk', 'not_my_phone', 'revoked'),
  }),
  fc.record({
    type: fc.constant('cancel'),
    reason: fc.constant('account'),
    actor: fc.constant<Actor>({ kind: 'operator', id: 'shell:kim' }),
  }),
  fc.record({ type: fc.constant('claim') }),
  fc.record({ type: fc.constant('end'), reason: fc.constantFrom('kiosk', 'idle') }),
  fc.record({ type: fc.constant('end'), reason: fc.constant('phone'), phoneHash }),
  fc.record({ type: fc.constant('disown'), phoneHash }),
  fc.record({ type: fc.constant('leave'), by: fc.constant('kiosk') }),
  fc.record({ type: fc.constant('leave'), by: fc.constant('phone'), phoneHash }),
  fc.record({ type: fc.constant('extend'), by: fc.constant('kiosk') }),
  fc.record({ type: fc.constant('extend'), by: fc.constant('phone'), phoneHash }),
  fc.record({ type: fc.constant('come_back'), by: fc.constantFrom('kiosk', 'phone') }),
  fc.record({ type: fc.constant('expire') }),
)
/** Short waits mostly, so that many steps fall into one state, and now and then one to a deadline. */
const wait = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      14_999,
      15_000,
      119_999,
      120_000,
      179_999,
      180_000,
      300_000,
      600_000,
    ),
  },
)
const story = fc.array(fc.record({ step, wait }), { maxLength: 25 })

interface Turn {
  before: SignIn | null
  step: Step
  now: number
  claimable: boolean
  after: SignIn | null
  events: LogEvent[]
  /** Whether the row was written. */
  written: boolean
}

/** Plays a story as the store would: a refusal, or a move without events that is not quiet, writes nothing. */
function play(story: readonly { step: Step; wait: number }[], claimable: boolean): Turn[] {
  let row: SignIn | null = null
  let now = start
  return story.map(({ step, wait }) => {
    now += wait
    const before: SignIn | null = row
    let events: LogEvent[] = []
    let written = false
    try {
      // The reaper reads overdue rows only, so it never asks about a sign-in without a row.
      if (step.type !== 'expire' || before) {
        const move = advance(before ?? unscanned(id, 101, claimable), step, now, timings)
        events = move.events
        written = events.length > 0 || move.quiet === true
        if (!written) assert.deepEqual(move.next, before)
        else row = move.next
      }
    } catch (error) {
      assert.ok(error instanceof Refusal, String(error))
    }
    return { before, step, now, claimable, after: row, events, written }
  })
}

/** Holds in every story, for kiosks that may claim and for the seed's. */
function always(sentence: string, holds: (turns: Turn[]) => void): void {
  test(sentence, () => {
    const property = fc.property(story, fc.boolean(), (steps, claimable) => {
      holds(play(steps, claimable))
    })
    fc.assert(property, { numRuns: 500 })
  })
}

always(
  'I1: the account of a sign-in is written once, and only by the phone that scanned',
  turns => {
    for (const { before, after, step } of turns) {
      if (before?.account) assert.equal(after?.account, before.account)
      else if (after?.account) {
        assert.ok(step.type === 'approve' || step.type === 'approve_at_once')
        assert.equal(after.account, step.account)
        assert.equal(after.phoneHash, step.phoneHash)
        if (step.type === 'approve') assert.equal(before?.phoneHash, step.phoneHash)
      }
    }
  },
)

always('the phone of a sign-in is written once', turns => {
  for (const { before, after } of turns) {
    if (before?.phoneHash) assert.equal(after?.phoneHash, before.phoneHash)
  }
})

always(
  'I4: claimed is reached from approved only, once, and never where nobody may claim',
  turns => {
    const claims = turns.filter(turn =>
      turn.events.some(({ event }) => event === 'sign_in.claimed'),
    )
    assert.ok(claims.length <= 1)
    for (const { before, after, now, claimable } of claims) {
      assert.equal(before?.state, 'approved')
      assert.equal(after?.claimedAt, now)
      assert.ok(claimable)
    }
  },
)

always('I5: nothing follows a final state but a report that it was somebody else', turns => {
  for (const { before, after, step } of turns) {
    if (!before || !finalStates.has(before.state) || after === before) continue
    const { seq, updatedAt, disownedAt } = after as SignIn
    assert.deepEqual(after, { ...before, seq, updatedAt, disownedAt })
    assert.equal(step.type, 'disown')
  }
})

always('a report that it was somebody else comes once, and ends what is going on', turns => {
  const reports = turns.filter(({ events }) =>
    events.some(({ event }) => event === 'report.not_me'),
  )
  assert.ok(reports.length <= 1)
  for (const { before, after } of reports) {
    assert.ok(before?.account, 'somebody had signed in')
    assert.ok(after && finalStates.has(after.state))
  }
})

always('whoever has gone only shortens the time, and gets it back', turns => {
  for (const { before, after, step, now } of turns) {
    if (!before || !after || after === before) continue
    if (step.type === 'leave') {
      assert.equal(after.stayUntil, before.leftBy === null ? before.deadline : before.stayUntil)
      assert.ok((after.deadline ?? 0) <= now + comeBackWithin && before.leftBy !== 'kiosk')
    } else if (step.type === 'come_back') {
      assert.deepEqual([after.deadline, after.leftBy], [before.stayUntil, null])
    }
    if (after.leftBy === null) assert.equal(after.stayUntil, null)
  }
})

always(
  'N37: a visitor gets more time to sign in once, and never more than as much again',
  turns => {
    const given = turns.filter(
      ({ before, after }) => before !== null && before.extendedAt !== after?.extendedAt,
    )
    assert.ok(given.length <= 1)
    for (const { before, after, step } of given) {
      assert.deepEqual([step.type, before?.state, after?.state], ['extend', 'scanned', 'scanned'])
      const until = (row: SignIn | null) => (row?.leftBy === null ? row.deadline : row?.stayUntil)
      assert.equal(until(after), (until(before) ?? 0) + timings.scanned)
    }
  },
)

always('I6: nothing becomes approved at or after its deadline', turns => {
  for (const { before, after, now } of turns) {
    if (after?.state !== 'approved' || before?.state === 'approved') continue
    const deadline = before ? before.deadline : start + timings.pending
    assert.ok(deadline !== null && now < deadline)
    assert.equal(after.approvedAt, now)
  }
})

always('I10: each final state has exactly one event that says so', turns => {
  const ends = turns.flatMap(turn => turn.events).filter(({ event }) => terminal.has(event))
  const last = turns.at(-1)?.after
  assert.equal(ends.length, last && finalStates.has(last.state) ? 1 : 0)
})

always('I14: seq rises by one with every change and stays with every other step', turns => {
  for (const { before, after, written } of turns) {
    const risen = (after?.seq ?? 0) - (before?.seq ?? 0)
    assert.equal(risen, written ? 1 : 0)
  }
})

always('S017: the same step once more, at the same moment, changes nothing', turns => {
  for (const { after, step, now, written } of turns) {
    if (!written || !after) continue
    assert.deepEqual(advance(after, step, now, timings), { next: after, events: [] })
  }
})

always('what is observed is what the reaper writes, whenever it comes', turns => {
  for (const { after, now } of turns) {
    if (!after) continue
    for (const wait of [0, 1, 14_999, 15_000, 119_999, 120_000, 180_000, 600_000, 10_000_000]) {
      const seen: SignIn = observe(after, now + wait, timings)
      const { next } = advance(after, { type: 'expire' }, now + wait, timings)
      assert.deepEqual(seen, next)
      const afterwards = observe(next, now + wait + 3_600_000, timings)
      if (finalStates.has(next.state)) assert.deepEqual(afterwards, next)
    }
  }
})

always(
  'I12: every row is final once its deadlines have passed, and only final rows have none',
  turns => {
    for (const { after, now } of turns) {
      if (!after) continue
      assert.equal(after.deadline === null, finalStates.has(after.state))
      const late = observe(after, now + 3_600_000, timings)
      assert.ok(finalStates.has(late.state))
    }
  },
)

always('I13: an approval knows its account, method and time, and nothing before it does', turns => {
  for (const { before, after } of turns) {
    if (!after) continue
    const { account, amr, approvedAt } = after
    const known = [account, amr, approvedAt].filter(value => value !== null).length
    if (isApproved(after)) assert.equal(known, 3)
    else assert.equal(known, before?.account ? 3 : 0)
    const claimed = after.state === 'claimed' || typeof before?.claimedAt === 'number'
    assert.equal(after.claimedAt !== null, claimed)
  }
})
