import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, refusalCodes } from './errors.ts'

test('every code is one or more plain words', () => {
  assert.ok(refusalCodes.length > 0)
  for (const code of refusalCodes) assert.match(code, /^[a-z]+(_[a-z]+)*$/)
})

test('every status says no, and only a 503 says when to come back', () => {
  for (const code of refusalCodes) {
    const { status, retryAfter } = new Refusal(code)
    assert.ok(status >= 400 && status < 600, code)
    assert.equal(retryAfter !== undefined, status === 503, code)
  }
})

test('the detail is for the log, and the code says nothing of it', () => {
  const refusal = new Refusal('storage_busy', 'database is locked', 7)
  assert.equal(refusal.message, 'database is locked')
  assert.equal(refusal.retryAfter, 7)
  assert.equal(refusal.code, 'storage_busy')
  assert.ok(refusal instanceof Error)
  assert.equal(refusal.name, 'Refusal')
})
