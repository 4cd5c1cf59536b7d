import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OperatorError } from '../operator-error.ts'
import { noticeOf } from './keys-command.ts'

test('the notice of a new key is typed in minutes, hours or days, and no reader misses it', () => {
  const minute = 60_000
  assert.deepEqual(
    ['6m', '90m', '1h', '30d'].map(text => noticeOf(text) / minute),
    [6, 90, 60, 43_200],
  )
  for (const wrong of ['5m', '31d', '0h', '1', 'h', '-1h', '1.5h', '99999h', '']) {
    assert.throws(() => noticeOf(wrong), OperatorError, wrong)
  }
})
