import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type GoalId, goals, verdictOf } from '../../bench/goals.ts'
import { inTurns, medianOf, over } from '../../bench/support/figures.ts'

const verdict = (goal: GoalId, value: number) => verdictOf({ goal, value, parts: {} })

test('N76: a figure reaches its goal, holds it or misses it, whichever way is better', () => {
  assert.equal(verdict('P8', 3), 'reached')
  assert.equal(verdict('P8', 5), 'held')
  assert.equal(verdict('P8', 5.01), 'missed')
  assert.equal(verdict('P18', 1_500), 'reached')
  assert.equal(verdict('P18', 500), 'held')
  assert.equal(verdict('P18', 499), 'missed')
  assert.equal(verdict('P8', Number.NaN), 'missed', 'what could not be measured is no success')
})

test('N76: what must hold is never stricter than what is reached for', () => {
  for (const [name, { must, reach, ...goal }] of Object.entries(goals)) {
    assert.ok('isMoreBetter' in goal ? reach >= must : reach <= must, name)
  }
})

test('N76: what is compared runs in turns, backwards every other round, and the first round does not count', async () => {
  const order: string[] = []
  const measures = Object.fromEntries(
    ['a', 'b'].map(name => [name, async () => order.push(name)] as const),
  )
  const figures = await inTurns(2, measures)
  assert.equal(order.join(''), 'abbaab')
  assert.deepEqual(figures, { a: [4, 5], b: [3, 6] })
})

test('N76: the median is that of what each round says, not of each side alone', () => {
  assert.equal(medianOf(over, [10, 2, 30], [9, 1, 20]), 1)
})

test('docs/performance.md has a row for every goal that `npm run bench` measures', () => {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')
  for (const name of Object.keys(goals).filter(name => name !== 'P2')) {
    assert.ok(page.includes(`| ${name} |`), name)
  }
})
