import assert from 'node:assert/strict'
import { it } from 'node:test'
import { clockFace } from './element/time-left.ts'
import type { KioskState } from './screen-update.ts'
import { messageOf, screenWords } from './words.ts'

const states: KioskState[] = [
  'idle',
  'starting',
  'pending',
  'scanned',
  'approved',
  'claimed',
  'denied',
  'cancelled',
  'expired',
  'trouble',
]

it('every state has words in both languages', () => {
  for (const state of states) {
    assert.match(messageOf({ state }, screenWords.ko).title, /[가-힣]/)
    assert.match(messageOf({ state }, screenWords.en).title, /[a-z]/)
  }
})

it('trouble without words of its own is told in general words', () => {
  for (const code of ['never_heard_of', 'constructor']) {
    const { title } = messageOf({ state: 'trouble', code }, screenWords.en)
    assert.equal(title, 'The server cannot\nbe reached')
  }
})

it('time left ends at 0:00 and not before', () => {
  assert.deepEqual([234_000, 60_001, 59_001, 1, 0].map(clockFace), [
    '3:54',
    '1:01',
    '1:00',
    '0:01',
    '0:00',
  ])
})
