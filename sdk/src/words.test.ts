import assert from 'node:assert/strict'
import { it } from 'node:test'
import { announcedAt, clockFace } from './element/time-left.ts'
import type { FinalReason } from './protocol.ts'
import type { KioskState } from './screen-update.ts'
import { countdownSaid, messageOf, screenWords } from './words.ts'

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
  'ended',
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

it('says who ended a visit, and of what never became one that nobody is signed in', () => {
  const title = (state: KioskState, reason: FinalReason) =>
    messageOf({ state, reason }, screenWords.en)
  assert.equal(title('ended', 'phone').title, 'Finished on\nthe phone')
  assert.equal(title('ended', 'phone').text, 'You are signed out of this screen.')
  assert.match(title('ended', 'not_me').text, /It was not me/)
  assert.equal(title('ended', 'absolute').title, 'Time is up')
  assert.equal(title('ended', 'idle').title, 'Finished')
  assert.equal(title('cancelled', 'phone').title, 'Finished on\nthe phone')
  assert.equal(title('cancelled', 'phone').text, 'You are not signed in.')
  assert.equal(title('cancelled', 'kiosk').title, 'Cancelled')
})

it('N37: a countdown is said at thirty, at ten and at five seconds, and at no others', () => {
  const said = (of: number) =>
    Array.from({ length: of }, (_, n) => countdownSaid({ seconds: of - n, of }, screenWords.en))
  const runs = (of: number) => said(of).filter((text, n, all) => text !== all[n - 1])
  const last = ['Returning to start in 10 seconds', 'Returning to start in 5 seconds']
  assert.deepEqual(runs(20), ['', ...last])
  assert.deepEqual(runs(60), ['', 'Returning to start in 30 seconds', ...last])
  assert.deepEqual(said(20).lastIndexOf(''), 9)
  // What begins with ten seconds begins with the screen's own words.
  assert.deepEqual(new Set(said(10)), new Set(['', 'Returning to start in 5 seconds']))
  assert.equal(countdownSaid(undefined, screenWords.en), '')
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

it('N37: a short time is said with thirty seconds left and with ten, and not before', () => {
  const steps = [180, 31, 30, 11, 10, 1, 0].map(announcedAt)
  assert.deepEqual(steps, [Infinity, Infinity, 30, 30, 10, 10, 10])
})
