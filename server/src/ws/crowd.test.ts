import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaverOf } from './crowd.ts'

/** A crowd in the order of its coming: `a1` is of network a, `a1!` has not answered the last ping. */
function leaver(crowd: string): string | undefined {
  const members = crowd.split(' ').map(name => {
    return { name, network: name.slice(0, 1), silent: name.endsWith('!') }
  })
  return leaverOf(members)?.name
}

test('N08: one goes of the network that holds most: the newest, and never the newcomer', () => {
  assert.equal(leaver('s1 p1 p2 p3 p4'), 'p3')
  assert.equal(leaver('s1 p1 p2 p3 s2'), 'p3')
  assert.equal(leaver('s1 p1 p2 p3 p4 q1'), 'p4')
})

test('N08: the first of a network is not pushed off by others of it', () => {
  assert.equal(leaver('s1 s2 s3 s4'), 's3')
  assert.equal(leaver('s1 s2'), 's1')
})

test('N08: whoever has not answered the last ping goes first', () => {
  assert.equal(leaver('s1! s2 s3 s4'), 's1!')
  assert.equal(leaver('s1! p1 p2 p3 s2'), 'p3')
})

test('N08: among equals the newest goes', () => {
  assert.equal(leaver('a1 b1 c1 d1'), 'c1')
  assert.equal(leaver('a1 a2 b1 b2 c1'), 'b2')
})
