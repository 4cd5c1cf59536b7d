import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Shares } from './shares.ts'

const step = fc.record({
  adds: fc.boolean(),
  key: fc.constantFrom('a', 'b', 'c'),
  thing: fc.integer({ min: 0, max: 5 }),
})

test('N07: shares count as a plain list would, and know who holds most', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const shares = new Shares<string, number>()
      let list: [key: string, thing: number][] = []
      const held = (key: string) => list.filter(([k]) => k === key).map(([, thing]) => thing)
      for (const { adds, key, thing } of steps) {
        if (adds && !held(key).includes(thing)) list.push([key, thing])
        if (!adds) list = list.filter(([k, other]) => k !== key || other !== thing)
        if (adds) shares.add(key, thing)
        else shares.delete(key, thing)

        assert.equal(shares.size, list.length)
        for (const each of ['a', 'b', 'c']) assert.deepEqual([...shares.of(each)], held(each))
        const most = Math.max(...['a', 'b', 'c'].map(each => held(each).length))
        assert.equal(shares.greatest.size, most)
      }
    }),
  )
})
