import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../errors.ts'
import type { Engine } from './engine.ts'
import { createHealth } from './health.ts'
import { patience, retryWhileBusy } from './retry-while-busy.ts'

const engine = {
  passing: () => null,
  troubleOf: () => null,
  knownTrouble: () => null,
  health: createHealth(),
} as unknown as Engine

const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'

test('F16: whoever asks a database that never answers is told so in time', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked = assert.rejects(
    retryWhileBusy(engine, () => new Promise(() => {})),
    busy,
  )
  let isOver = false
  const over = asked.then(() => {
    isOver = true
  })
  t.mock.timers.tick(patience - 100)
  await Promise.resolve()
  assert.equal(isOver, false)
  t.mock.timers.tick(100)
  await over
})

test('I7: work whose time is over is told so, and does nothing more', async t => {
  const clock = performance.now.bind(performance)
  let late = 0
  t.mock.method(performance, 'now', () => clock() + late)
  const work = retryWhileBusy(engine, async ({ requireInTime }) => {
    requireInTime()
    late = patience
    requireInTime()
    assert.fail('it went on')
  })
  await assert.rejects(work, busy)
})
