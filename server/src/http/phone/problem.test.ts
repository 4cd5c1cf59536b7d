import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RefusalCode, refusalCodes } from '../../errors.ts'
import { sentence } from '../server/sentences.ts'
import { problemOf, problemsInPlace, timed, visitorSentence } from './problem.ts'
import type { Words } from './vocabulary.ts'
import { words } from './words.ts'

const dictionaries = Object.values(words)

test('H9: a visitor is told the one sentence of a refusal, or one that really differs', () => {
  for (const dictionary of dictionaries) {
    const reworked = new Set(Object.keys(dictionary.refusals))
    for (const code of refusalCodes) {
      const told = visitorSentence(code, dictionary)
      assert.equal(told !== sentence(code, dictionary.language), reworked.has(code), code)
    }
  }
})

const elsewhere = new Set<RefusalCode>([
  ...(['phone_forgotten', 'proof_too_old', 'method_not_allowed', 'notice_changed'] as const),
])

test('what the form shows after a reload is what its script shows in place', () => {
  for (const dictionary of dictionaries) {
    const { other, ...known } = problemsInPlace(dictionary)
    for (const code of refusalCodes) {
      // Whoever has tapped finds another form in its place.
      if (elsewhere.has(code)) {
        assert.equal(known[code], undefined)
        continue
      }
      const { sentence, field } = known[code] ?? other ?? assert.fail(code)
      const inPlace = { sentence: timed(sentence, 240, dictionary), field }
      assert.deepEqual(problemOf({ error: code, retryAfter: 240 }, dictionary), inPlace, code)
    }
  }
})

test('whoever has forgotten a password is told whom to ask', () => {
  const told = (dictionary: Words) =>
    problemOf({ error: 'wrong_credentials' }, dictionary)?.sentence
  assert.match(told(words.en) ?? '', /forgotten your password, please ask the staff/)
  assert.match(told(words.ko) ?? '', /비밀번호를 잊으셨다면 직원에게 문의해 주세요/)
})

test('each dictionary knows which language it is', () => {
  for (const [lang, { language }] of Object.entries(words)) assert.equal(language, lang)
})

test('N32: where another scan may try at once, no time is named', () => {
  const told = (dictionary: Words) =>
    problemOf({ error: 'too_many_tries', retryAfter: 1 }, dictionary)?.sentence
  assert.equal(
    told(words.en),
    'Too many sign-in attempts. Please scan a new QR code, or ask the staff.',
  )
  assert.equal(
    told(words.ko),
    '로그인 시도가 너무 많았습니다. 새 QR을 비추거나 직원에게 말씀해 주세요.',
  )
})

test('N32: a visitor who must wait is told for how long', () => {
  const told = (retryAfter: number, dictionary: Words) =>
    problemOf({ error: 'too_many_tries', retryAfter }, dictionary)?.sentence
  for (const [seconds, ko, en] of [
    [4, '1분', '1 min'],
    [60, '1분', '1 min'],
    [61, '2분', '2 min'],
    [900, '15분', '15 min'],
    [5_400, '90분', '90 min'],
    [5_401, '2시간', '2 hours'],
    [86_400, '24시간', '24 hours'],
  ] as const) {
    assert.ok(told(seconds, words.ko)?.includes(`${ko} 뒤에`), ko)
    assert.ok(told(seconds, words.en)?.includes(`in ${en},`), en)
  }
})
