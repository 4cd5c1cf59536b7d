import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { accountIdKey, isAccountIdKey, requireAccountId } from './account-id.ts'

function refuses(id: string): void {
  const invalid = (error: unknown) =>
    error instanceof Refusal && error.code === 'account_id_invalid'
  assert.throws(() => requireAccountId(id), invalid, JSON.stringify(id))
}

test('an id stays as typed, and its key forgets case, width and composition', () => {
  assert.equal(requireAccountId('User_Example').id, 'User_Example')
  assert.equal(accountIdKey('Admin'), 'admin')
  assert.equal(accountIdKey('ＡＤＭＩＮ１'), 'admin1')
  assert.equal(accountIdKey('ﾔﾏﾀﾞ'), accountIdKey('ヤマダ'))
  assert.equal(accountIdKey('홍길동'.normalize('NFD')), '홍길동')
  assert.equal(accountIdKey(' user_example '), 'user_example')
})

test('N28: what nobody sees at the ends of an id is no part of it, new or known', () => {
  const ends = [
    ' ',
    '\u00a0',
    '\u3000',
    '\t',
    '\r\n',
    '\u2009',
    '\u200b',
    '\u200c',
    '\u200d',
    '\u200e',
  ]
  const others = [
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u202a',
    '\u2060',
    '\u3164',
    '\ufe0f',
    '\ufeff',
    '\uffa0',
  ]
  for (const end of [...ends, ...others, ` \ufeff\u200e\u00a0 `]) {
    for (const typed of [`${end}홍Gil`, `홍Gil${end}`, `${end}홍Gil${end}`]) {
      assert.equal(accountIdKey(typed), '홍gil', JSON.stringify(typed))
      const { id, key } = requireAccountId(typed)
      assert.deepEqual([id, key], ['홍Gil', '홍gil'], JSON.stringify(typed))
    }
  }
  for (const id of ['\u200b', '\u3164\u00a0', 'hong\u200bgil']) refuses(id)
})

test('ids of any language and of one to sixty-four characters are taken', () => {
  const ids = ['a', '7', 'a'.repeat(64), '홍길동', 'hong길동', '山田タロウ', 'Ünal', 'Иван', 'שלום']
  const signs = ['user_example', 'hong@example.org', "o'brien", 'नमस्ते', 'ไทย', '𠮷野']
  for (const id of [...ids, ...signs]) assert.equal(requireAccountId(id).id, id)
})

test('S052: what cannot be seen, turns direction or is no text is refused', () => {
  const invisible = [
    'ad\u200bmin',
    'ad\u200dmin',
    'ab\u00adc',
    'a\ufe0fb',
    'a\u2060b',
    'ㅤ',
    'a\u034fb',
  ]
  const directions = ['\u202eadmin', 'a\u2066b', 'ad\u200fmin']
  const controls = ['a\nb', 'ad\nmin', 'admin\0', 'a\0b', 'a\u0085b', '\u001b[2Jadmin', '\ud800']
  const spaces = ['', ' ', 'a b', 'a\u3000b', 'a\u00a0b']
  for (const id of [...invisible, ...directions, ...controls, ...spaces]) refuses(id)
})

test('S052: compatibility forms, symbols, endless ids and piles of marks are refused', () => {
  for (const id of ['ﬁn', 'Ⅷ', 'ⓐdmin', '𝐚dmin', 'a²', 'ㅇㅇ', '👍', '€uro', '…']) refuses(id)
  for (const id of ['a'.repeat(65), 'a'.repeat(256), '\u0301a', `a${'\u0323'.repeat(6)}`]) {
    refuses(id)
  }
  for (const id of ['../', '...', '@', '--']) refuses(id)
})

test('S052: one id holds one script, or Latin with one of East Asia', () => {
  for (const id of ['аdmin', 'paул', 'αdmin', 'adminաb', 'Ꭺdmin', '홍タロウ', 'שלוםa']) refuses(id)
  for (const id of ['ᎪᎠ', '𐌰𐌱', '1שלום', 'שלום-', '١٢٣']) refuses(id)
})

test('S052: ids that look alike have the same skeleton', () => {
  const alike = [
    ['paul', 'pauI', 'pau1', 'ｐａｕｌ'],
    ['scope', 'ѕсоре'],
    ['user0', 'usero', 'USERO'],
    ['modern', 'modem'],
    ['kim', 'kırn'],
    ['ロック', '口ック'],
  ]
  const skeleton = (id: string) => requireAccountId(id).skeleton
  for (const ids of alike) {
    assert.equal(new Set(ids.map(skeleton)).size, 1, ids.join())
  }
  const numbers = Array.from({ length: 2_000 }, (_, number) => `user${number}`)
  assert.equal(new Set(numbers.map(skeleton)).size, numbers.length)
  assert.notEqual(skeleton('hong'), skeleton('hang'))
})

test('a key is its own key, and what is valid stays valid', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), text => {
      const key = accountIdKey(text)
      if (!isAccountIdKey(key)) return
      assert.equal(accountIdKey(key), key)
      assert.equal(requireAccountId(text).key, key)
    }),
    { numRuns: 2_000 },
  )
})
