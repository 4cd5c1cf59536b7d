import type { SiteView } from '@qrgate/sdk/protocol'
import { cameOn, hereIn, spoken, waitingIn } from './arrivals.ts'
import type { ArrivalRow, Database, Tables } from './database.ts'
import type { Site } from './site.ts'
import type { ArrivalView, BoardState, DeskState } from './wire.ts'

/** What the pages show, from the rows as they are now. */

const boardCalls = 6

type Shown<State> = Omit<State, 'now'>
type CallRow = Tables['calls']

export interface Seen {
  db: Database
  site: Site
  place: SiteView
  day: string
}

export async function deskState(
  { db, site, place, day }: Seen,
  isAway: boolean,
): Promise<Shown<DeskState>> {
  const rows = await hereIn(db).execute()
  const calls = await callsOf(db, rows)
  const view = (row: ArrivalRow) => arrivalView(row, calls.get(row.call ?? 0))
  const { came, done } = await cameOn(db, day)
    .select(({ fn }) => [
      fn.countAll<number>().as('came'),
      fn.countAll<number>().filterWhere('state', '=', 'done').as('done'),
    ])
    .executeTakeFirstOrThrow()
  const closed = await closedServices(db, day)
  const staff = db.selectFrom('staff_calls').select(['id', 'kiosk', 'at'])
  const staffCalls = await staff.where('taken_at', 'is', null).orderBy('at').execute()
  return {
    site: place.name,
    time_zone: place.time_zone,
    day,
    today: { came, done },
    services: site.services.map(({ id, name, letter, place }) => {
      return { id, name, letter, ...(place && { place }), closed: closed.has(id) }
    }),
    desks: site.desks.map(({ id, name, services }) => {
      const row = rows.find(({ desk }) => desk === id)
      return { id, name, services, ...(row && { serving: view(row) }) }
    }),
    waiting: rows
      .filter(({ state }) => state === 'waiting')
      .toSorted((a, b) => a.turn - b.turn)
      .map(view),
    staff_calls: staffCalls.map(call => ({ ...call, kiosk: JSON.parse(call.kiosk) })),
    gate: isAway ? 'away' : 'reached',
  }
}

export async function boardState({ db, site, place, day }: Seen): Promise<Shown<BoardState>> {
  // Only somebody's latest call, and of nobody who waits again or has gone. By id, as that is indexed.
  const latest = db
    .selectFrom('calls')
    .innerJoin('arrivals', on =>
      on.onRef('arrivals.id', '=', 'calls.arrival').onRef('arrivals.call', '=', 'calls.id'),
    )
    .select(['letter', 'number', 'calls.desk as at', 'called_at', 'recalls', 'rung_at', 'call'])
  // Who was called before the day began is to come still, too; by the desk, as that is indexed.
  const called = latest.where('arrivals.desk', 'is not', null).where('state', '=', 'called')
  const calls = await latest
    .where('calls.day', '=', day)
    .where('state', 'in', ['done', 'no_show'])
    .unionAll(called)
    .orderBy('rung_at', 'desc')
    .orderBy('call', 'desc')
    .limit(boardCalls)
    .execute()
  const { waiting } = await waitingIn(db)
    .select(({ fn }) => fn.countAll<number>().as('waiting'))
    .executeTakeFirstOrThrow()
  return {
    site: place.name,
    time_zone: place.time_zone,
    calls: calls.map(({ at, called_at, recalls, ...row }) => {
      const desk = site.desks.find(({ id }) => id === at)
      return { number: spoken(row), place: desk?.name ?? place.name, called_at, recalls }
    }),
    waiting,
  }
}

export async function closedServices(db: Database, day: string): Promise<ReadonlySet<string>> {
  const closed = db.selectFrom('closed_services').select('service').where('day', '=', day)
  return new Set((await closed.execute()).map(({ service }) => service))
}

async function callsOf(db: Database, rows: ArrivalRow[]): Promise<Map<number, CallRow>> {
  const ids = rows.flatMap(({ call }) => call ?? [])
  const calls = db.selectFrom('calls').selectAll().where('id', 'in', ids)
  return new Map((await calls.execute()).map(call => [call.id, call]))
}

export function arrivalView(row: ArrivalRow, call: CallRow | undefined): ArrivalView {
  const { id, state, service, desk, name, external_id, came_at, waiting_since } = row
  return {
    ...{ id, number: spoken(row), state, service, came_at, waiting_since },
    ...(desk !== null && { desk }),
    ...(name !== null && { name }),
    ...(external_id !== null && { external_id }),
    ...(state === 'called' && call && { called_at: call.called_at }),
    walk_in: row.walk_in === 1,
    recalls: call?.recalls ?? 0,
    coming: row.coming === 1,
  }
}
