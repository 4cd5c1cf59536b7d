import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Held } from './held.ts'

test('N70: things under keys are what sets under keys would hold, in the order of their coming', () => {
  const things = ['a', 'b', 'c'].map(name => ({ name }))
  const key = fc.constantFrom('one', 'two')
  const thing = fc.constantFrom(...things)
  const move = fc.tuple(fc.boolean(), key, thing)
  fc.assert(
    fc.property(fc.array(move, { maxLength: 30 }), moves => {
      const held = new Held<string, object>()
      const sets = new Map([
        ['one', new Set<object>()],
        ['two', new Set<object>()],
      ])
      for (const [adds, key, thing] of moves) {
        const set = sets.get(key) ?? new Set()
        if (adds) {
          held.add(key, thing)
          set.add(thing)
        } else {
          held.delete(key, thing)
          set.delete(thing)
        }
        for (const [key, set] of sets) {
          assert.deepEqual(held.of(key), [...set])
          for (const thing of things) assert.equal(held.has(key, thing), set.has(thing))
        }
        const kept = [...sets].filter(([, set]) => set.size > 0).map(([key]) => key)
        assert.deepEqual(held.keys().toSorted(), kept)
      }
    }),
  )
})

test('what is added and taken away meanwhile changes nothing of what was asked for before', () => {
  const held = new Held<string, object>()
  const [first, second] = [{}, {}]
  held.add('key', first)
  const before = held.of('key')
  held.add('key', second)
  held.delete('key', first)
  assert.deepEqual([before, held.of('key')], [[first], [second]])
  held.clear()
  assert.deepEqual(held.keys(), [])
})
