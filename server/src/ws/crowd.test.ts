import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaverOf } from './crowd.ts'

/**
 * Who may have to go of a crowd in the order of its coming: `a1` is of network a, `a1!` has not answered
 * the last ping.
 */
function leavers(crowd: string): string[] {
  const members = crowd.split(' ').map(name => {
    return { name, network: name.slice(0, 1), silent: name.endsWith('!') }
  })
  const chances = Array.from({ length: 100 }, (_, n) => n / 100)
  return [...new Set(chances.map(chance => leaverOf(members, () => chance)?.name ?? ''))]
}

test('N08: one goes of the network that holds most, and never the newcomer', () => {
  assert.deepEqual(leavers('s1 p1 p2 p3 p4 p5 p6'), ['p4', 'p5'])
  assert.deepEqual(leavers('s1 p1 p2 p3 p4 p5 s2'), ['p4', 'p5'])
  assert.deepEqual(leavers('s1 p1 p2 p3 p4 p5 p6 q1'), ['p4', 'p5', 'p6'])
})

test('N08: the first three of a network are not pushed off by others of it', () => {
  assert.deepEqual(leavers('s1 s2 s3 s4 s5 s6'), ['s4', 's5'])
  assert.deepEqual(leavers('s1 s2'), ['s1'], 'but a newcomer gets in')
})

test('N08: a screen that was away and comes back among many of its own network mostly stays', () => {
  const screen = 'p8'
  const candidates = leavers(`p1 p2 p3 p4 p5 p6 p7 ${screen} p9`)
  assert.deepEqual(candidates, ['p4', 'p5', 'p6', 'p7', screen])
})

test('N08: whoever has not answered the last ping goes first', () => {
  assert.deepEqual(leavers('s1! s2 s3 s4'), ['s1!'])
  assert.deepEqual(leavers('s1! p1 p2 p3 p4 s2'), ['p4'])
})

test('N08: among networks that hold as many, one goes that is not one of the first of its own', () => {
  assert.deepEqual(leavers('a1 a2 a3 a4 b1 b2 b3 b4 c1'), ['a4', 'b4'])
  assert.deepEqual(leavers('a1 b1 c1 d1'), ['a1', 'b1', 'c1'])
})
