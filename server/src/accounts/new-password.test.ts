import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import { commonPasswords } from './common-passwords.ts'
import { preparedPassword, requireAnyPassword, requireNewPassword } from './new-password.ts'

const context = ['qrgate', 'user_example', '서울내과의원', 'Seoul Clinic']

function refused(password: string, code: RefusalCode): void {
  const expected = (error: unknown) => error instanceof Refusal && error.code === code
  assert.throws(() => requireNewPassword(password, context), expected, password)
}

test('S050: Hangul in one code point or in two, and any kind of space, are the same password', () => {
  assert.equal(preparedPassword('가나다라마바사아'.normalize('NFD')), '가나다라마바사아')
  assert.equal(preparedPassword('correct\u3000horse\u00a0battery'), 'correct horse battery')
  assert.notEqual(preparedPassword('Password '), preparedPassword('password'))
  assert.notEqual(preparedPassword('ａ'), preparedPassword('a'))
})

test('S050: length is counted as a person counts, from 8 to 1 024', () => {
  refused('x7!kq2m', 'password_too_short')
  refused('🦊🐻🐼🐨🐯🦁🐮', 'password_too_short')
  assert.equal(requireNewPassword('🦊🐻🐼🐨🐯🦁🐮🐷', context), '🦊🐻🐼🐨🐯🦁🐮🐷')
  const longest = 'kq'.repeat(511).concat('!?')
  assert.equal(requireNewPassword(longest, context), longest)
  refused(`${longest}x`, 'password_too_long')
})

test('S051: what anybody would guess first is refused, with a year at its end too', () => {
  const common = [
    'password',
    'Password',
    '12345678',
    'P@ssw0rd',
    'qwertyui',
    '1q2w3e4r',
    'iloveyou',
  ]
  const here = [
    'user_example',
    'User_Example1',
    'Seoul Clinic',
    'seoulclinic2026',
    '서울내과의원12',
  ]
  const patterns = [
    'aaaaaaaa',
    'abababab',
    '김김김김김김김김',
    'zyxwvuts',
    '98765432',
    'password2026!',
  ]
  for (const password of [...common, ...here, ...patterns]) refused(password, 'password_too_common')
})

test('S051: no rule says what a password is made of', () => {
  const fine = [
    'correct horse',
    'vkfksgksmf',
    '가을하늘공활한데',
    'nnnnnnnm',
    'tr0ub4dor&3',
    '!!!!!!!?',
  ]
  for (const password of fine) assert.equal(requireNewPassword(password, context), password)
})

test('the list holds only what the other rules would let through: long, folded, once', () => {
  assert.ok(commonPasswords.size > 500)
  for (const password of commonPasswords) {
    assert.ok([...password].length >= 8, password)
    assert.equal(password, password.normalize('NFKC').toLowerCase())
  }
})

test('the seed accepts any password but none', () => {
  assert.equal(requireAnyPassword('x'), 'x')
  assert.throws(() => requireAnyPassword(''), Refusal)
})

test('N01: what is guessed is looked at in time in proportion to its length', () => {
  const texts = [
    '\u2057'.repeat(1_023).concat('a'),
    '\ufdfa'.repeat(1_023).concat('a'),
    '1'.repeat(1_023).concat('a'),
    '!a'.repeat(511).concat('!!'),
    'abc'.repeat(341).concat('x'),
  ]
  // A rule that looks back from each character would count in billions here.
  for (const text of texts) {
    for (let again = 0; again < 50; again += 1) {
      // What looks like one sign over and over, as far as anybody looks, may be refused.
      try {
        requireNewPassword(text, context)
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'password_too_common')
      }
    }
  }
})

test('N01: marks without an end are not brought into an order, whatever that would cost', t => {
  const normalized = t.mock.method(String.prototype, 'normalize')
  const outOfOrder = ['\u0301\u0316', '\u0316\u0301\u0334', '\u0f71\u0f72\u0f74']
  for (const marks of outOfOrder) {
    const endless = `a${marks.repeat(Math.floor(4_095 / marks.length))}`
    assert.equal(preparedPassword(endless), endless)
    refused(endless, 'password_too_long')
  }
  assert.equal(normalized.mock.callCount(), 0)
  // As many as writing ever has, and more, are in the order in which all keyboards give the same.
  assert.ok(preparedPassword(`q${'\u0301\u0316'.repeat(15)}`).startsWith('q\u0316'))
  assert.equal(normalized.mock.callCount(), 1)
})

test('S051: what is repeated, and what stands before a number, is found in any length', () => {
  for (const length of [8, 9, 100, 1_024]) refused('a'.repeat(length), 'password_too_common')
  for (const part of ['ab', 'abc', 'abcd', '김이', '🦊🐻']) {
    refused(part.repeat(Math.floor(1_000 / part.length)), 'password_too_common')
  }
  refused(`password${'1!'.repeat(500)}`, 'password_too_common')
  requireNewPassword('abcde'.repeat(3), context)
})
