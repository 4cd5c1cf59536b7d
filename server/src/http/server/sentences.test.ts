import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalCodes } from '../../errors.ts'
import { sentence } from './sentences.ts'

test('every code has a sentence of its own for people, in both languages', () => {
  for (const code of refusalCodes) {
    assert.match(sentence(code, 'en'), /^[A-Z][ -~]{5,}$/, code)
    assert.match(sentence(code, 'ko'), /^(?:[가-힣0-9~,._@+\- ]|QR|https?){6,}\.$/, code)
  }
})

test('no sentence shows a code or a word of ours that people do not know', () => {
  for (const code of refusalCodes) {
    const both = sentence(code, 'en') + sentence(code, 'ko')
    assert.doesNotMatch(both, /_[a-z]|session|token|device|undefined|null/i, code)
  }
})
