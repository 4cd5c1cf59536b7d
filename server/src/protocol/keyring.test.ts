import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveKeyring, mac, macOfText, sameBytes, sameText } from './keyring.ts'

const old = 'the secret key of last year, 32 bytes and more'
const present = 'the secret key of this year, 32 bytes and more'

test('the first key is the current one and all of them are accepted', () => {
  const ring = deriveKeyring([present, old], 'ticket')
  assert.deepEqual(ring.current, deriveKeyring([present], 'ticket').current)
  assert.deepEqual(ring.accepted, [ring.current, deriveKeyring([old], 'ticket').current])
})

test('a key id comes from the key itself: the order of the keys does not matter', () => {
  const before = deriveKeyring([old, present], 'ticket')
  const after = deriveKeyring([present, old], 'ticket')
  assert.equal(before.current.id, after.accepted[1]?.id)
  assert.equal(before.accepted[1]?.id, after.current.id)
  assert.ok(after.accepted.every(({ id }) => Number.isInteger(id) && id >= 0 && id <= 255))
})

test('S006: every purpose has a key of its own', () => {
  const purposes = [
    'ticket',
    'jwt ticket',
    'jwt ticket of https://gate.example.org',
    'kiosk secret',
    'receipt',
  ]
  const keys = purposes.map(purpose => deriveKeyring([present], purpose).current.bytes)
  assert.equal(new Set(keys.map(key => key.toString('hex'))).size, purposes.length)
  for (const key of keys) assert.equal(key.length, 32)
})

test('S129: a derived key does not show the secret key', () => {
  const { bytes } = deriveKeyring([present], 'ticket').current
  assert.ok(!bytes.toString('latin1').includes(present.slice(0, 8)))
})

test('S005: a MAC tells apart lists of parts that join to the same text', () => {
  const key = deriveKeyring([present], 'ticket').current
  const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      const equal = a.length === b.length && a.every((part, index) => part === b[index])
      assert.equal(mac(key, ...a).equals(mac(key, ...b)), equal)
    }),
  )
  assert.ok(!mac(key, 'a', 'b').equals(mac(key, 'ab')))
  assert.ok(!mac(key, 'ab', '').equals(mac(key, 'a', 'b')))
})

test('N72: a MAC is the HMAC-SHA256 that a library makes, of a message of any length', () => {
  const key = deriveKeyring([present], 'ticket').current
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 300, maxLength: 2_000 }),
  )
  fc.assert(
    fc.property(fc.array(text), parts => {
      const hmac = createHmac('sha256', key.bytes)
      for (const part of parts) {
        const length = Buffer.alloc(4)
        length.writeUInt32BE(Buffer.byteLength(part))
        hmac.update(length).update(part)
      }
      assert.deepEqual(mac(key, ...parts), hmac.digest())
      const whole = parts.join('')
      const expected = createHmac('sha256', key.bytes).update(whole).digest()
      assert.deepEqual(macOfText(key, whole), expected)
    }),
  )
})

test('a MAC takes text and its bytes for the same part', () => {
  const key = deriveKeyring([present], 'ticket').current
  assert.deepEqual(mac(key, '홍길동'), mac(key, Buffer.from('홍길동')))
})

test('comparing needs equal length and equal content, and never throws', () => {
  assert.ok(sameText('키오스크', '키오스크'))
  for (const other of ['', '키오스', '키오스크 ', 'kiosk']) assert.ok(!sameText('키오스크', other))
  assert.ok(sameBytes(new Uint8Array(), new Uint8Array()))
  assert.ok(!sameBytes(new Uint8Array([1]), new Uint8Array([1, 0])))
})
