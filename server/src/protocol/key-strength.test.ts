import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isGuessable } from './key-strength.ts'

test('N19: what documentation tells people to make passes, every time', () => {
  for (let n = 0; n < 2_000; n += 1) {
    for (const [size, form] of [
      [48, 'base64'],
      [32, 'base64'],
      [32, 'base64url'],
      [32, 'hex'],
      [24, 'base64'],
    ] as const) {
      const key = randomBytes(size).toString(form)
      assert.equal(isGuessable(key), false, `${size} bytes as ${form}: ${key}`)
    }
  }
})

test('N19: ten English words pass, and so do the keys of these tests', () => {
  for (const key of [
    'river candle market silver window garden planet bottle forest mirror',
    'anchor-blanket-copper-dragon-engine-fabric-guitar-hammer-island-jacket',
    'Secret garden river candle market silver window planet bottle forest',
    'orangeTableWinterPencilHarborViolinMonkeyCastleThunderBasket',
    '비밀 열쇠는 아무도 짐작할 수 없도록 길고 서로 다른 낱말로 지어야 한다고 했다',
    'a secret key that only this test uses and nobody else',
    'a secret key that only these tests use and nobody else',
    'a secret key of these tests: 32 bytes',
  ]) {
    assert.equal(isGuessable(key), false, key)
  }
})

test('N19: a key that can be guessed is no better in base64 or hex', () => {
  for (const key of [
    '0123456789abcdef0123456789abcdef',
    'YOUR_JWT_SECRET_KEY_YOUR_JWT_SECRET_KEY',
  ]) {
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      assert.ok(isGuessable(Buffer.from(key).toString(form)), `${key} as ${form}`)
    }
  }
})

const placeholders = [
  'YOUR_JWT_SECRET_KEY_YOUR_JWT_SECRET_KEY',
  'YOUR_JWT_SECRET_KEY_CHANGE_ME_IN_PRODUCTION',
  `YOUR_JWT_SECRET_KEY_${'x7Qp2mVz9LkR4tWy8NbC'.repeat(3)}`,
  'your-256-bit-secret-your-256-bit-secret',
  'changemechangemechangemechangeme',
  'change-me-before-going-to-production-please',
  'ChangeThisToALongRandomStringInProduction',
  'secretsecretsecretsecretsecretsecret',
  'secret-key-for-qrgate-production-use',
  'supersecretkeythatnobodycouldeverknow',
  'replace_me_with_openssl_rand_base64_48',
  '# openssl rand -base64 48 (or longer)',
  'At least 32 random bytes. In demo mode: made',
  'passwordpasswordpasswordpassword',
  'my-secret-key-my-secret-key-my-secret-key',
  'a-string-secret-at-least-256-bits-long',
  'replace_with_a_long_random_string_1234567890',
  'replace-with-your-own-secret-key-of-32-bytes',
  'do-not-use-this-key-in-production-please!!',
  'GENERATE_A_SECURE_RANDOM_KEY_FOR_PRODUCTION',
  'this-is-a-very-long-secret-key-for-development',
  'thisisasecretkeythatislongenoughforhs256',
  'insert_random_string_here_insert_random_string_here',
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
]
for (const key of placeholders) {
  test(`N19: a placeholder is known: ${key}`, () => assert.ok(isGuessable(key)))
}

test('N19: repetitions and sequences are known, however long they are', () => {
  const patterns = [
    'a',
    'ab',
    'abc',
    'abcd1234',
    'Aa1!',
    'deadbeef',
    'abcdefghijklmnopqrstuvwxyz',
    'zyxwvutsrqponmlkjihgfedcba',
    'acegikmoqsuwybdfhjlnprtvxz',
    '0123456789',
    '0123456789abcdef',
    '00112233445566778899aabbccddeeff',
    'a1b2c3d4e5f6g7h8i9j0',
    'qwertyuiopasdfghjklzxcvbnm',
    '열쇠',
    '가나다라마바사아자차카타파하',
    '\u{1f511}',
  ]
  for (const pattern of patterns) {
    for (const length of [32, 64, 1_000, 100_000]) {
      const key = pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length)
      assert.equal(isGuessable(key), true, `${pattern}, ${length} times`)
    }
  }
  assert.equal(isGuessable(''), true)
})

test('N19: whatever is repeated is worth no more than once', () => {
  const short = fc.string({ minLength: 1, maxLength: 12 })
  fc.assert(fc.property(short, text => assert.ok(isGuessable(text.repeat(64)), text)))
})

test('N19: of a key of any length only the beginning is looked at', () => {
  assert.equal(isGuessable(randomBytes(5_000_000).toString('base64')), false)
  assert.equal(isGuessable('a'.repeat(5_000_000)), true)
})
