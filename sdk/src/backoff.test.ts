import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Backoff } from './backoff.ts'

it('a backoff doubles up to its cap and starts over after a reset', () => {
  const backoff = new Backoff({ random: () => 1 })
  const waits = Array.from({ length: 8 }, () => backoff.next())
  assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  backoff.reset()
  assert.equal(backoff.next(), 250)
})

it('a backoff spreads evenly from nothing to the full wait', () => {
  assert.equal(new Backoff({ random: () => 0 }).next(), 0)
  assert.equal(new Backoff({ random: () => 0.5 }).next(), 125)
})

it('a backoff never comes back before the gate asked for', () => {
  assert.equal(new Backoff({ random: () => 0.5 }).next(1_500), 1_625)
})
