import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOf, readAnswer, ticketWith } from './queue-ticket.ts'

const L = { ko: '2층 내과', en: 'Room 2' }

test('an answer is read, and what means nothing here is left out', () => {
  const answer = {
    status: 'accepted',
    number: 'A-012',
    title: { ...L, ja: '内科' },
    place: { name: L, floor: L, way: L, map: 'https://example.org/map' },
    lines: [L, L, L],
    ahead: 0,
    wait_minutes: 12,
    now: 'A-008',
    priority: 'high',
  }
  const { priority: _, title, place, ...rest } = answer
  const { map, ...where } = place
  assert.ok(map)
  assert.deepEqual(readAnswer(answer), { ...rest, title: L, place: where })
  assert.deepEqual(readAnswer({ status: 'refused', text: L }), { status: 'refused', text: L })
})

test('null takes a field away, also in an answer, where there is none yet', () => {
  const said = { number: null, title: null, place: null, lines: null, ahead: null, now: null }
  assert.deepEqual(changeOf({ ...said, wait_minutes: null }), { ...said, wait_minutes: null })
  assert.deepEqual(readAnswer({ status: 'accepted', ahead: null }), {
    status: 'accepted',
    ahead: null,
  })
  assert.deepEqual(ticketWith(null, { number: 'A-1', ahead: null }, 'accepted'), { number: 'A-1' })
})

test('what says nothing that could be shown is no answer', () => {
  const long = 'x'.repeat(81)
  const wrong: unknown[] = [
    undefined,
    null,
    'accepted',
    [],
    {},
    { number: 'A-1' },
    { status: 'called', number: 'A-1' },
    { status: 'done' },
    { status: 'accepted', number: '' },
    { status: 'accepted', number: 12 },
    { status: 'accepted', number: 'A'.repeat(17) },
    { status: 'accepted', number: 'A-1\n' },
    { status: 'accepted', number: '\u202e1-A' },
    { status: 'accepted', number: '\u200b' },
    { status: 'accepted', title: { ko: '내과' } },
    { status: 'accepted', title: { ko: long, en: 'Room' } },
    { status: 'accepted', place: {} },
    { status: 'accepted', lines: [L, L, L, L] },
    { status: 'accepted', ahead: -1 },
    { status: 'accepted', ahead: 1.5 },
    { status: 'accepted', wait_minutes: 1_441 },
  ]
  for (const answer of wrong) assert.equal(readAnswer(answer), null, JSON.stringify(answer))
})

test('markup is text like any other, and kept as it is', () => {
  const text = { ko: '<b>"마감"</b> & 끝', en: '<script>alert(1)</script>' }
  assert.deepEqual(readAnswer({ status: 'refused', text })?.text, text)
})

test('nobody reaches what is behind an object', () => {
  const said = JSON.parse('{"number":"A-1","__proto__":{"status":"called"},"constructor":1}')
  assert.deepEqual(changeOf(said), { number: 'A-1' })
})
