import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createLimit } from './limit.ts'

test('N09: so many in a window, for each key, and what is refused does not count', () => {
  let now = 0
  const limit = createLimit('too_many', { name: 'scans', points: 3, duration: 60 }, () => now)
  const allowed = (key: string) => {
    try {
      limit.spend(key)
      return true
    } catch (error) {
      assert.ok(error instanceof Refusal && error.code === 'too_many')
      assert.equal(error.retryAfter, 60 - ((now / 1000) % 60))
      return false
    }
  }
  for (const expected of [true, true, true, false, false]) assert.equal(allowed('one'), expected)
  assert.equal(allowed('other'), true)
  now = 59_000
  assert.equal(allowed('one'), false)
  now = 60_000
  for (const expected of [true, true, true, false]) assert.equal(allowed('one'), expected)
})

test('N09: however many want the same at once, it counts once', async () => {
  const limit = createLimit('too_many', { name: 'scans', points: 2, duration: 60 }, () => 0)
  const scan = (id: string) => limit.spendOnce('kiosk', id, async () => id)
  await Promise.all(Array.from({ length: 50 }, () => scan('one')))
  const broken = limit.spendOnce('kiosk', 'two', () => Promise.reject(new Error('in use')))
  await assert.rejects(broken, /in use/)
  await assert.rejects(scan('two'), { code: 'too_many' })
  await assert.rejects(scan('three'), { code: 'too_many' })
})
