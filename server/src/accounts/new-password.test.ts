import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import { guessedWords } from './guessed-words.ts'
import * as newPassword from './new-password.ts'

const { preparedPassword, requireAnyPassword } = newPassword

const context = ['qrgate', 'user_example', '서울내과의원', 'Seoul Clinic']

const requireNewPassword = (password: string, words: readonly string[]) =>
  newPassword.requireNewPassword(password, words, ['a visitor'])

async function refused(password: string, code: RefusalCode): Promise<void> {
  const expected = (error: unknown) => error instanceof Refusal && error.code === code
  await assert.rejects(requireNewPassword(password, context), expected, password)
}

test('S050: Hangul in one code point or in two, and any kind of space, are the same password', () => {
  assert.equal(preparedPassword('가나다라마바사아'.normalize('NFD')), '가나다라마바사아')
  assert.equal(preparedPassword('correct\u3000horse\u00a0battery'), 'correct horse battery')
  assert.notEqual(preparedPassword('Password '), preparedPassword('password'))
  assert.notEqual(preparedPassword('ａ'), preparedPassword('a'))
})

test('S050: length is counted as a person counts, from 8 to 1 024', async () => {
  await refused('x7!kq2m', 'password_too_short')
  await refused('🦊🐻🐼🐨🐯🦁🐮', 'password_too_short')
  assert.equal(await requireNewPassword('🦊🐻🐼🐨🐯🦁🐮🐷', context), '🦊🐻🐼🐨🐯🦁🐮🐷')
  const longest = 'k7q!wz3-'.concat('kq'.repeat(507), '!?')
  assert.equal(await requireNewPassword(longest, context), longest)
  await refused(`${longest}x`, 'password_too_long')
})

test('S051: what anybody would guess first is refused, with a year at its end too', async () => {
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
  for (const password of [...common, ...here, ...patterns])
    await refused(password, 'password_too_common')
})

test('S051: no rule says what a password is made of', async () => {
  const fine = [
    'correct horse battery',
    'vkfksgksmf',
    '가을하늘공활한데',
    'xkqwtmvb',
    '83719264',
    'tr0ub4dor&3',
    '?;!>&%+~',
  ]
  for (const password of fine) assert.equal(await requireNewPassword(password, context), password)
})

test('the list holds what can be found in a folded password, once', () => {
  assert.equal(new Set(guessedWords).size, guessedWords.length)
  for (const word of guessedWords) {
    assert.equal(word, word.normalize('NFKC').toLowerCase())
  }
})

test('the seed accepts any password but none', () => {
  assert.equal(requireAnyPassword('x'), 'x')
  assert.throws(() => requireAnyPassword(''), Refusal)
})

test('N01: of what is guessed 64 characters are looked at, and few readings of them', async () => {
  // The next two would each keep everything else waiting for a second, were they looked at as a whole.
  const numbers = '31415926535897932384626433832795028841971'.repeat(24)
  await requireNewPassword(numbers, context)
  await requireNewPassword('p@$$w0rd1!q7'.repeat(80).concat('zk'), context)
  // As far as anybody looks it is one sign over and over.
  await refused('1'.repeat(64).concat('k7q!wz3-'), 'password_too_common')
  await requireNewPassword('1'.repeat(50).concat('k7q!wz3-vx'), context)
})

test('N01: of those who choose passwords at once, each is looked at, and more of one are sent away', async () => {
  const choose = (who: string) => newPassword.requireNewPassword('k7q!wz3-vx', context, [who])
  const busy = { code: 'busy' }
  const many = Array.from({ length: 10 }, () => choose('one'))
  const few = Array.from({ length: 3 }, (_, n) => choose(`another ${n}`))
  const outcomes = await Promise.allSettled(many)
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  assert.ok(refused.length > 0)
  for (const { reason } of refused as PromiseRejectedResult[]) assert.equal(reason.code, busy.code)
  await Promise.all(few)
})

test('N01: marks without an end are not brought into an order, whatever that would cost', async t => {
  const normalized = t.mock.method(String.prototype, 'normalize')
  const outOfOrder = ['\u0301\u0316', '\u0316\u0301\u0334', '\u0f71\u0f72\u0f74']
  for (const marks of outOfOrder) {
    const endless = `a${marks.repeat(Math.floor(4_095 / marks.length))}`
    assert.equal(preparedPassword(endless), endless)
    await refused(endless, 'password_too_long')
  }
  assert.equal(normalized.mock.callCount(), 0)
  // As many as writing ever has, and more, are in the order in which all keyboards give the same.
  assert.ok(preparedPassword(`q${'\u0301\u0316'.repeat(15)}`).startsWith('q\u0316'))
  assert.equal(normalized.mock.callCount(), 1)
})

test('S051: what is repeated, and what stands before a number, is found in any length', async () => {
  for (const length of [8, 9, 100, 1_024]) await refused('a'.repeat(length), 'password_too_common')
  for (const part of ['ab', 'abc', 'abcd', '김이', '🦊🐻']) {
    await refused(part.repeat(Math.floor(1_000 / part.length)), 'password_too_common')
  }
  await refused(`password${'1!'.repeat(500)}`, 'password_too_common')
})

test('S051: words in a row, and Korean ones as they come out of an English keyboard, are guessed', async () => {
  const guessed = [
    ...['i love you', 'p a s s w o r d', 'correct horse', 'another password', 'korea2026!'],
    ...[
      'tkfkdgo1234!',
      'dkssudgktpdy',
      'saranghae77',
      'minsu7412',
      '사랑해요사랑해요',
      '대한민국1234',
    ],
    ...['uiopasdfgh', 'P@$$w0rd', 'drowssap', '19900101', 'kimberly1987', '🦊🐻🐼'.repeat(4)],
  ]
  for (const password of guessed) await refused(password, 'password_too_common')
})

test('S051: a tail of any length hides no word that would be refused by itself', async () => {
  for (const tail of ['83719264', '!!', '7391740582!']) {
    await refused(`seoulclinic${tail}`, 'password_too_common')
    await refused(`password${tail}`, 'password_too_common')
  }
  await requireNewPassword('kq83719264', context)
})
