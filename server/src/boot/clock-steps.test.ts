import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { ClockStep } from '../clock.ts'
import { clockDegraded, lengthOf, noteSteps } from './clock-steps.ts'

const step: ClockStep = { whose: 'database', by: 7_200_000, since: 0, isFollowed: false }

test('N79: /readyz says whose clock has jumped, how far, and what the gate makes of it', () => {
  const said = (change: Partial<ClockStep>) =>
    clockDegraded({ step: () => ({ ...step, ...change }) })?.reason
  const doubted = 'not believed before it has lasted a minute'
  assert.equal(said({}), `the database's clock has jumped ahead by 2 h; ${doubted}`)
  assert.equal(
    said({ whose: 'machine', by: -300_000 }),
    `this machine's clock has jumped back by 5 min; ${doubted}`,
  )
  assert.equal(
    said({ isFollowed: true }),
    "the database's clock has jumped ahead by 2 h; it has lasted, and the gate goes by it now",
  )
  assert.equal(said({ by: -4_999 }), undefined, 'that harms nobody')
  assert.equal(clockDegraded({ step: () => null }), null)
})

test('N79: the log says it once when it begins and once when it is believed or over', () => {
  const lines: string[] = []
  const logger = pino({}, { write: line => void lines.push(JSON.parse(line).msg) })
  let followed = 0
  const note = noteSteps(logger, () => {
    followed += 1
  })
  note(step, 'noticed')
  note(step, 'over')
  note({ ...step, by: -600 }, 'noticed')
  note({ ...step, by: -600, isFollowed: true }, 'followed')
  assert.equal(followed, 0, 'nobody is to look anew at all that runs out for that')
  note({ ...step, isFollowed: true }, 'followed')
  assert.equal(followed, 1)
  assert.deepEqual(lines, [
    "the database's clock has jumped ahead by 2 h; not believed before it has lasted a minute",
    "the database's clock is right again",
    "the database's clock has jumped ahead by 2 h; it has lasted, and the gate goes by it now",
  ])
})

test('a length of time is said in the unit that says it well', () => {
  const said = [5_000, 90_000, 119_400, 300_000, 3_600_000, 7_200_000, 46_800_000, 864_000_000]
  assert.deepEqual(said.map(lengthOf), [
    '5 s',
    '90 s',
    '119 s',
    '5 min',
    '60 min',
    '2 h',
    '13 h',
    '10 days',
  ])
  assert.equal(lengthOf(-7_200_000), '2 h')
})
