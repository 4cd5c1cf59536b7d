import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hour, minute, openPlace, visitor } from '../../test/support/reception-place.ts'
import { seeded } from '../../test/support/seeded.ts'
import type { ArrivalRow } from './database.ts'

/** Each number of a letter and day is there once, from 1 on, in the order in which they came. */
function assertCounted(came: readonly ArrivalRow[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { day, letter, number } of came) {
    const line = `${day} ${letter}`
    const count = (counts.get(line) ?? 0) + 1
    assert.equal(number, count, line)
    counts.set(line, count)
  }
  return counts
}

/** The machine is on UTC, as in a container. */
async function onUtc(work: () => Promise<void>): Promise<void> {
  const { TZ } = process.env
  process.env.TZ = 'UTC'
  try {
    await work()
  } finally {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  }
}

for (const [where, zone, from, days] of [
  ['Seoul', 'Asia/Seoul', '2026-11-29T18:00:00Z', ['2026-11-29', '2026-11-30', '2026-12-01']],
  [
    'New York, as the clock goes forward',
    'America/New_York',
    '2026-03-07T08:30:00Z',
    ['2026-03-06', '2026-03-07', '2026-03-08'],
  ],
  [
    'New York, as the clock goes back',
    'America/New_York',
    '2026-10-31T07:30:00Z',
    ['2026-10-30', '2026-10-31', '2026-11-01'],
  ],
] as const) {
  test(`26 hours of clock in ${where}, on a machine on UTC: numbers neither repeat nor skip`, async t => {
    await onUtc(async () => {
      const random = seeded(26)
      const place = openPlace(t, zone)
      place.setClock(Date.parse(from))
      const end = Date.parse(from) + 26 * hour
      const services = ['exam', 'test', 'pay']
      const came: ArrivalRow[] = []
      while (place.clock() < end) {
        // By night and by day, one after the other or several at once.
        place.pass(Math.round(random() * 5 * minute))
        const some = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => {
          const service = services[Math.floor(random() * 3)] ?? ''
          return { id: visitor(came.length + index), service, name: '홍*동', external_id: null }
        })
        came.push(...(await Promise.all(some.map(comer => place.queue.receive(comer)))))
        // Desks go on over the change of days; whoever came yesterday keeps that day's number.
        for (const desk of place.site.desks) {
          const rows = await place.db
            .selectFrom('arrivals')
            .selectAll()
            .where('state', '=', 'waiting')
            .where('service', 'in', desk.services)
            .orderBy('turn')
            .limit(1)
            .execute()
          const [next] = rows
          if (!next || random() < 0.3) continue
          await place.act('call', { desk: desk.id, arrival: next.id })
        }
        await place.queue.tidy()
      }
      const counts = assertCounted(came)
      assert.deepEqual([...new Set(came.map(({ day }) => day))], days)
      assert.equal(counts.size, 9)
      const rows = await place.rows()
      assert.equal(rows.length, came.length)
      for (const { id, day, letter, number } of came) {
        const row = rows.find(row => row.id === id)
        assert.deepEqual([row?.day, row?.letter, row?.number], [day, letter, number])
      }
      // Of yesterday no name is left; of today all are.
      for (const { day, name, state } of rows) {
        if (state === 'waiting' || state === 'called') continue
        assert.equal(name, day < place.today() ? null : '홍*동')
      }
      t.diagnostic(`${came.length} visitors`)
    })
  })
}

test('a clock that is set back over 04:00 goes on with yesterday’s numbers, and then with today’s', async t => {
  const place = openPlace(t)
  const came: ArrivalRow[] = []
  const come = async () => void came.push(await place.come(came.length))
  // 03:59:58 in Seoul, and a second each.
  place.setClock(Date.parse('2026-11-30T18:59:57Z'))
  for (let n = 0; n < 4; n += 1) await come()
  place.pass(-30 * minute)
  for (let n = 0; n < 3; n += 1) await come()
  // What was done in the meantime does not rise from the dead, and nobody is forgotten.
  await place.queue.tidy()
  place.pass(30 * minute)
  for (let n = 0; n < 3; n += 1) await come()
  place.pass(-25 * hour)
  for (let n = 0; n < 2; n += 1) await come()
  assertCounted(came)
  assert.deepEqual(
    came.map(({ day, number }) => `${day.slice(-2)} ${number}`),
    [
      '30 1',
      '30 2',
      '01 1',
      '01 2',
      '30 3',
      '30 4',
      '30 5',
      '01 3',
      '01 4',
      '01 5',
      '29 1',
      '29 2',
    ],
  )
  // Whoever came later is behind, whatever the clock says.
  const line = await place.db
    .selectFrom('arrivals')
    .select('id')
    .where('state', '=', 'waiting')
    .orderBy('turn')
    .execute()
  assert.deepEqual(
    line.map(({ id }) => id),
    came.map(({ id }) => id),
  )
})

test('a clock that is set back: whoever is called, sent back and undone is so all the same', async t => {
  const place = openPlace(t)
  for (let n = 1; n <= 4; n += 1) await place.come(n)
  await place.call('room-1', 1)
  place.pass(-2 * hour)
  await place.call('room-1', 2)
  assert.equal((await place.row(1)).state, 'done')
  await place.act('back', { arrival: visitor(2) })
  assert.deepEqual(await place.line(), ['A3', 'A4', 'A2'])
  const done = await place.call('room-1', 3)
  await place.act('undo', { undo: done.undo ?? '' })
  assert.deepEqual(await place.line(), ['A3', 'A4', 'A2'])
})
