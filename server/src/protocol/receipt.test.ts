import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveKeyring } from './keyring.ts'
import { kioskSecrets } from './kiosk-secret.ts'
import { createPhoneKey, phoneHash } from './phone-key.ts'
import { receipts } from './receipt.ts'

const origin = 'https://gate.example.org'
const secretKey = 'a secret key of these tests, 32 bytes'
const keyring = deriveKeyring([secretKey], 'receipt')
const book = receipts(keyring, origin)
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const otherId = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8b'
const now = 1_800_000_000_000
const hash = phoneHash(createPhoneKey(Buffer.alloc(32, 1)), id)
const otherHash = phoneHash(createPhoneKey(Buffer.alloc(32, 2)), id)
const receipt = book.mint(id, 101, hash, now)

test('a receipt names its kiosk to the browser that was shown it', () => {
  assert.deepEqual(book.read(id, hash, receipt, now), { kiosk: 101 })
  const highest = book.mint(id, 2 ** 32 - 1, hash, now)
  assert.deepEqual(book.read(id, hash, highest, now), { kiosk: 2 ** 32 - 1 })
})

test('N16: a receipt is good for a minute, the last millisecond included', () => {
  assert.deepEqual(book.read(id, hash, receipt, now + 59_999), { kiosk: 101 })
  assert.equal(book.read(id, hash, receipt, now + 60_000), 'stale')
  assert.equal(book.read(id, hash, receipt, now + 3_600_000), 'stale')
})

test('S021: a receipt is worth nothing in another browser', () => {
  assert.equal(book.read(id, otherHash, receipt, now), 'wrong')
  assert.equal(book.read(id, '', receipt, now), 'wrong')
})

test('a receipt is worth nothing for another sign-in', () => {
  assert.equal(book.read(otherId, hash, receipt, now), 'wrong')
})

test('S004: truncated and altered receipts are wrong, not merely stale', () => {
  for (let length = 0; length < receipt.length; length += 1) {
    assert.equal(book.read(id, hash, receipt.slice(0, length), now), 'wrong')
  }
  for (const [index, letter] of [...receipt].entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit))
      const altered = receipt.slice(0, index) + flipped + receipt.slice(index + 1)
      assert.equal(book.read(id, hash, altered, now), 'wrong', `letter ${index}, bit ${bit}`)
    }
  }
})

test('S011: an expiry put off by the holder makes the receipt wrong', () => {
  const bytes = Buffer.from(receipt, 'base64url')
  bytes.writeUIntBE(bytes.readUIntBE(5, 6) + 3_600_000, 5, 6)
  assert.equal(book.read(id, hash, bytes.toString('base64url'), now), 'wrong')
})

test('S004: text that is no base64url is wrong and nothing throws', () => {
  for (const letter of ['!', '=', '.', ' ', '\0', '홍']) {
    assert.equal(book.read(id, hash, letter.repeat(58), now), 'wrong', letter)
  }
})

test('S006: a kiosk secret is no receipt', () => {
  const secret = kioskSecrets(deriveKeyring([secretKey], 'kiosk secret'), origin).mint(id, 101)
  assert.equal(book.read(id, hash, secret.padEnd(58, 'A'), now), 'wrong')
})

test('S007: the receipt of another origin is wrong, though the key is the same', () => {
  const other = receipts(keyring, 'https://gate.example.com').mint(id, 101, hash, now)
  assert.equal(book.read(id, hash, other, now), 'wrong')
})

test('S128: receipts of an older key stay good, those of an unknown key do not', () => {
  const rotated = deriveKeyring(['a new secret key, as long as it must be', secretKey], 'receipt')
  const both = receipts(rotated, origin)
  assert.deepEqual(both.read(id, hash, receipt, now), { kiosk: 101 })
  assert.equal(book.read(id, hash, both.mint(id, 101, hash, now), now), 'wrong')
})
