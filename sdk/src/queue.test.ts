import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Queue } from './queue.ts'

const never = () => false

async function read(queue: Queue<string>): Promise<string[]> {
  const all: string[] = []
  for (let { done, value } = await queue.next(); !done; { done, value } = await queue.next()) {
    all.push(value)
  }
  return all
}

it('a slow reader still reads every entry', async () => {
  const queue = new Queue<string>(() => {})
  for (const entry of ['a', 'b', 'c']) queue.push(entry, never)
  queue.end()
  assert.deepEqual(await read(queue), ['a', 'b', 'c'])
})

it('an unread entry that is outdated is left out', async () => {
  const queue = new Queue<string>(() => {})
  for (const entry of ['a1', 'a2', 'b1']) queue.push(entry, unread => unread[0] === entry[0])
  queue.end()
  assert.deepEqual(await read(queue), ['a2', 'b1'])
})

it('an error comes after the queue before it, and only once', async () => {
  const queue = new Queue<string>(() => {})
  queue.push('a', never)
  queue.end(new Error('refused'))
  assert.deepEqual(await queue.next(), { value: 'a', done: false })
  await assert.rejects(queue.next(), /refused/)
  assert.deepEqual(await queue.next(), { value: undefined, done: true })
})

it('a waiting reader learns of the end', async () => {
  const queue = new Queue<string>(() => {})
  const next = queue.next()
  queue.end()
  assert.deepEqual(await next, { value: undefined, done: true })
})

it('leaving the loop is reported', async () => {
  let left = false
  const queue = new Queue<string>(() => {
    left = true
  })
  await queue.return()
  assert.equal(left, true)
})
