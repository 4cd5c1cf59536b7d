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

test('two names that are dead keep nobody else from being looked up', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { lookup, asked, answer } = slowResolver()
  const dead = async (host: string) => {
    const refused = assert.rejects(lookup(host))
    await turn()
    return refused
  }
  const first = [dead('a'), dead('b')]
  t.mock.timers.tick(5_000)
  for (const host of ['a', 'b']) answer(host)?.reject(new Error('dead'))
  await Promise.all(first)
  // Tried again, as long as they are dead.
  const again = [dead('a'), dead('b')]
  const found = lookup('alive')
  assert.deepEqual(asked, ['a', 'b', 'a', 'alive'])
  answer('alive')?.resolve(addresses)
  assert.deepEqual(await found, addresses)
  answer('a')?.reject(new Error('dead'))
  await again[0]
  await turn()
  assert.deepEqual(asked, ['a', 'b', 'a', 'alive', 'b'])
  answer('b')?.resolve(addresses)
  await assert.rejects(again[1] ?? Promise.resolve())
  // Whoever answers at once is slow no more.
  const both = [lookup('a'), lookup('b')]
  assert.deepEqual(asked.slice(5), ['a', 'b'])
  for (const host of ['a', 'b']) answer(host)?.resolve(addresses)
  await Promise.all(both)
})
