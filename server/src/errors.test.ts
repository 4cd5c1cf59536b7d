import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, refusalCodes, sentence } from './errors.ts'

test('every code has a sentence of its own for people, in both languages', () => {
  assert.ok(refusalCodes.length > 0)
  for (const code of refusalCodes) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/)
    assert.match(sentence(code, 'en'), /^[A-Z][ -~]{5,}$/, code)
    assert.match(sentence(code, 'ko'), /^[가-힣0-9][가-힣0-9~,._@+\- ]{5,}\.$/, code)
  }
})

test('no sentence shows a code or a word of ours that people do not know', () => {
  for (const code of refusalCodes) {
    const both = sentence(code, 'en') + sentence(code, 'ko')
    assert.doesNotMatch(both, /_[a-z]|session|token|device|undefined|null/i, code)
  }
})

test('every status says no, and only a 503 says when to come back', () => {
  for (const code of refusalCodes) {
    const { status, retryAfter } = new Refusal(code)
    assert.ok(status >= 400 && status < 600, code)
    assert.equal(retryAfter !== undefined, status === 503, code)
  }
})

test('the detail is for the log and does not become the sentence', () => {
  const refusal = new Refusal('storage_busy', 'database is locked', 7)
  assert.equal(refusal.message, 'database is locked')
  assert.equal(refusal.retryAfter, 7)
  assert.doesNotMatch(sentence(refusal.code, 'en'), /locked/)
  assert.ok(refusal instanceof Error)
  assert.equal(refusal.name, 'Refusal')
})
