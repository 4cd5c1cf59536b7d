import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBytes } from './random-bytes.ts'

test('N72: random bytes are given once, whatever is asked for in which order', () => {
  const sizes = Array.from(
    { length: 3_000 },
    (_, index) => [10, 32, 16, 4_096, 10, 5_000][index % 6],
  )
  const given = sizes.map((size = 0) => {
    const bytes = randomBytes(size)
    assert.equal(bytes.length, size)
    return bytes
  })
  // What is given stays as it was, whoever asks later, and shares no bytes with it.
  const pieces = given.flatMap(bytes => [bytes.subarray(0, 10), bytes.subarray(-10)])
  const kinds = new Set(pieces.map(piece => piece.toString('hex')))
  // Of those of ten bytes, beginning and end are the same piece.
  assert.equal(kinds.size, given.length + given.filter(bytes => bytes.length > 10).length)
})
