import assert from 'node:assert/strict'
import { test } from 'node:test'
import { both, minute, openPlace, type Place, visitor } from '../../test/support/reception-place.ts'
import { boardState, deskState } from './views.ts'

const place = { name: both('서울내과', 'Seoul Clinic'), time_zone: 'Asia/Seoul', hours: [] }
const seen = ({ db, site, today }: Place) => ({ db, site, place, day: today() })
const board = async (of: Place) => (await boardState(seen(of))).calls.map(({ number }) => number)

test('over 04:00 nobody is lost: whoever waits is called, and is on the board, with the same number', async t => {
  const night = openPlace(t)
  night.setClock(Date.parse('2026-11-30T18:50:00Z'))
  await night.come(1)
  await night.come(2)
  await night.call('room-1', 1)
  assert.deepEqual(await board(night), ['A-001'])
  night.pass(15 * minute)
  assert.equal(night.today(), '2026-12-01')
  await night.queue.tidy()
  assert.deepEqual(await board(night), ['A-001'], 'they were called, and are to come still')
  await night.come(3)
  const { today, waiting, desks } = await deskState(seen(night), false)
  assert.deepEqual(today, { came: 1, done: 0 })
  assert.deepEqual(
    waiting.map(({ id, number }) => [id, number]),
    [
      [visitor(2), 'A-002'],
      [visitor(3), 'A-001'],
    ],
  )
  assert.equal(desks[0]?.serving?.id, visitor(1))
  await night.call('room-1', 2)
  // What is over of yesterday is off the board.
  assert.deepEqual(await board(night), ['A-002'])
  await night.call('room-2', 3)
  assert.deepEqual(await board(night), ['A-001', 'A-002'])
})

test('the board has the latest six calls of today: nobody who waits again or has gone', async t => {
  const day = openPlace(t)
  for (let n = 1; n <= 8; n += 1) {
    await day.come(n)
    await day.call('room-1', n)
  }
  assert.deepEqual(await board(day), ['A-008', 'A-007', 'A-006', 'A-005', 'A-004', 'A-003'])
  await day.act('back', { arrival: visitor(8) })
  assert.deepEqual(await board(day), ['A-007', 'A-006', 'A-005', 'A-004', 'A-003', 'A-002'])
  await day.call('room-2', 8)
  await day.queue.cancel(visitor(8))
  assert.equal((await board(day))[0], 'A-007')
})
