import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Backoff, handOffBackoff, nextTryAt, notificationBackoff } from './backoff.ts'

const firstAt = 1_800_000_000_000

/** The waits in seconds when every try fails at once, until the time is over. */
function waits(backoff: Backoff, random: number): number[] {
  const all: number[] = []
  for (let now = firstAt, tries = 1; tries < 1_000; tries += 1) {
    const due = nextTryAt(backoff, { firstAt, tries, now }, random)
    if (due === null) return all
    all.push((due - now) / 1000)
    now = due
  }
  return assert.fail('it never gives up')
}

test('a hand-off is tried again ever later, for ten minutes', () => {
  const quick = waits(handOffBackoff, 0)
  assert.deepEqual(quick, [1, 2, 4, 8, 15, 30, ...Array(9).fill(60)])
  assert.ok(quick.reduce((sum, wait) => sum + wait) <= 600)
})

test('a notification is tried again ever later, for a day', () => {
  const [first, second, third, fourth, fifth, ...hourly] = waits(notificationBackoff, 0)
  assert.deepEqual([first, second, third, fourth, fifth], [5, 30, 120, 600, 1_800])
  assert.deepEqual(hourly, Array(23).fill(3_600))
})

test('chance adds up to a quarter of each wait, and takes nothing', () => {
  const due = (random: number) =>
    nextTryAt(handOffBackoff, { firstAt, tries: 7, now: firstAt }, random)
  assert.deepEqual([0, 0.5, 1 - Number.EPSILON].map(due), [
    firstAt + 60_000,
    firstAt + 67_500,
    firstAt + 75_000,
  ])
  assert.equal(waits(notificationBackoff, 0.999)[0], 6.249)
})

test('S143: the time counts from the first try, however long the tries themselves took', () => {
  const { limit } = handOffBackoff
  const at = (now: number) => nextTryAt(handOffBackoff, { firstAt, tries: 1, now }, 0)
  assert.equal(at(firstAt + limit - 1_000), firstAt + limit)
  assert.equal(at(firstAt + limit - 999), null)
})
