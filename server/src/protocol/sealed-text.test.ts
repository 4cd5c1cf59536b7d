import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { deriveKeyring } from './keyring.ts'
import { type SealedTexts, sealedTexts } from './sealed-text.ts'

const last = 'the secret key of last year, 32 bytes and more'
const present = 'the secret key of this year, 32 bytes and more'
const secret = 'a secret that somebody must be able to use'

function texts(...secretKeys: [string, ...string[]]): SealedTexts {
  return sealedTexts(deriveKeyring(secretKeys, 'signing key'), randomBytes)
}

test('S130: what is sealed is opened for its row alone', () => {
  const { seal, open } = texts(present)
  const sealed = seal('signing key a', secret)
  assert.equal(open('signing key a', sealed), secret)
  for (const row of ['signing key b', 'signing key a ', '', 'client a']) {
    assert.equal(open(row, sealed), null)
  }
})

test('sealed twice, a text looks different; neither shows it', () => {
  const { seal } = texts(present)
  const [one, two] = [seal('row', secret), seal('row', secret)]
  assert.notEqual(one, two)
  for (const sealed of [one, two]) {
    assert.ok(!Buffer.from(sealed, 'base64url').includes(secret.slice(0, 8)))
  }
})

test('any byte that is changed, and any that is missing, opens nothing', () => {
  const { seal, open } = texts(present)
  const bytes = Buffer.from(seal('row', secret), 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    assert.equal(open('row', changed.toString('base64url')), null, `byte ${at}`)
    assert.equal(open('row', bytes.subarray(0, at).toString('base64url')), null, `${at} bytes`)
  }
})

test('a key of another purpose, and one that is not accepted any more, open nothing', () => {
  const sealed = texts(last).seal('row', secret)
  const purpose = sealedTexts(deriveKeyring([last], 'webhook secret'), randomBytes)
  assert.equal(purpose.open('row', sealed), null)
  assert.equal(texts(present).open('row', sealed), null)
  assert.equal(texts(present).renew('row', sealed), null)
})

test('an accepted key opens, and what it has sealed is renewed under the current one', () => {
  const sealed = texts(last).seal('row', secret)
  const both = texts(present, last)
  assert.equal(both.open('row', sealed), secret)
  const renewed = both.renew('row', sealed)
  assert.ok(renewed)
  assert.equal(texts(present).open('row', renewed), secret)
  assert.equal(both.renew('row', renewed), renewed, 'what is current stays as it is')
  assert.equal(both.renew('another row', sealed), null)
})

test('an older key that has the id of the current one by chance is an older key all the same', () => {
  const idOf = (key: string) => deriveKeyring([key], 'signing key').current.id
  let twin = last
  for (let n = 0; idOf(twin) !== idOf(present); n += 1) twin = `${last} ${n}`
  const sealed = texts(twin).seal('row', secret)
  const renewed = texts(present, twin).renew('row', sealed)
  assert.equal(texts(present).open('row', renewed ?? ''), secret)
})
