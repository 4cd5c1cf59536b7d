import assert from 'node:assert/strict'
import { it } from 'node:test'
import { FakeClock } from '../test-support/fake-clock.ts'
import { GateError } from './gate-error.ts'
import { retry } from './retry.ts'

const unreachable = () => new GateError('unreachable')
const random = () => 1

it('a call is repeated until it is answered', async () => {
  const clock = new FakeClock()
  let calls = 0
  const answer = retry(
    async () => {
      calls += 1
      if (calls < 4) throw unreachable()
      return 'answer'
    },
    { clock, windowMs: 120_000, random },
  )
  await clock.pass(10_000)
  assert.equal(await answer, 'answer')
  assert.equal(calls, 4)
})

it('a refusal is not asked for twice', async () => {
  const clock = new FakeClock()
  let calls = 0
  const call = async () => {
    calls += 1
    throw new GateError('already_ended', { status: 409 })
  }
  await assert.rejects(retry(call, { clock, windowMs: 120_000, random }), { code: 'already_ended' })
  assert.equal(calls, 1)
})

it('after the window the last failure is the answer', async () => {
  const clock = new FakeClock()
  const answer = retry(() => Promise.reject(unreachable()), { clock, windowMs: 5_000, random })
  answer.catch(() => {})
  await clock.pass(5_000)
  await assert.rejects(answer, { code: 'unreachable' })
})

it('nobody waits after an abort', async () => {
  const clock = new FakeClock()
  const life = new AbortController()
  const options = { clock, windowMs: 5_000, random, signal: life.signal }
  const answer = retry(() => Promise.reject(unreachable()), options)
  answer.catch(() => {})
  await clock.pass(100)
  life.abort('closed')
  assert.equal(await answer.catch(reason => reason), 'closed')
})
