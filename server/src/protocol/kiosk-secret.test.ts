import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deriveKeyring } from './keyring.ts'
import { kioskSecrets } from './kiosk-secret.ts'
import { compactTickets } from './ticket.ts'

const origin = 'https://gate.example.org'
const secretKey = 'a secret key of these tests, 32 bytes'
const keyring = deriveKeyring([secretKey], 'kiosk secret')
const secrets = kioskSecrets(keyring, origin)
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const otherId = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8b'
const secret = secrets.mint(id, 101)

test('a kiosk secret names its kiosk and is good for its own sign-in', () => {
  for (const kiosk of [0, 1, 101, 2 ** 32 - 1]) {
    assert.equal(secrets.read(id, secrets.mint(id, kiosk)), kiosk)
  }
  assert.match(secret, /^[A-Za-z0-9_-]{50}$/)
})

test('S030: the secret of another sign-in is refused', () => {
  assert.equal(secrets.read(otherId, secret), undefined)
})

test('S030: the secret of one kiosk does not become that of another', () => {
  const other = secrets.mint(id, 102)
  assert.equal(secrets.read(id, other.slice(0, 8) + secret.slice(8)), undefined)
  assert.equal(secrets.read(id, secret.slice(0, 8) + other.slice(8)), undefined)
})

test('S030: truncated, case-changed and altered secrets are refused', () => {
  for (let length = 0; length < secret.length; length += 1) {
    assert.equal(secrets.read(id, secret.slice(0, length)), undefined)
  }
  const others = [
    secret.toLowerCase(),
    secret.toUpperCase(),
    `${secret}A`,
    `${secret}=`,
    ` ${secret}`,
  ]
  for (const other of others) assert.equal(secrets.read(id, other), undefined)
  for (const [index, letter] of [...secret].entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit))
      const altered = secret.slice(0, index) + flipped + secret.slice(index + 1)
      assert.equal(secrets.read(id, altered), undefined, `letter ${index}, bit ${bit}`)
    }
  }
})

test('S030: the last letter has one spelling, though two of its bits are spare', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const spellings = [...alphabet].filter(
    letter => secrets.read(id, secret.slice(0, -1) + letter) !== undefined,
  )
  assert.deepEqual(spellings, [secret.slice(-1)])
})

test('S030: text that is no base64url is refused and nothing throws', () => {
  for (const letter of ['!', '=', '.', ' ', '\0', '홍', '😀']) {
    assert.equal(secrets.read(id, letter.repeat(50)), undefined, letter)
    assert.equal(secrets.read(id, letter.repeat(50 / letter.length)), undefined, letter)
  }
  fc.assert(
    fc.property(fc.string({ minLength: 50, maxLength: 50, unit: 'binary-ascii' }), text => {
      assert.equal(secrets.read(id, text), undefined)
    }),
  )
})

test('S010: a secret is good for one spelling of its id', () => {
  const shifted = `${id.slice(0, 7)}-${id.slice(7, 8)}${id.slice(9)}`
  for (const other of [id.toUpperCase(), id.replaceAll('-', ''), shifted, `${id}-`]) {
    assert.equal(secrets.read(other, secret), undefined, other)
  }
})

test('S007: the secret of another origin is refused, though the key is the same', () => {
  const other = kioskSecrets(keyring, 'http://gate.example.org')
  assert.equal(secrets.read(id, other.mint(id, 101)), undefined)
})

test('S128: secrets of an older key stay good, those of an unknown key are none', () => {
  const rotated = deriveKeyring(
    ['a new secret key, as long as it must be', secretKey],
    'kiosk secret',
  )
  const both = kioskSecrets(rotated, origin)
  assert.equal(both.read(id, secret), 101)
  assert.equal(both.read(id, both.mint(id, 101)), 101)
  assert.equal(secrets.read(id, both.mint(id, 101)), undefined)
})

test('S006: a ticket of the same sign-in is no kiosk secret, and the other way round', () => {
  const tickets = compactTickets(deriveKeyring([secretKey], 'ticket'), origin)
  const ticket = tickets.mint({ id, kiosk: 101, seconds: 0 })
  assert.equal(secrets.read(id, ticket), undefined)
  assert.equal(secrets.read(id, ticket.slice(0, 50)), undefined)
  assert.equal(tickets.read(secret), undefined)
})
