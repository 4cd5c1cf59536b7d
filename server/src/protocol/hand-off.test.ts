import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import {
  advanceHandOff,
  type HandOff,
  type HandOffStep,
  observeHandOff,
  overStates,
  requestHandOff,
} from './hand-off.ts'
import type { Actor } from './log-event.ts'

const start = 1_800_000_000_000
const timings = { asking: 600_000, life: 43_200_000 }
const kiosk: Actor = { kind: 'kiosk', id: '101' }
const phone: Actor = { kind: 'phone', id: 'hash of the phone' }

const fresh = (): HandOff =>
  requestHandOff(
    {
      id: '01926b7e-0000-7000-8000-000000000000',
      signIn: '01926b7e-0000-7000-8000-000000000001',
      client: 'clinic',
      kiosk: 101,
      account: 'a1',
      claims: ['name'],
      service: { id: 'exam', name: { ko: '진료', en: 'Doctor' }, icon: 'doctor' },
      language: 'ko',
    },
    kiosk,
    start,
    timings,
  ).next

/** Takes steps one after the other. @returns the row, and what the log was told. */
function after(steps: readonly (HandOffStep | [HandOffStep, number])[], from = fresh()) {
  const events: string[] = []
  let row = from
  for (const step of steps) {
    const [what, at] = Array.isArray(step) ? step : [step, start + 1_000]
    const move = advanceHandOff(row, what, at, timings)
    row = move.next
    events.push(...move.events.map(({ event }) => event))
  }
  return { row, events }
}

const answer = (number: string): HandOffStep => ({
  type: 'change',
  by: 'answer',
  change: { status: 'accepted', number },
})
const said = (change: Extract<HandOffStep, { type: 'change' }>['change']): HandOffStep => ({
  type: 'change',
  by: 'client',
  change,
})
const cancel: HandOffStep = { type: 'cancel', reason: 'not_me', actor: phone }

test('the first answer counts, and asks no more', () => {
  const { row, events } = after([
    { type: 'try', until: start + 15_000 },
    answer('A-1'),
    answer('A-2'),
  ])
  assert.equal(row.ticket?.number, 'A-1')
  assert.deepEqual([row.state, row.tries, row.nextTryAt], ['accepted', 1, null])
  assert.equal(row.deadline, start + timings.life)
  assert.deepEqual(events, ['hand_off.accepted'])
})

test('F23: one node asks at a time; another one may when its time is over', () => {
  const first = after([{ type: 'try', until: start + 15_000 }]).row
  const other = advanceHandOff(
    first,
    { type: 'try', until: start + 16_000 },
    start + 2_000,
    timings,
  )
  assert.equal(other.next, first)
  const late = advanceHandOff(
    first,
    { type: 'try', until: start + 31_000 },
    start + 15_000,
    timings,
  )
  assert.deepEqual([late.next.tries, late.next.nextTryAt], [2, start + 31_000])
  assert.equal(late.next.seq, first.seq, 'nobody sees how often somebody is asked')
})

test('I12: without an answer it fails after its time, and a late word of the client still counts', () => {
  const failed = observeHandOff(fresh(), start + timings.asking, timings)
  assert.deepEqual([failed.state, failed.nextTryAt], ['failed', null])
  const { row, events } = after([[said({ status: 'accepted', number: 'A-7' }), start + 700_000]])
  assert.deepEqual([row.state, row.ticket?.number], ['accepted', 'A-7'])
  assert.deepEqual(events, ['hand_off.failed', 'hand_off.accepted'])
  // So does an answer that was on its way when the time ran out: the client has somebody waiting.
  const late = advanceHandOff(fresh(), answer('A-8'), start + 700_000, timings)
  assert.deepEqual([late.next.state, late.next.ticket?.number], ['accepted', 'A-8'])
})

test('a number stands in the answer though its client has called meanwhile', () => {
  const called = after([
    { type: 'try', until: start + 15_000 },
    said({ status: 'called', ahead: 0 }),
  ]).row
  const { row } = after([answer('A-3')], called)
  assert.deepEqual([row.state, row.ticket], ['called', { number: 'A-3' }])
  assert.equal(after([answer('A-4')], row).row, row)
})

test('what was received and is not answered by the client fails in time, too', () => {
  const { row } = after([{ type: 'received' }])
  assert.equal(row.nextTryAt, null)
  assert.equal(observeHandOff(row, start + timings.asking, timings).state, 'failed')
  assert.equal(after([said({ status: 'accepted', number: 'B-1' })], row).row.state, 'accepted')
})

