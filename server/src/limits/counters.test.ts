import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal } from '../errors.ts'
import { createCounters, payAll } from './counters.ts'
import { Counts } from './counts.ts'

const rule = { name: 'tries', points: 3, duration: 10 }

test('I16: what was counted on one node counts on every other, and on none where it may not', async () => {
  const shared = new Counts(rule, () => 0)
  const nodes = [1, 2].map(() =>
    createCounters(() => 0, {
      counter: () => async (key, points) => shared.take(key, points),
      lost: () => null,
      close: () => {},
    }),
  )
  const [one, other] = nodes.map(node => node.everywhere(rule))
  assert.ok(one && other)
  for (const counter of [one, other, one]) await payAll('too_many_tries', [counter('hong')])
  for (const counter of [one, other]) {
    const refused = payAll('too_many_tries', [counter('hong')])
    await assert.rejects(refused, (error: Refusal) => error.code === 'too_many_tries')
    assert.equal((await payAll('too_many_tries', [counter('kim')])).length, 2)
  }
  const here = nodes.map(node => node.here(rule))
  for (const counter of here) {
    for (let n = 0; n < 3; n += 1) await payAll('too_many_tries', [counter('hong')])
  }
})
