import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deriveKeyring } from './keyring.ts'
import { passkeyChallenges } from './passkey-challenge.ts'
import { createSignInId } from './sign-in-id.ts'

const now = 1_800_000_000_000
const keyring = deriveKeyring(['a secret key that only this test uses: 32 bytes'], 'test')
const challenges = passkeyChallenges(keyring, 'https://gate.test')
const [one, other] = [1, 2].map(byte => createSignInId(now, Buffer.alloc(10, byte))) as [
  string,
  string,
]
const life = 15 * 60_000

test('S111: a challenge is good for its ceremony, sign-in, phone, gate and time alone', () => {
  const text = challenges.mint('get', one, 'phone', now)
  assert.ok(challenges.isGood(text, 'get', one, 'phone', now))
  assert.ok(challenges.isGood(text, 'get', one, 'phone', now + life - 1))
  assert.ok(!challenges.isGood(text, 'get', one, 'phone', now + life))
  assert.ok(!challenges.isGood(text, 'create', one, 'phone', now))
  assert.ok(!challenges.isGood(text, 'get', other, 'phone', now))
  assert.ok(!challenges.isGood(text, 'get', one, 'another phone', now))
  const elsewhere = passkeyChallenges(keyring, 'https://other.test')
  assert.ok(!elsewhere.isGood(text, 'get', one, 'phone', now))
  for (const altered of ['', text.slice(1), `${text}A`, `Z${text.slice(1)}`, text.toLowerCase()]) {
    assert.ok(!challenges.isGood(altered, 'get', one, 'phone', now), altered)
  }
})
