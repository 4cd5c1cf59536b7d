import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Steps } from './steps.ts'

const never = () => false

async function read(steps: Steps<string>): Promise<string[]> {
  const all: string[] = []
  for (let { done, value } = await steps.next(); !done; { done, value } = await steps.next()) {
    all.push(value)
  }
  return all
}

it('a slow reader still reads every step', async () => {
  const steps = new Steps<string>(() => {})
  for (const step of ['a', 'b', 'c']) steps.push(step, never)
  steps.end()
  assert.deepEqual(await read(steps), ['a', 'b', 'c'])
})

it('an unread step that is outdated is left out', async () => {
  const steps = new Steps<string>(() => {})
  for (const step of ['a1', 'a2', 'b1']) steps.push(step, unread => unread[0] === step[0])
  steps.end()
  assert.deepEqual(await read(steps), ['a2', 'b1'])
})

it('an error comes after the steps before it, and only once', async () => {
  const steps = new Steps<string>(() => {})
  steps.push('a', never)
  steps.end(new Error('refused'))
  assert.deepEqual(await steps.next(), { value: 'a', done: false })
  await assert.rejects(steps.next(), /refused/)
  assert.deepEqual(await steps.next(), { value: undefined, done: true })
})

it('a waiting reader learns of the end', async () => {
  const steps = new Steps<string>(() => {})
  const next = steps.next()
  steps.end()
  assert.deepEqual(await next, { value: undefined, done: true })
})

it('leaving the loop says so', async () => {
  let left = false
  const steps = new Steps<string>(() => {
    left = true
  })
  await steps.return()
  assert.equal(left, true)
})
