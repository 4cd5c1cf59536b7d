import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renamed } from './renamed.ts'

test('what is not given stays, but English that was only the Korean text goes with it', () => {
  const both = { ko: '1층 접수', en: 'Reception' }
  assert.deepEqual(renamed(both, {}), both)
  assert.deepEqual(renamed(both, { ko: '2층 접수' }), { ko: '2층 접수', en: 'Reception' })
  assert.deepEqual(renamed(both, { en: 'Desk' }), { ko: '1층 접수', en: 'Desk' })
  const one = { ko: '접수', en: '접수' }
  assert.deepEqual(renamed(one, { ko: '수납' }), { ko: '수납', en: '수납' })
  assert.deepEqual(renamed(one, { ko: '수납', en: 'Pay' }), { ko: '수납', en: 'Pay' })
})
