import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spelled } from './spelled.ts'

test('a number is read out figure by figure, words of other scripts whole', () => {
  const cases = {
    'A-012': 'A, 0, 1, 2',
    '내과-7': '내과, 7',
    '접수 12번': '접수, 1, 2, 번',
    é9: 'é, 9',
    '***': '***',
  }
  for (const [number, read] of Object.entries(cases)) assert.equal(spelled(number), read)
})
