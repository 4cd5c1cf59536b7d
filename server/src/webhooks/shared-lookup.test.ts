import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address } from './address.ts'
import { sharedLookup } from './shared-lookup.ts'

const addresses: readonly Address[] = [{ address: '127.0.0.1', family: 4 }]

/** A resolver that answers when it is told to. */
function slowResolver() {
  const asked: string[] = []
  const answers = new Map<string, PromiseWithResolvers<readonly Address[]>>()
  const lookup = sharedLookup(host => {
    asked.push(host)
    const answer = Promise.withResolvers<readonly Address[]>()
    answers.set(host, answer)
    return answer.promise
  })
  return { lookup, asked, answer: (host: string) => answers.get(host) }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

test('S166 a resolver that is dead holds two threads at most, however often it is asked', async () => {
  const { lookup, asked, answer } = slowResolver()
  const lookups = ['a', 'a', 'b', 'c', 'a', 'd', 'c'].map(host => lookup(host))
  const all = Promise.allSettled(lookups)
  assert.deepEqual(asked, ['a', 'b'])
  answer('b')?.reject(new Error('dead'))
  await turn()
  assert.deepEqual(asked, ['a', 'b', 'c'])
  answer('a')?.resolve(addresses)
  await turn()
  assert.deepEqual(asked, ['a', 'b', 'c', 'd'])
  answer('c')?.resolve(addresses)
  answer('d')?.resolve(addresses)
  const outcomes = (await all).map(({ status }) => status === 'fulfilled')
  assert.deepEqual(outcomes, [true, true, false, true, true, true, true])
})

test('what has been answered is asked again the next time', async () => {
  const { lookup, asked, answer } = slowResolver()
  for (const count of [1, 2, 3]) {
    const found = lookup('a')
    answer('a')?.resolve(addresses)
    assert.deepEqual(await found, addresses)
    assert.equal(asked.length, count)
  }
})
