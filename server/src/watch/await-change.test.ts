import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createChangeWaits } from './await-change.ts'
import type { Watchable } from './delivery.ts'

const pending: Watchable = { seq: 0, deadline: 1 }

/** A wait of one second that begins at `since`, and what it has come to. */
function setUp(since: number) {
  const waits = createChangeWaits()
  let tell = (_row: Watchable) => {}
  let stopped = false
  let answer: unknown
  const watch = (told: (row: Watchable) => void) => {
    tell = told
    const stop = () => {
      stopped = true
    }
    return { first: Promise.resolve(), stop }
  }
  const settle = (answered: unknown) => {
    answer = answered
  }
  void waits
    .awaitChange(
      'one',
      watch,
      ({ seq }: Watchable) => seq > since,
      1_000,
      new AbortController().signal,
    )
    .then(settle, settle)
  return { tell, stopped: () => stopped, answer: () => answer }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('a wait in vain ends after its time, no sooner, with what there is', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const wait = setUp(0)
  wait.tell(pending)
  t.mock.timers.tick(999)
  await turn()
  assert.equal(wait.answer(), undefined)
  t.mock.timers.tick(1)
  await turn()
  assert.equal(wait.answer(), pending)
  assert.ok(wait.stopped())
})

test('a change ends a wait without any timer', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const wait = setUp(0)
  wait.tell(pending)
  const scanned = { seq: 1, deadline: 1 }
  wait.tell(scanned)
  await turn()
  assert.equal(wait.answer(), scanned)
})

test('the first look may take longer than the wait, and is refused after four seconds', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const late = setUp(0)
  const never = setUp(0)
  t.mock.timers.tick(1_000)
  t.mock.timers.tick(2_999)
  late.tell(pending)
  await turn()
  assert.equal(late.answer(), pending)
  assert.equal(never.answer(), undefined)
  t.mock.timers.tick(1)
  await turn()
  const answer = never.answer()
  assert.ok(answer instanceof Refusal && answer.code === 'storage_busy')
})

test('N07: of one thing three wait at once; the oldest is answered for a newer, with what there is', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const waits = createChangeWaits()
  const { signal } = new AbortController()
  const answered: number[] = []
  let watched = 0
  const wait = (number: number, id = 'one') => {
    const watch = (told: (row: Watchable) => void) => {
      watched += 1
      void Promise.resolve().then(() => told(pending))
      const stop = () => {
        watched -= 1
      }
      return { first: Promise.resolve(), stop }
    }
    void waits
      .awaitChange(id, watch, ({ seq }: Watchable) => seq > 0, 25_000, signal)
      .then(() => answered.push(number))
  }
  for (let number = 0; number < 1_000; number += 1) wait(number)
  wait(1_000, 'another')
  await turn()
  assert.deepEqual(
    answered,
    Array.from({ length: 997 }, (_, number) => number),
  )
  assert.equal(watched, 4)
  wait(1_001)
  await turn()
  assert.deepEqual(answered.at(-1), 997)
  t.mock.timers.tick(25_000)
  await turn()
  assert.deepEqual([answered.length, watched], [1_002, 0])
})
