import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minute, openPlace, type Place, withVisitors } from '../../test/support/reception-place.ts'
import { median, paceOf, waitMinutes } from './pace.ts'

const pace = ({ db, today, clock }: Place, ...services: string[]) =>
  paceOf(db, services, today(), clock())

test('the pace is the median from one call to the next, and not known before three of them', async t => {
  const place = await withVisitors(t, 6)
  // A first one that took long, and one that was quick: neither says how fast the line goes.
  for (const [index, minutes] of [1, 30, 5].entries()) {
    place.pass(minutes * minute)
    await place.call('room-1', index + 1)
    assert.equal(await pace(place, 'exam'), undefined)
  }
  place.pass(6 * minute)
  await place.call('room-1', 4)
  assert.equal(await pace(place, 'exam'), 6 * minute)
  place.pass(1 * minute)
  await place.call('room-1', 5)
  assert.equal(await pace(place, 'exam'), 5.5 * minute)
  assert.equal(await pace(place, 'pay'), undefined)
})

test('the time in which nobody waited is no part of it', async t => {
  const place = openPlace(t)
  await place.come(0)
  await place.call('room-1', 0)
  for (let n = 1; n <= 3; n += 1) {
    place.pass(15 * minute)
    await place.come(n)
    place.pass(2 * minute)
    await place.call('room-1', n)
  }
  assert.equal(await pace(place, 'exam'), 2 * minute)
})

test('only the latest ten count, of today and of the last hour', async t => {
  const place = await withVisitors(t, 40)
  let next = 0
  const callNext = async (minutes: number) => {
    place.pass(minutes * minute)
    next += 1
    await place.call('room-1', next)
  }
  for (let n = 0; n < 12; n += 1) await callNext(1)
  assert.equal(await pace(place, 'exam'), minute)
  for (let n = 0; n < 10; n += 1) await callNext(3)
  assert.equal(await pace(place, 'exam'), 3 * minute)
  place.pass(60 * minute)
  assert.equal(await pace(place, 'exam'), undefined)
  const { db, clock } = place
  assert.equal(await paceOf(db, ['exam'], '2026-12-01', clock()), undefined)
})

test('lines that share desks share a pace', async t => {
  const place = openPlace(t)
  for (let n = 1; n <= 4; n += 1) await place.come(n, n % 2 ? 'exam' : 'test')
  for (let n = 1; n <= 4; n += 1) {
    place.pass(2 * minute)
    await place.call('room-2', n)
  }
  assert.equal(await pace(place, 'exam', 'test'), 2 * minute)
  assert.equal(await pace(place, 'exam'), undefined)
})

test('the median of none is none, of two is between them', () => {
  assert.equal(median([]), undefined)
  assert.equal(median([3]), 3)
  assert.equal(median([4, 1]), 2.5)
  assert.equal(median([9, 1, 5]), 5)
})

test('minutes are whole, never none, in fives beyond ten, and never more than a day', () => {
  assert.equal(waitMinutes(1, 0), 1)
  assert.equal(waitMinutes(-minute, 3), 1)
  assert.equal(waitMinutes(4 * minute, 0), 4)
  assert.equal(waitMinutes(4 * minute + 1, 0), 5)
  assert.equal(waitMinutes(2 * minute, 4), 10)
  assert.equal(waitMinutes(11 * minute, 0), 15)
  assert.equal(waitMinutes(4 * minute, 4), 20)
  assert.equal(waitMinutes(60 * minute, 100), 1_440)
})
