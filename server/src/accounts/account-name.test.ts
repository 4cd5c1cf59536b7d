import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { requireShownNames } from '../protocol/shown-name.ts'
import { requireName } from './account-name.ts'

/** Names as their owners write them: each joiner changes a letter or a picture. */
const written = [
  ['Persian: D, ZWNJ, D', 'مهدی\u200cنژاد'],
  ['Persian: D, ZWNJ, R', 'خانه\u200cای'],
  ['Persian with a mark between', 'می\u064b\u200cخواهم'],
  ['Sinhala: virama, ZWJ', 'ශ්\u200dරී'],
  ['Devanagari: virama, ZWJ', 'लक्ष्\u200dमी'],
  ['Devanagari: virama, ZWNJ', 'श्री\u0020रक्\u200cषा'],
  ['Malayalam: virama, ZWJ at the end of a word', 'അനില്\u200d കുമാര്\u200d'],
  ['Bengali', 'র\u09cd\u200dযা'],
  ['emoji: a family', '👩\u200d👩\u200d👧'],
  ['emoji: skin and selector', '👩🏽\u200d⚕\ufe0f Kim'],
  ['emoji: a heart', '❤\ufe0f'],
  ['Han with its variant', '葛\u{e0100}城'],
] as const

test('N29: joiners stay where they are part of a writing (RFC 5892 A.1, A.2) or of an emoji', () => {
  for (const [what, name] of written) assert.equal(requireName(name), name, what)
})

test('N29: what joins nothing and what hides at the ends is dropped, and white space is one space', () => {
  const dropped = [
    ['Ki\u200dm', 'Kim'],
    ['Ki\u200cm', 'Kim'],
    ['\u200e홍길동\u200f', '홍길동'],
    ['\ufeff홍길동\u200b\u3164', '홍길동'],
    ['ا\u200cب', 'اب'],
    ['ب\u200dب', 'بب'],
    ['مهدی\u200c', 'مهدی'],
    ['مهدی\u200c\u200cنژاد', 'مهدینژاد'],
    ['क\u200dष', 'कष'],
    ['\u200d\u200d', ''],
    ['Jane\u00a0\u3000\t\nDoe\u2028', 'Jane Doe'],
    ['A\ufe0f\u{e0100}', 'A'],
    ['Jane\u00ad\u2060Doe', 'JaneDoe'],
    ['cafe\u00ad\u0301', 'café'],
    ['അനില്\u200d\u200b ', 'അനില്\u200d'],
  ] as const
  for (const [typed, seen] of dropped) assert.equal(requireName(typed), seen, JSON.stringify(typed))
})

test('N29: what hides within a name is refused, and the sentence says so', () => {
  const invalid = (error: unknown) => error instanceof Refusal && error.code === 'name_invalid'
  for (const name of [
    '홍\u200b길동',
    'a\u202eb',
    '\u202eevil',
    'a\u2066b',
    'a\u0007b',
    'a\u3164b',
    'x'.repeat(2_000),
    // However much of it nobody sees: it would all be looked at.
    `x${' '.repeat(1_024)}`,
  ]) {
    assert.throws(() => requireName(name), invalid, JSON.stringify(name))
  }
})

test('N29: an operator names kiosks and clients by the same rule', () => {
  for (const [, ko] of written) assert.deepEqual(requireShownNames({ ko, en: ko }), { ko, en: ko })
  for (const ko of ['Ki\u200dm', '접\u200b수', '\u200d', `x${' '.repeat(1_024)}`]) {
    assert.throws(() => requireShownNames({ ko, en: 'Desk' }), Refusal)
  }
})
