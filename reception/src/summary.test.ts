import assert from 'node:assert/strict'
import { test } from 'node:test'
import { both, minute, openPlace, type Scope, visitor } from '../../test/support/reception-place.ts'
import { daySummary, summaryCsv } from './summary.ts'
import { deskState } from './views.ts'

const name = both('서울내과', 'Seoul Clinic')
const inSeoul = { name, time_zone: 'Asia/Seoul', hours: [] }
const inNewYork = { name, time_zone: 'America/New_York', hours: [] }

/** A day in Seoul with five visitors: two of them at nine, none at ten, the last at three in the night. */
async function busyDay(t: Scope) {
  const place = openPlace(t)
  const at = (time: string) => place.setClock(Date.parse(time) - 1_000)
  at('2026-11-30T00:10:00Z')
  await place.come(1)
  await place.come(2)
  place.pass(5 * minute)
  await place.call('room-1', 1)
  place.pass(5 * minute)
  await place.call('room-1', 2)
  at('2026-11-30T02:00:00Z')
  await place.come(3, 'pay')
  place.pass(2 * minute)
  await place.queue.cancel(visitor(3))
  await place.come(4, 'pay')
  place.pass(4 * minute)
  await place.call('pay-1', 4)
  await place.act('end', { arrival: visitor(4), as: 'no_show' })
  at('2026-11-30T18:30:00Z')
  await place.come(5)
  return place
}

test('a walk-in that was undone has not come', async t => {
  const place = openPlace(t)
  const { db, site, today } = place
  const id = visitor(1)
  const { undo = '' } = await place.act('walk-in', { id, service: 'exam' })
  await place.act('undo', { undo })
  await place.act('walk-in', { id: visitor(2), service: 'exam' })
  const seen = { db, site, place: inSeoul, day: today() }
  assert.equal((await daySummary(seen)).came, 1)
  assert.deepEqual((await deskState(seen, false)).today, { came: 1, done: 0 })
})

test('a day’s summary: who came, by hour and by service, and how long they waited', async t => {
  const { db, site } = await busyDay(t)
  const summary = await daySummary({ db, site, place: inSeoul, day: '2026-11-30' })
  const { hours, services, ...whole } = summary
  assert.deepEqual(whole, {
    ...{ site: name, day: '2026-11-30', days: ['2026-11-30'] },
    ...{ came: 5, done: 1, no_show: 1, cancelled: 1, median_wait_ms: 5 * minute + 1_000 },
  })
  assert.deepEqual(
    hours.filter(({ came }) => came > 0),
    [
      { hour: 9, came: 2, median_wait_ms: 7.5 * minute + 500 },
      { hour: 11, came: 2, median_wait_ms: 4 * minute },
      { hour: 27, came: 1 },
    ],
  )
  // Without a gap, from the first hour with anybody to the last.
  assert.deepEqual(
    hours.map(({ hour }) => hour),
    Array.from({ length: 19 }, (_, index) => index + 9),
  )
  assert.deepEqual(
    services.map(({ id, came, median_wait_ms }) => [id, came, median_wait_ms]),
    [
      ['exam', 3, 7.5 * minute + 500],
      ['test', 0, undefined],
      ['pay', 2, 4 * minute],
    ],
  )
})

test('a summary is of one day only, and an empty day has one too', async t => {
  const place = await busyDay(t)
  const { db, site } = place
  place.setClock(Date.parse('2026-11-30T19:00:00Z'))
  await place.come(6)
  const tomorrow = await daySummary({ db, site, place: inSeoul, day: place.today() })
  assert.deepEqual([tomorrow.day, tomorrow.came], ['2026-12-01', 1])
  assert.deepEqual(tomorrow.days, ['2026-12-01', '2026-11-30'])
  const empty = await daySummary({ db, site, place: inSeoul, day: '2026-12-24' })
  assert.deepEqual([empty.came, empty.hours, empty.median_wait_ms], [0, [], undefined])
  assert.equal(empty.days[0], '2026-12-24')
})

test('whoever is called twice waited until the first time; a call that was taken back is none', async t => {
  const place = openPlace(t)
  const { db, site } = place
  const wait = async () =>
    (await daySummary({ db, site, place: inSeoul, day: place.today() })).median_wait_ms
  await place.come(1)
  place.pass(3 * minute)
  const done = await place.call('room-1', 1)
  await place.act('undo', { undo: done.undo ?? '' })
  assert.equal(await wait(), undefined)
  place.pass(minute)
  await place.call('room-1', 1)
  await place.act('back', { arrival: visitor(1) })
  place.pass(10 * minute)
  await place.call('room-2', 1)
  assert.equal(await wait(), 4 * minute)
})

test('nobody is counted twice where the clock goes back, or left out where it goes forward', async t => {
  for (const [date, hours] of [
    // 01:30 comes twice.
    ['2026-10-31', [24, 25, 25, 26, 27]],
    // 02:30 does not come.
    ['2026-03-07', [24, 25, 27]],
  ] as const) {
    const place = openPlace(t, 'America/New_York')
    const { db, site } = place
    const midnight =
      Date.parse(`${date}T00:00:00Z`) + (date === '2026-10-31' ? 28 : 29) * 60 * minute
    for (const n of hours.keys()) {
      place.setClock(midnight + (60 * n + 30) * minute)
      await place.come(n)
    }
    assert.equal(place.today(), date)
    const summary = await daySummary({ db, site, place: inNewYork, day: date })
    assert.equal(summary.came, hours.length)
    const counted = summary.hours.flatMap(({ hour, came }) => Array<number>(came).fill(hour))
    assert.deepEqual(counted, [...hours])
  }
})

test('the summary as a table: with a mark for Excel, by hours of the clock, and no name in it', async t => {
  const { db, site } = await busyDay(t)
  const summary = await daySummary({ db, site, place: inSeoul, day: '2026-11-30' })
  const hours = summary.hours.filter(({ came }) => came > 0)
  assert.equal(
    summaryCsv({ ...summary, hours }),
    `\uFEFF${[
      'day,of,came,median_wait_minutes',
      '2026-11-30,09:00,2,7.5',
      '2026-11-30,11:00,2,4',
      '2026-11-30,03:00,1,',
      '2026-11-30,exam,3,7.5',
      '2026-11-30,test,0,',
      '2026-11-30,pay,2,4',
      '2026-11-30,day,5,5',
      '',
    ].join('\r\n')}`,
  )
})
