import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyCheckOf, keyOfCheck } from './key-check.ts'
import { deriveKeyring } from './keyring.ts'

const ring = (...keys: [string, ...string[]]) => deriveKeyring(keys, 'key check')

test('a mark is known by its key, wherever that stands among the accepted ones, and by no other', () => {
  const mark = keyCheckOf(ring('one'))
  assert.equal(keyOfCheck(mark, ring('one')), 'current')
  assert.equal(keyOfCheck(mark, ring('two', 'three', 'one')), 'older')
  for (const other of [ring('two'), ring('One'), deriveKeyring(['one'], 'another purpose')]) {
    assert.equal(keyOfCheck(mark, other), 'unknown')
  }
  for (const text of ['', mark.slice(1), `${mark}A`]) {
    assert.equal(keyOfCheck(text, ring('one')), 'unknown')
  }
})
