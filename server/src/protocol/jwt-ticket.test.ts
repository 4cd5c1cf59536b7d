import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign, timingSafeEqual } from 'node:crypto'
import { test } from 'node:test'
import { jwtTickets } from './jwt-ticket.ts'
import { deriveKeyring } from './keyring.ts'

const origin = 'https://gate.example.org'
const secretKey = 'a secret key of these tests, 32 bytes'
const keyring = deriveKeyring([secretKey], 'jwt ticket')
const key = keyring.current.bytes
const tickets = jwtTickets(keyring, origin, 300)
const ticket = { id: '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a', kiosk: 0 }
const text = tickets.mint(ticket)
const [head = '', body = '', seal = ''] = text.split('.')
const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>
const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>

const base64url = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const hs256 = (input: string, by: string | Buffer = key) =>
  createHmac('sha256', by).update(input).digest('base64url')
/** A token sealed with our own key: the attacker's dream, and still refused where it differs. */
const forge = (otherHeader: unknown, otherPayload: unknown, by: string | Buffer = key) => {
  const input = `${base64url(otherHeader)}.${base64url(otherPayload)}`
  return `${input}.${hs256(input, by)}`
}
const refused = (token: string, about = token) =>
  assert.equal(tickets.read(token), undefined, about)

test('an independent verifier accepts the signature and finds uuid and exp = iat + 300', () => {
  const expected = createHmac('sha256', key).update(`${head}.${body}`).digest()
  assert.ok(timingSafeEqual(Buffer.from(seal, 'base64url'), expected))
  const iat = Math.floor(0x01997d2c5b1e / 1000)
  const { id: jti, kiosk } = ticket
  assert.deepEqual(payload, { iss: origin, aud: origin, jti, kiosk, iat, exp: iat + 300 })
  const kid = keyring.current.id.toString(16)
  assert.deepEqual(header, { alg: 'HS256', typ: 'qrgate-ticket+jwt', kid })
})

test('a ticket is read as it was minted, and minting it again gives the same text', () => {
  assert.deepEqual(tickets.read(text), ticket)
  assert.equal(tickets.mint(ticket), text)
  assert.equal(forge(header, payload), text)
})

test('S001: no spelling of `alg: none` is accepted, with or without a seal', () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined]) {
    const open = `${base64url({ ...header, alg })}.${body}`
    for (const token of [`${open}.`, open, `${open}.${seal}`, `${open}.${hs256(open)}`]) {
      refused(token)
    }
  }
  for (const token of [
    `${head}.${body}.`,
    `${head}.${body}`,
    `.${body}.`,
    `..`,
    `.${body}.${seal}`,
  ]) {
    refused(token)
  }
})

test('S002: a token sealed with a public key, or by another algorithm, is refused', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = publicKey.export({ type: 'spki', format: 'pem' })
  refused(forge(header, payload, pem))
  refused(forge(header, payload, JSON.stringify(publicKey.export({ format: 'jwk' }))))
  const es256 = `${base64url({ ...header, alg: 'ES256' })}.${body}`
  const ieee = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  refused(`${es256}.${sign('sha256', Buffer.from(es256), ieee).toString('base64url')}`)
  for (const alg of ['HS384', 'HS512', 'RS256', 'hs256'])
    refused(forge({ ...header, alg }, payload))
  for (const [alg, hash] of [
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const) {
    const input = `${base64url({ ...header, alg })}.${body}`
    refused(`${input}.${createHmac(hash, key).update(input).digest('base64url')}`)
  }
})

test('S003: no `kid` and no header that points to a key is obeyed', () => {
  const kids = ['ff', '../../etc/passwd', "' OR 1=1--", 'x'.repeat(10_000), 7, [header.kid], null]
  for (const kid of kids) refused(forge({ ...header, kid }, payload))
  for (const name of ['jku', 'x5u', 'jwk', 'x5c', 'crit', 'b64', 'zip']) {
    refused(forge({ ...header, [name]: 'https://attacker.example/key' }, payload), name)
  }
  refused(forge({ alg: 'HS256', typ: header.typ }, payload), 'no kid')
})

