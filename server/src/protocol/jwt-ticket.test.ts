import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign, timingSafeEqual } from 'node:crypto'
import { test } from 'node:test'
import { correction, generate, mode } from 'lean-qr'
import { jwtPurpose, jwtTickets, olderJwtPurpose, olderJwtReader } from './jwt-ticket.ts'
import { deriveKeyring } from './keyring.ts'

const origin = 'https://gate.example.org'
const secretKey = 'a secret key of these tests, 32 bytes'
const keyring = deriveKeyring([secretKey], jwtPurpose(origin))
const key = keyring.current.bytes
const tickets = jwtTickets(keyring, 300)
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const otherId = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8b'
const text = tickets.mint(id)
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
  const startedAt = Math.floor(0x01997d2c5b1e / 1000)
  assert.deepEqual(payload, { uuid: id, exp: startedAt + 300 })
  assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' })
})

test('N59: a ticket has at most 170 characters, and the page of the seed draws it in 57×57', () => {
  assert.ok(text.length <= 170, `${text.length}`)
  // The page draws bytes at level M, which is how its library does it unless told otherwise.
  const level = { minCorrectionLevel: correction.M, maxCorrectionLevel: correction.M }
  const sizeAt = (page: string) =>
    generate(`${page}/login?token=${text}`, { ...level, modes: [mode.ascii] }).size
  for (const page of ['http://localhost:3000', 'http://192.168.100.100:5173']) {
    assert.ok(sizeAt(page) <= 57, page)
  }
  const longest = `https://${'w'.repeat(25)}`
  assert.equal(sizeAt(longest), 57)
  assert.ok(sizeAt(`${longest}w`) > 57, 'docs/protocol.md says for which origins')
})

test('a ticket is read as it was minted, and minting it again gives the same text', () => {
  assert.equal(tickets.read(text), id)
  assert.equal(tickets.mint(id), text)
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
  const kids = ['ff', '../../etc/passwd', "' OR 1=1--", 'x'.repeat(10_000), 7, ['ff'], null]
  for (const kid of kids) refused(forge({ ...header, kid }, payload))
  for (const name of ['jku', 'x5u', 'jwk', 'x5c', 'crit', 'b64', 'zip']) {
    refused(forge({ ...header, [name]: 'https://attacker.example/key' }, payload), name)
  }
  refused(forge({ typ: header.typ, alg: 'HS256' }, payload), 'another order')
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
  const other = tickets.mint(otherId)
  const [otherHead = '', otherBody = '', otherSeal = ''] = other.split('.')
  refused(`${head}.${otherBody}.${seal}`)
  refused(`${head}.${body}.${otherSeal}`)
  assert.equal(otherHead, head)
})

test('S006: a token of our key but of another type is refused', () => {
  for (const typ of ['jwt', 'qrgate-ticket+jwt', 'at+jwt', 'logout+jwt', undefined]) {
    refused(forge({ ...header, typ }, payload))
  }
})

test('S007: a ticket of another origin or another lifetime is refused, though the key is the same', () => {
  const others = ['https://gate.example.com', 'http://gate.example.org', `${origin}:8443`, '']
  for (const other of others) {
    refused(jwtTickets(deriveKeyring([secretKey], jwtPurpose(other)), 300).mint(id), other)
  }
  refused(jwtTickets(keyring, 301).mint(id))
  refused(forge(header, { ...payload, aud: origin }))
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
    json.replace('{', `{"uuid":"${id}",`),
    json.replace('{', '{"kiosk":1,'),
    json.replace('}', ',"exp":9999999999}'),
    ` ${json}`,
    json.replace(',', ', '),
  ]
  for (const text of doubled) refused(forge(header, text))
  for (const exp of ['9e99', null, 1.5, -1, 2 ** 53 + 1, Number(payload.exp) + 1, undefined]) {
    refused(forge(header, { ...payload, exp }))
  }
  for (const uuid of [id.toUpperCase(), '', 7, null, [id], { toString: 1 }]) {
    refused(forge(header, { ...payload, uuid }))
  }
  refused(forge(header, { ...payload, admin: true }))
  refused(forge(header, { ...payload, ['__proto__']: { uuid: id } }))
  for (const text of ['null', '[]', '7', '"text"', '', '{']) refused(forge(header, text))
})

test('S128: an older key still verifies, an unknown one does not', () => {
  const rotated = deriveKeyring(
    ['a new secret key, as long as it must be', secretKey],
    jwtPurpose(origin),
  )
  const reader = jwtTickets(rotated, 300)
  assert.equal(reader.read(text), id)
  assert.equal(reader.read(reader.mint(id)), id)
  refused(reader.mint(id), 'the newer key is unknown here')
})

test('N59: a ticket of the form before is read to the letter, and by the key of that form only', () => {
  const olderRing = deriveKeyring([secretKey], olderJwtPurpose)
  const read = olderJwtReader(olderRing, origin, 300)
  const iat = Math.floor(0x01997d2c5b1e / 1000)
  const olderHeader = {
    alg: 'HS256',
    typ: 'qrgate-ticket+jwt',
    kid: olderRing.current.id.toString(16),
  }
  const claims = { iss: origin, aud: origin, jti: id, kiosk: 0, iat, exp: iat + 300 }
  const older = forge(olderHeader, claims, olderRing.current.bytes)
  assert.equal(read(older), id)
  const others = [
    older.slice(0, -1),
    `${older}.`,
    text,
    forge(olderHeader, claims),
    forge({ ...olderHeader, alg: 'none' }, claims, olderRing.current.bytes),
    forge({ ...olderHeader, kid: 'ff' }, claims, olderRing.current.bytes),
    forge(olderHeader, { ...claims, kiosk: 1 }, olderRing.current.bytes),
    forge(olderHeader, { ...claims, exp: iat + 301 }, olderRing.current.bytes),
    forge(olderHeader, { ...claims, aud: `${origin}/` }, olderRing.current.bytes),
    forge(olderHeader, { ...claims, uuid: id }, olderRing.current.bytes),
  ]
  for (const other of others) assert.equal(read(other), undefined, other)
  assert.equal(tickets.read(older), undefined)
})
