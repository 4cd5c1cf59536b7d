import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createPhoneKey, isPhoneKey, phoneHash } from './phone-key.ts'

const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const otherId = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8b'

test('a phone key carries all of its 32 random bytes, in letters that a cookie may hold', () => {
  const random = randomBytes(32)
  const key = createPhoneKey(random)
  assert.ok(isPhoneKey(key))
  assert.deepEqual(Buffer.from(key, 'base64url'), random)
})

test('what nobody could have been given is no phone key', () => {
  const key = createPhoneKey(randomBytes(32))
  const others = ['', key.slice(1), `${key}A`, `${key.slice(1)}=`, `${key.slice(1)} `, `${key}\n`]
  for (const other of others) assert.ok(!isPhoneKey(other), JSON.stringify(other))
})

test('a row cannot be linked to another by its hash, and does not show the key', () => {
  const key = createPhoneKey(randomBytes(32))
  assert.equal(phoneHash(key, id), phoneHash(key, id))
  assert.notEqual(phoneHash(key, id), phoneHash(key, otherId))
  assert.notEqual(phoneHash(key, id), phoneHash(createPhoneKey(randomBytes(32)), id))
  assert.ok(!phoneHash(key, id).includes(key))
})