test('S004: no truncation and no flipped bit of a ticket is a ticket', () => {
  for (let length = 0; length < text.length; length += 1) refused(text.slice(0, length))
  for (const [index, letter] of [...text].entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = String.fromCharCode(letter.charCodeAt(0) ^ (1 << bit))
      refused(text.slice(0, index) + flipped + text.slice(index + 1), `letter ${index}, bit ${bit}`)
    }
  }
})

test('S004: a second spelling of base64url is refused: padding, spare bits, the other alphabet', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // 32 bytes are 43 letters, the last of which carries two spare bits.
  const last = alphabet.indexOf(seal.slice(-1))
  for (let spare = 1; spare < 4; spare += 1) refused(text.slice(0, -1) + alphabet[last | spare])
  for (const ending of ['=', '==', '.', ' ', '\n', '\0']) refused(text + ending)
  refused(` ${text}`)
  refused(
    [head, body, seal].map(part => Buffer.from(part, 'base64url').toString('base64')).join('.'),
  )
})

test('S005: parts of two genuine tickets do not make a third', () => {
  const other = tickets.mint({ ...ticket, kiosk: 7 })
  const [otherHead = '', otherBody = '', otherSeal = ''] = other.split('.')
  refused(`${head}.${otherBody}.${seal}`)
  refused(`${head}.${body}.${otherSeal}`)
  assert.equal(otherHead, head)
})

test('S006: a token of our key but of another type is refused', () => {
  for (const typ of ['JWT', 'at+jwt', 'logout+jwt', 'QRGATE-TICKET+JWT', undefined]) {
    refused(forge({ ...header, typ }, payload))
  }
})

test('S007: a ticket of another origin or another lifetime is refused, though the key is the same', () => {
  refused(jwtTickets(keyring, 'https://gate.example.com', 300).mint(ticket))
  refused(jwtTickets(keyring, origin, 301).mint(ticket))
  refused(forge(header, { ...payload, aud: [origin] }))
  refused(forge(header, { ...payload, iss: `${origin}/` }))
})

test('S008: huge and deep input is refused before it is parsed', t => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const deepest = `${head}.${base64url(deep)}.${seal}`
  const decoded = t.mock.method(Buffer, 'from').mock
  const parsed = t.mock.method(JSON, 'parse').mock
  refused(`${head}.${'A'.repeat(1_000_000)}.${seal}`, 'a million letters')
  refused('.'.repeat(100_000), 'dots')
  refused(deepest, 'depth')
  assert.deepEqual([decoded.callCount(), parsed.callCount()], [0, 0])
  refused(`${head}.${body}.${seal}.${body}.${seal}`, 'five parts, like a JWE')
  assert.deepEqual([decoded.callCount() > 0, parsed.callCount()], [true, 1], 'short ones are read')
})

test('S009: duplicate keys, wrong types and additional claims are refused, even sealed by us', () => {
  const json = JSON.stringify(payload)
  const doubled = [
    json.replace('{', `{"jti":"${ticket.id}",`),
    json.replace('{', '{"kiosk":1,'),
    json.replace('}', ',"exp":9999999999}'),
    ` ${json}`,
    json.replace(',', ', '),
  ]
  for (const text of doubled) refused(forge(header, text))
  for (const exp of ['9e99', null, 1.5, -1, 2 ** 53 + 1, Number(payload.exp) + 1, undefined]) {
    refused(forge(header, { ...payload, exp }))
  }
  for (const kiosk of ['0', 0.5, null, [0], { $gt: 0 }])
    refused(forge(header, { ...payload, kiosk }))
  for (const jti of [ticket.id.toUpperCase(), '', 7, null, [ticket.id], { toString: 1 }]) {
    refused(forge(header, { ...payload, jti }))
  }
  refused(forge(header, { ...payload, admin: true }))
  refused(forge(header, { ...payload, ['__proto__']: { kiosk: 0 } }))
  for (const text of ['null', '[]', '7', '"text"', '', '{']) refused(forge(header, text))
})

test('S128: an older key still verifies, an unknown one does not', () => {
  const rotated = deriveKeyring(
    ['a new secret key, as long as it must be', secretKey],
    'jwt ticket',
  )
  const reader = jwtTickets(rotated, origin, 300)
  assert.deepEqual(reader.read(text), ticket)
  assert.deepEqual(reader.read(reader.mint(ticket)), ticket)
  refused(reader.mint(ticket), 'the newer key is unknown here')
})
