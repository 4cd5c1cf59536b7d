import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { redisRefusals } from '../../server/src/redis/client.ts'
import { databaseTroubles } from '../../server/src/store/database-trouble.ts'

const page = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8')

/** What a sentence says first is what an operator looks for. */
const begin = (sentence: string) => sentence.split(/[;:]/, 1)[0] ?? ''

test('docs/operate.md has every trouble of a database, in the words that the gate uses', () => {
  const missing = Object.values(databaseTroubles).filter(words => !page.includes(begin(words)))
  assert.deepEqual(missing, [])
})

test('docs/operate.md has what Redis refuses, in the words that the gate uses', () => {
  // These two are over by themselves, or by what they say.
  const { LOADING: _, MISCONF: __, ...lasting } = redisRefusals
  const missing = Object.values(lasting).filter(words => !page.includes(begin(words)))
  assert.deepEqual(missing, [])
})

test('docs/operate.md has a row for each fault that tests carry the number of', () => {
  const faults = Array.from({ length: 36 }, (_, n) => `F${`${n + 1}`.padStart(2, '0')}`)
  const rows = [...page.matchAll(/^\| (F\d\d)(?:([-,]) ?(F\d\d))? \|/gm)]
  const told = rows.flatMap(([, first = '', sign, last = first]) =>
    sign === '-' ? faults.filter(fault => fault >= first && fault <= last) : [first, last],
  )
  assert.deepEqual([...new Set(told)], faults)
})
