import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalCodes } from '../../errors.ts'
import { sentence } from '../server/sentences.ts'
import { problemOf, problemsInPlace, visitorSentence } from './problem.ts'
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

test('what the form shows after a reload is what its script shows in place', () => {
  for (const dictionary of dictionaries) {
    const { other, ...known } = problemsInPlace(dictionary)
    for (const code of refusalCodes) {
      assert.deepEqual(problemOf(code, dictionary), known[code] ?? other, code)
    }
  }
})

test('each dictionary knows which language it is', () => {
  for (const [lang, { language }] of Object.entries(words)) assert.equal(language, lang)
})
