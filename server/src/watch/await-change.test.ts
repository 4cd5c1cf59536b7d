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
  void waits.awaitChange(watch, since, 1_000, new AbortController().signal).then(settle, settle)
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