test('waits, numbers being served and places are written down without a word to the log', () => {
  const accepted = after([answer('A-1')]).row
  const { row, events } = after([said({ ahead: 2, wait_minutes: 8, now: 'A-0' })], accepted)
  assert.deepEqual(row.ticket, { number: 'A-1', ahead: 2, wait_minutes: 8, now: 'A-0' })
  assert.equal(row.seq, accepted.seq + 1)
  assert.deepEqual(events, [])
})

test('what is null the ticket has no more; what it has not, or has so already, changes nothing', () => {
  const L = { ko: '2진료실', en: 'Room 2' }
  const whole = { number: 'A-1', title: L, place: { name: L }, lines: [L], now: 'A-0' }
  const accepted = after([answer('A-1'), said({ ...whole, ahead: 2, wait_minutes: 8 })]).row
  const { row } = after([said({ wait_minutes: null, title: null })], accepted)
  const { title, ...left } = whole
  assert.deepEqual(row.ticket, { ...left, ahead: 2 })
  assert.equal(row.seq, accepted.seq + 1)
  for (const same of [{ title: null }, { ahead: 2 }, { place: { name: { ...L } } }, {}]) {
    assert.equal(after([said(same)], row).row, row, JSON.stringify(same))
  }
  const fields = ['number', 'place', 'lines', 'ahead', 'now'] as const
  const nothing = Object.fromEntries(fields.map(field => [field, null]))
  assert.equal(after([said(nothing)], row).row.ticket, null)
  // What the answer says beside the client's own word is no null either.
  const early = after([{ type: 'try', until: start }, said({ status: 'accepted', ahead: 1 })]).row
  const late = { status: 'accepted', number: 'A-9', now: null, ahead: 5 } as const
  const answered: HandOffStep = { type: 'change', by: 'answer', change: late }
  assert.deepEqual(after([answered], early).row.ticket, { number: 'A-9', ahead: 1 })
})

test('nobody comes before whoever was called; passed on, they wait again and can be called again', () => {
  const waiting = after([answer('A-1'), said({ ahead: 1, wait_minutes: 5, now: 'A-0' })]).row
  const called = after([[said({ status: 'called', ahead: 0 }), start + 2_000]], waiting).row
  assert.deepEqual([called.ticket, called.calledAt], [{ number: 'A-1', now: 'A-0' }, start + 2_000])
  assert.equal(after([said({ ahead: 3, wait_minutes: 9 })], called).row, called)
  const L = { ko: '수납', en: 'Pay' }
  const passed = after([said({ status: 'accepted', title: L, ahead: 2 })], called).row
  assert.deepEqual(
    [passed.state, passed.ticket],
    ['accepted', { number: 'A-1', now: 'A-0', title: L, ahead: 2 }],
  )
  const again = after([[said({ status: 'called' }), start + 9_000]], passed).row
  assert.deepEqual([again.state, again.calledAt], ['called', start + 9_000])
})

test('I5: called, then done, no show or cancelled; nothing follows those', () => {
  for (const end of ['done', 'no_show', 'cancelled'] as const) {
    const { row, events } = after([
      answer('A-1'),
      said({ status: 'called' }),
      said({ status: end }),
    ])
    assert.equal(row.state, end)
    assert.equal(row.deadline, null)
    assert.deepEqual(events.at(-1), `hand_off.${end}`)
    assert.deepEqual(after([said({ status: end })], row).events, [], 'said again, nothing changes')
    const over = (error: Refusal) => error.code === 'hand_off_over'
    assert.throws(() => after([said({ status: 'accepted' })], row), over)
    assert.throws(() => after([said({ ahead: 1 })], row), over)
    const coming: HandOffStep = { type: 'coming', actor: { kind: 'phone', id: 'p' } }
    assert.throws(() => after([coming], row), over)
    if (end === 'cancelled') continue
    assert.throws(() => after([cancel], row), over)
  }
})

test('after twelve hours whoever still waits is told that it is void', () => {
  const { row } = after([answer('A-1')])
  const late = advanceHandOff(row, { type: 'expire' }, start + timings.life, timings)
  assert.deepEqual([late.next.state, late.next.reason], ['cancelled', 'over'])
  assert.deepEqual(
    late.events.map(({ event, actor }) => [event, actor.kind]),
    [['hand_off.cancelled', 'system']],
  )
  const refused = after([said({ status: 'refused', text: { ko: '마감', en: 'Full' } })]).row
  const quiet = advanceHandOff(refused, { type: 'expire' }, start + timings.life, timings)
  assert.deepEqual(
    [quiet.next.state, quiet.next.deadline, quiet.events.length],
    ['refused', null, 0],
  )
})

test('who is on the way says so once', () => {
  const { row } = after([answer('A-1')])
  const { events } = after(
    [
      { type: 'coming', actor: phone },
      { type: 'coming', actor: phone },
    ],
    row,
  )
  assert.deepEqual(events, ['hand_off.coming'])
})

