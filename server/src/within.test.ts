import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { within } from './within.ts'

const limit = 1_000
const tooLate = () => new Error('too late')

/** Time that only the test moves: nothing here waits. */
function clockOf(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return t.mock.timers
}

test('what comes in time is passed on, be it a value or an error', async t => {
  const clock = clockOf(t)
  const work = Promise.withResolvers<string>()
  const answer = within(limit, work.promise, tooLate)
  clock.tick(limit - 1)
  work.resolve('an answer')
  assert.equal(await answer, 'an answer')
  await assert.rejects(within(limit, Promise.reject(new Error('no')), tooLate), /^Error: no$/)
})

test('what comes too late is refused, and its outcome harms nobody afterwards', async t => {
  const clock = clockOf(t)
  const work = Promise.withResolvers<string>()
  const refused = assert.rejects(within(limit, work.promise, tooLate), /^Error: too late$/)
  clock.tick(limit)
  await refused
  // Unhandled, this would end the process.
  work.reject(new Error('at last'))
  await new Promise(setImmediate)
})

test('no timer is left behind, whatever the outcome', async t => {
  const clock = clockOf(t)
  let late = 0
  const counted = () => {
    late += 1
    return tooLate()
  }
  await within(limit, Promise.resolve(), counted)
  await within(limit, Promise.reject(new Error('no')), counted).catch(() => {})
  clock.tick(10 * limit)
  assert.equal(late, 0)
})

test('a timer keeps no process alive', () => {
  const before = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  within(limit, new Promise(() => {}), tooLate).catch(() => {})
  const after = process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  assert.equal(after, before)
})
