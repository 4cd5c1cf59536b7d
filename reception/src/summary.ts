import { stringify } from 'csv-stringify/sync'
import { cameOn } from './arrivals.ts'
import { hourOf } from './day.ts'
import { median } from './pace.ts'
import type { Seen } from './views.ts'
import type { DaySummary } from './wire.ts'

/** How one day went, without anybody's name. */
export async function daySummary({ db, site, place, day }: Seen): Promise<Omit<DaySummary, 'now'>> {
  const known = await db.selectFrom('arrivals').select('day').distinct().execute()
  const days = new Set([day, ...known.map(row => row.day)])
  const rows = await cameOn(db, day).select(['id', 'letter', 'state', 'came_at']).execute()
  const calls = await db
    .selectFrom('calls')
    .select(({ fn }) => ['arrival', fn.min('called_at').as('first')])
    .where('day', '=', day)
    .groupBy('arrival')
    .execute()
  const firstCalls = new Map(calls.map(({ arrival, first }) => [arrival, first]))
  const count = (state: string) => rows.filter(row => row.state === state).length
  const numbers = (some: typeof rows) => {
    const waits = some.flatMap(({ id, came_at }) => {
      const called = firstCalls.get(id)
      return called === undefined ? [] : called - came_at
    })
    const wait = median(waits)
    return { came: some.length, ...(wait !== undefined && { median_wait_ms: wait }) }
  }
  const byHour = Map.groupBy(rows, ({ came_at }) => hourOf(came_at, place.time_zone))
  const hours = [...byHour.keys()].sort((a, b) => a - b)
  const [first = 0, last = first - 1] = [hours[0], hours.at(-1)]
  const spanned = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const { came, ...wait } = numbers(rows)
  return {
    site: place.name,
    day,
    days: [...days].sort().reverse(),
    came,
    done: count('done'),
    no_show: count('no_show'),
    cancelled: count('cancelled'),
    ...wait,
    hours: spanned.map(hour => ({ hour, ...numbers(byHour.get(hour) ?? []) })),
    // By the number's letter: with whom they began, wherever they were passed on to.
    services: site.services.map(({ id, name, letter }) => {
      return { id, name, ...numbers(rows.filter(row => row.letter === letter)) }
    }),
  }
}

/** For a spreadsheet: one line for each hour, then one for each service and one for the day. */
export function summaryCsv({ day, hours, services, ...whole }: Omit<DaySummary, 'now'>): string {
  const line = (
    of: string,
    { came, median_wait_ms: wait }: { came: number; median_wait_ms?: number },
  ) => {
    return [day, of, came, wait === undefined ? '' : Math.round(wait / 6_000) / 10]
  }
  const clock = (hour: number) => `${String(hour % 24).padStart(2, '0')}:00`
  // The mark tells Excel that it is UTF-8.
  return stringify(
    [
      ['day', 'of', 'came', 'median_wait_minutes'],
      ...hours.map(({ hour, ...numbers }) => line(clock(hour), numbers)),
      ...services.map(({ id, ...numbers }) => line(id, numbers)),
      line('day', whole),
    ],
    { bom: true, record_delimiter: 'windows' },
  )
}