test('who is called once more may say once more that they are coming', () => {
  const called = said({ status: 'called' })
  const coming = { type: 'coming', actor: phone } as const
  const { events, row } = after([answer('A-1'), called, coming, called, coming])
  assert.equal(events.filter(event => event === 'hand_off.coming').length, 1)
  const again = after([said({ status: 'accepted' }), called, coming], row)
  assert.equal(again.events.filter(event => event === 'hand_off.coming').length, 1)
})

test('whatever happens in whichever order: one number, an end is the end, and the log tells each once', () => {
  const step = fc.oneof(
    fc.constant({ type: 'try', until: start + 20_000 } as const),
    fc.constant({ type: 'retry', at: start + 3_000 } as const),
    fc.constant({ type: 'give_up' } as const),
    fc.constant({ type: 'received' } as const),
    fc.constantFrom('A-1', 'A-2').map(answer),
    fc
      .constantFrom('accepted', 'refused', 'called', 'done', 'no_show', 'cancelled')
      .map(status => said({ status: status as 'called' })),
    fc.constantFrom(cancel, { type: 'coming', actor: phone } as const),
    fc.constant({ type: 'expire' } as const),
  )
  const run = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 200_000 })), { maxLength: 25 })
  fc.assert(
    fc.property(run, steps => {
      let row = fresh()
      let now = start
      const events: string[] = []
      let answered: string | undefined
      for (const [what, passes] of steps) {
        now += passes
        const before = observeHandOff(row, now, timings)
        try {
          const move = advanceHandOff(row, what, now, timings)
          assert.ok(move.next.seq >= row.seq)
          assert.ok(move.events.length === 0 || move.next.seq > row.seq)
          if (overStates.has(before.state)) assert.equal(move.next.state, before.state)
          row = move.next
          events.push(...move.events.map(({ event }) => event))
        } catch (error) {
          assert.ok(error instanceof Refusal && overStates.has(before.state))
        }
        // Nobody is asked once there is an answer, or an end.
        if (row.state !== 'requested') assert.equal(row.nextTryAt, null)
        answered ??= row.ticket?.number
        assert.equal(row.ticket?.number, answered)
      }
      for (const end of ['done', 'no_show', 'cancelled']) {
        assert.ok(events.filter(event => event === `hand_off.${end}`).length <= 1)
      }
    }),
    { numRuns: 500 },
  )
})

test('events that a client is notified of name it, and what it has heard of', () => {
  const detail = (row: HandOff, step: HandOffStep) =>
    advanceHandOff(row, step, start + 2_000, timings).events.at(-1)?.detail
  const asking: HandOffStep = { type: 'try', until: start + 15_000 }
  const of = (tries: number) => ({ client: 'clinic', service: 'exam', tries })
  assert.deepEqual(detail(fresh(), cancel), { reason: 'not_me', ...of(0) })
  // A request may be under way, or would be sent again then.
  const asked_until = start + 15_000
  assert.deepEqual(detail(after([asking]).row, cancel), {
    reason: 'not_me',
    ...of(1),
    asked_until,
  })
  const answered = after([asking, answer('A-1')]).row
  assert.deepEqual(detail(answered, cancel), { reason: 'not_me', ...of(1) })
  assert.deepEqual(detail(answered, { type: 'coming', actor: phone }), of(1))
})

test('N79: after the clock was set back it has as much time left as it had, and the log has nothing to tell', () => {
  const by = 7_200_000
  const { row } = after([[{ type: 'try', until: start + 15_000 }, start + 1_000]])
  const back = start + 1_000 - by
  const observed = observeHandOff(row, back, timings)
  assert.deepEqual(
    { ...observed },
    {
      ...row,
      deadline: start + timings.asking - by,
      nextTryAt: start + 15_000 - by,
      createdAt: start - by,
      updatedAt: back,
    },
  )
  const written = advanceHandOff(row, { type: 'expire' }, back, timings)
  assert.deepEqual(written, { next: observed, events: [], quiet: true })
  const tried = advanceHandOff(row, { type: 'try', until: back + 30_000 }, back + 14_000, timings)
  assert.equal(tried.next.tries, 1, 'it is asked already, for so long from then on')
  const again = after([[{ type: 'try', until: back + 30_000 }, back + 14_000]], written.next)
  assert.equal(again.row.tries, 2)
  const failed = after([[{ type: 'expire' }, start + timings.asking - by]], written.next)
  assert.deepEqual([failed.row.state, failed.events], ['failed', ['hand_off.failed']])
})

test('N79: what is over stays as it is, whatever the clock says', () => {
  const { row } = after([answer('A1'), cancel])
  assert.equal(observeHandOff(row, start - 7_200_000, timings), row)
})
