import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trimInvisible } from './visible-text.ts'

const invisible = [
  ...['\u0009', '\u000a', '\u000d', '\u0020', '\u0085', '\u00a0'],
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u1680', '\u17b4', '\u180b', '\u180e'],
  ...['\u2000', '\u2007', '\u2009', '\u200a', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f'],
  ...['\u2028', '\u2029', '\u202a', '\u202c', '\u202f', '\u205f', '\u2060', '\u2064', '\u2066'],
  ...['\u2069', '\u206a', '\u2800', '\u3000', '\u3164', '\ufe00', '\ufe0f', '\ufeff', '\uffa0'],
  ...['\ufff9', '\ufffb', '\u{1d173}', '\u{e0001}', '\u{e0020}', '\u{e0100}'],
]

test('N28: every sign that nobody sees is trimmed at both ends, alone and among others', () => {
  for (const sign of invisible) {
    const name = `U+${sign.codePointAt(0)?.toString(16)}`
    for (const text of [`${sign}hong`, `hong${sign}`, `${sign} hong\u200b${sign}${sign}`]) {
      assert.equal(trimInvisible(text), 'hong', name)
    }
    assert.equal(trimInvisible(sign.repeat(3)), '', name)
  }
  assert.equal(trimInvisible('a\u200bb c'), 'a\u200bb c')
})

test('N28: trimming takes time in proportion to the length of what is typed', () => {
  const text = `a${' '.repeat(500_000)}b`
  assert.equal(trimInvisible(text), text)
})
