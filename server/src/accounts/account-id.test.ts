import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { accountIdKey, requireAccountId } from './account-id.ts'

const invalid = (error: unknown) => error instanceof Refusal && error.code === 'account_id_invalid'

test('ids are letters, digits and a few signs of any language, 2 to 64 of them', () => {
  const ids = ['hong', '홍길동', 'user_example', 'jane.doe+1@example.org', '山田', 'ñandú', '12']
  for (const id of ids.concat('a'.repeat(64))) assert.equal(requireAccountId(id), id)
})

test('S052: blanks inside, invisible and direction characters, paths and line ends are refused', () => {
  const ids = [
    '',
    'a',
    'a b',
    'ad\u200bmin',
    '\u202enimda',
    '../x',
    'a\nb',
    'a\0b',
    "a'b",
    'a%b',
    '<b>',
  ]
  for (const id of ids.concat('a'.repeat(65), 'a'.repeat(256), '😀😀', 'a,b', 'ab\u00ad')) {
    assert.throws(() => requireAccountId(id), invalid, JSON.stringify(id))
  }
})

test('blanks around an id are dropped and its letters are composed', () => {
  assert.equal(requireAccountId('  hong '), 'hong')
  assert.equal(requireAccountId('홍길동'.normalize('NFD')), '홍길동')
})

test('S052: case, compatibility forms and composition do not make another id', () => {
  const groups = [
    ['admin', 'Admin', 'ADMIN', 'ａｄｍｉｎ', 'Ａdmin'],
    ['홍길동', '홍길동'.normalize('NFD')],
    ['josé', 'JOSÉ', 'jose\u0301', 'JOSE\u0301'],
    ['k1', 'K1', '\u212a1'],
    ['ǰx', 'J\u030cX', 'j\u030cx'],
  ]
  for (const group of groups) assert.equal(new Set(group.map(accountIdKey)).size, 1, group[0])
})

test('S052: another letter makes another id', () => {
  const keys = ['admin', 'admln', 'adm1n', 'admin.', 'admin1'].map(accountIdKey)
  assert.equal(new Set(keys).size, keys.length)
})

test('the key of a key is the key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), id => {
      assert.equal(accountIdKey(accountIdKey(id)), accountIdKey(id))
    }),
  )
})
