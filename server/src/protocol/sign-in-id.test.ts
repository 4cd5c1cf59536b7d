import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  createSignInId,
  isSignInId,
  signInIdFromBytes,
  signInIdToBytes,
  startedAt,
} from './sign-in-id.ts'

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const random = fc.uint8Array({ minLength: 10, maxLength: 10 })

test('an id tells its start to the millisecond and survives as bytes, whatever the random bits', () => {
  fc.assert(
    fc.property(time, random, (now, bytes) => {
      const id = createSignInId(now, bytes)
      assert.ok(isSignInId(id))
      assert.equal(startedAt(id), now)
      assert.equal(signInIdFromBytes(signInIdToBytes(id)), id)
    }),
  )
})

test('ids of a later millisecond sort after those of an earlier one', () => {
  fc.assert(
    fc.property(time, time, random, random, (a, b, bytesOfA, bytesOfB) => {
      fc.pre(a < b)
      assert.ok(createSignInId(a, bytesOfA) < createSignInId(b, bytesOfB))
    }),
  )
})

test('S032: all 74 random bits come from the random bytes, each about half the time set', () => {
  const rounds = 2_000
  const set = new Array<number>(128).fill(0)
  for (let round = 0; round < rounds; round += 1) {
    const bytes = signInIdToBytes(createSignInId(1_800_000_000_000, randomBytes(10)))
    for (let bit = 0; bit < 128; bit += 1) {
      if (bytes.readUInt8(bit >> 3) & (0x80 >> (bit & 7))) set[bit] = (set[bit] ?? 0) + 1
    }
  }
  const free = set.filter(count => count !== 0 && count !== rounds)
  assert.equal(free.length, 74)
  // Six standard deviations: one false alarm in some million runs.
  for (const count of free) assert.ok(Math.abs(count - rounds / 2) < 6 * Math.sqrt(rounds / 4))
})

test('S032: ten thousand ids of one millisecond are all different', () => {
  const ids = Array.from({ length: 10_000 }, () =>
    createSignInId(1_800_000_000_000, randomBytes(10)),
  )
  assert.equal(new Set(ids).size, ids.length)
})

test('S031: whatever is not a lower-case UUIDv7 is not an id', () => {
  const id = createSignInId(1_800_000_000_000, randomBytes(10))
  const version4 = `${id.slice(0, 14)}4${id.slice(15)}`
  const variant = `${id.slice(0, 19)}c${id.slice(20)}`
  const others = [
    '',
    id.toUpperCase(),
    ` ${id}`,
    `${id}\n`,
    id.replaceAll('-', ''),
    version4,
    variant,
  ]
  for (const text of others.concat(`{${id}}`, id.slice(1), `${id}0`)) assert.ok(!isSignInId(text))
})
