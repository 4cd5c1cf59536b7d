import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32nopad } from '@scure/base'
import fc from 'fast-check'
import { correction, generate } from 'lean-qr'
import { deriveKeyring, type Keyring } from './keyring.ts'
import { createSignInId } from './sign-in-id.ts'
import { compactTickets, type Ticket, ticketAddress } from './ticket.ts'

const origin = 'https://gate.example.org'
const keyring = deriveKeyring(['a secret key of these tests, 32 bytes'], 'ticket')
const tickets = compactTickets(keyring, origin)
const ticket: Ticket = {
  id: '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a',
  kiosk: 101,
  seconds: 42,
}
const text = tickets.mint(ticket)

test('a ticket says which sign-in, which kiosk and how old, over the whole range', () => {
  const id = fc
    .tuple(
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      fc.uint8Array({ minLength: 10, maxLength: 10 }),
    )
    .map(([now, random]) => createSignInId(now, random))
  const kiosk = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const seconds = fc.integer({ min: 0, max: 65_535 })
  fc.assert(
    fc.property(fc.record({ id, kiosk, seconds }, { noNullPrototype: true }), any => {
      assert.deepEqual(tickets.read(tickets.mint(any)), any)
    }),
  )
})

test('a ticket is 53 letters that a QR code keeps in its alphanumeric mode', () => {
  assert.match(text, /^[A-Z2-7]{53}$/)
})

test('S004: no truncation of a ticket is a ticket, and no extension', () => {
  for (let length = 0; length < text.length; length += 1) {
    assert.equal(tickets.read(text.slice(0, length)), undefined)
    assert.equal(tickets.read(text.slice(text.length - length)), undefined)
  }
  for (const extra of ['A', '=', '\n', '\0', '/']) {
    assert.equal(tickets.read(text + extra), undefined)
    assert.equal(tickets.read(extra + text), undefined)
    assert.equal(tickets.read(text.slice(0, -1) + extra), undefined)
  }
})

test('S004: no ticket survives one flipped bit, in its letters or in its bytes', () => {
  for (const [index, letter] of [...text].entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit))
      const altered = text.slice(0, index) + flipped + text.slice(index + 1)
      assert.equal(tickets.read(altered), undefined, `letter ${index}, bit ${bit}`)
    }
  }
  const bytes = base32nopad.decode(text)
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const altered = Uint8Array.from(bytes)
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7))
    assert.equal(tickets.read(base32nopad.encode(altered)), undefined, `bit ${bit}`)
  }
})

test('S004: a second spelling of a ticket is no ticket: lower case, or the spare bit set', () => {
  assert.equal(tickets.read(text.toLowerCase()), undefined)
  for (const [index, letter] of [...text].entries()) {
    const small = letter.toLowerCase()
    if (small === letter) continue
    assert.equal(tickets.read(text.slice(0, index) + small + text.slice(index + 1)), undefined)
  }
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const last = alphabet.indexOf(text.slice(-1))
  assert.equal(last & 1, 0)
  assert.equal(tickets.read(text.slice(0, -1) + alphabet[last | 1]), undefined)
})

test('S010: blanks, encodings and look-alikes around a ticket are not trimmed away', () => {
  const around = [
    ` ${text}`,
    `${text} `,
    `${text}%00`,
    `%${text.slice(1)}`,
    `${text.slice(0, -1)}Ａ`,
  ]
  for (const altered of around) assert.equal(tickets.read(altered), undefined)
})

test('S007: a ticket of another origin is none of ours, though the secret key is the same', () => {
  for (const other of ['https://gate.example.com', 'http://gate.example.org', `${origin}:8443`]) {
    assert.equal(tickets.read(compactTickets(keyring, other).mint(ticket)), undefined)
  }
})

test('S004: a ticket of another secret key is refused', () => {
  const foreign = deriveKeyring(['another secret key, as long as it must be'], 'ticket')
  assert.equal(tickets.read(compactTickets(foreign, origin).mint(ticket)), undefined)
})

test('S005: the body of one ticket with the seal of another is refused', () => {
  const other = base32nopad.decode(tickets.mint({ ...ticket, kiosk: 102 }))
  const mixed = Buffer.concat([base32nopad.decode(text).subarray(0, 23), other.subarray(23)])
  assert.equal(tickets.read(base32nopad.encode(mixed)), undefined)
})

test('S128: after a rotation the older tickets are read, until the older key is taken away', () => {
  const rotated = deriveKeyring(
    ['a new secret key, as long as it must be', 'a secret key of these tests, 32 bytes'],
    'ticket',
  )
  const onlyNew: Keyring = { ...rotated, accepted: [rotated.current] }
  assert.deepEqual(compactTickets(rotated, origin).read(text), ticket)
  assert.equal(compactTickets(onlyNew, origin).read(text), undefined)
  assert.equal(tickets.read(compactTickets(rotated, origin).mint(ticket)), undefined)
})

test('S128: two keys whose ids share their low bits are both tried', () => {
  const [a, b] = twins()
  const ring = deriveKeyring([a, b], 'ticket')
  const older = compactTickets(deriveKeyring([b], 'ticket'), origin).mint(ticket)
  assert.deepEqual(compactTickets(ring, origin).read(older), ticket)
})

test('N24: the address in the QR has its scheme in small letters and the rest in capitals', () => {
  const addresses: [string, string][] = [
    [origin, `https://GATE.EXAMPLE.ORG/Q/${text}`],
    ['http://192.168.0.7:8080', `http://192.168.0.7:8080/Q/${text}`],
    ['http://[fd00::a]:8080', `http://[FD00::A]:8080/Q/${text}`],
    ['https://xn--3e0b707e.example', `https://XN--3E0B707E.EXAMPLE/Q/${text}`],
  ]
  for (const [from, address] of addresses) {
    assert.equal(ticketAddress(from)(text), address)
    assert.equal(new URL(address).origin, from, 'it is the same origin')
  }
})

test('N24: the QR code has 33×33 modules at level M for hosts of up to 22 characters', () => {
  const sizeOf = (origin: string) =>
    generate(ticketAddress(origin)(text), { minCorrectionLevel: correction.M }).size
  const host = 'gate.clinic-1.seoul.kr'
  assert.equal(host.length, 22)
  assert.equal(sizeOf(`https://${host}`), 33)
  assert.equal(sizeOf(`http://${host}`), 33)
  assert.equal(sizeOf('http://192.168.100.100:8080'), 33)
  assert.equal(sizeOf(`https://a${host}`), 37)
})

/** Two secret keys whose derived key ids end in the same four bits. */
function twins(): [string, string] {
  const seen = new Map<number, string>()
  for (let count = 0; ; count += 1) {
    const secret = `secret key number ${count}, padded to 32 bytes`
    const low = deriveKeyring([secret], 'ticket').current.id & 0x0f
    const twin = seen.get(low)
    if (twin) return [twin, secret]
    seen.set(low, secret)
  }
}
