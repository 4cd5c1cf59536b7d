import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SigningKey } from '../store/signing-key.ts'
import { publishedKeys, signersOf, tokenLife, withKey } from './key-set.ts'

const start = 1_800_000_000_000
const minute = 60_000

function key(id: string, signsFrom: number, createdAt = signsFrom): SigningKey {
  return { id, publicKey: '', privateKey: '', signsFrom, acceptedUntil: null, createdAt }
}

const ids = (keys: readonly SigningKey[]) => keys.map(({ id }) => id)

test('a first key signs at once, and has no end', () => {
  const keys = withKey([], key('a', start))
  assert.deepEqual(ids(signersOf(keys, start)), ['a'])
  assert.deepEqual(ids(publishedKeys(keys, start + 1e12)), ['a'])
})

test('a new key is published at once, signs from its time on, and the old one stays for ten minutes', () => {
  const begins = start + 60 * minute
  const keys = withKey([key('a', start)], key('b', begins, start))
  const at = (now: number) => [ids(publishedKeys(keys, now)), ids(signersOf(keys, now))[0]]
  assert.deepEqual(at(start), [['a', 'b'], 'a'])
  assert.deepEqual(at(begins - 1), [['a', 'b'], 'a'])
  assert.deepEqual(at(begins), [['a', 'b'], 'b'])
  assert.deepEqual(at(begins + 10 * minute - 1), [['a', 'b'], 'b'])
  assert.deepEqual(at(begins + 10 * minute), [['b'], 'b'])
})

test('a key that signs sooner than one that waits is followed by that one', () => {
  const waiting = withKey([key('a', start)], key('c', start + 60 * minute, start))
  const keys = withKey(waiting, key('b', start + 10 * minute, start))
  const at = (now: number) => [ids(publishedKeys(keys, now)), ids(signersOf(keys, now))[0]]
  assert.deepEqual(at(start + 10 * minute), [['a', 'b', 'c'], 'b'])
  assert.deepEqual(at(start + 20 * minute), [['b', 'c'], 'b'])
  assert.deepEqual(at(start + 60 * minute), [['b', 'c'], 'c'])
  assert.deepEqual(at(start + 70 * minute), [['c'], 'c'])
})

test('keys whose last token is over go with the next rotation', () => {
  const first = withKey([key('a', start)], key('b', start + 60 * minute, start))
  const later = start + 90 * minute
  assert.deepEqual(ids(withKey(first, key('c', later + 60 * minute, later))), ['b', 'c'])
})

test('whatever rotations come, no token is good for longer than its key is published', () => {
  const minutes = fc.integer({ min: 0, max: 120 })
  const rotations = fc.array(fc.record({ pause: minutes, notice: minutes }), { maxLength: 12 })
  fc.assert(
    fc.property(rotations, minutes, (steps, wait) => {
      let now = start
      let keys = withKey([], key('first', now))
      for (const [n, { pause, notice }] of steps.entries()) {
        now += pause * minute
        keys = withKey(keys, key(`${n}`, now + notice * minute, now))
        now += wait * minute
        const [signer] = signersOf(keys, now)
        assert.ok(signer, 'somebody signs at any time')
        for (const { id } of signersOf(keys, now)) {
          assert.ok(ids(publishedKeys(keys, now + tokenLife - 1)).includes(id))
        }
        // And so it stays, whatever comes behind it.
        const after = withKey(keys, key('next', now, now))
        assert.ok(ids(publishedKeys(after, now + tokenLife - 1)).includes(signer.id))
      }
    }),
  )
})
