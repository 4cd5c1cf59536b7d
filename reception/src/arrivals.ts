import type { Transaction } from 'kysely'
import type { ArrivalRow, Database, Tables } from './database.ts'
import type { ReceptionRefused } from './wire.ts'

/** One transaction on reception's tables, with what the moves in it share. */
export type Work = Transaction<Tables>

/** Why something is not done. */
export class Refused extends Error {
  readonly code: ReceptionRefused['code']

  constructor(code: ReceptionRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

export const unknownArrival = () => new Refused('not_found', 'Nobody of that id is here.')
export const taken = () => new Refused('taken', 'Somebody else was faster, or it is over.')

export async function find(work: Work, id: string): Promise<ArrivalRow> {
  const row = await work.selectFrom('arrivals').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw unknownArrival()
  return row
}

/** Writes what is another now; whatever is written is told to the gate, where it knows of it. */
export async function write(
  work: Work,
  row: ArrivalRow,
  change: Partial<ArrivalRow>,
): Promise<ArrivalRow> {
  const version = row.version + 1
  const next = { ...row, ...change, version, unsettled: row.walk_in ? 0 : 1 }
  await work.updateTable('arrivals').set(next).where('id', '=', row.id).execute()
  return next
}

export interface Comer {
  id: string
  service: string
  name: string | null
  external_id: string | null
  walk_in: boolean
}

/**
 * Gives the next number of its letter and day, in the transaction that writes the row: the same id has
 * the same number for ever, and no other id has it.
 */
export async function arrive(
  work: Work,
  { walk_in, ...comer }: Comer,
  letterOf: (service: string) => string,
  day: string,
  now: number,
): Promise<ArrivalRow> {
  const known = work.selectFrom('arrivals').selectAll().where('id', '=', comer.id)
  const old = await known.executeTakeFirst()
  if (old) return old
  const letter = letterOf(comer.service)
  const { last } = await work
    .selectFrom('arrivals')
    .where('day', '=', day)
    .where('letter', '=', letter)
    .select(({ fn }) => fn.max('number').as('last'))
    .executeTakeFirstOrThrow()
  const row: ArrivalRow = {
    ...comer,
    day,
    letter,
    number: (last ?? 0) + 1,
    state: 'waiting',
    desk: null,
    call: null,
    walk_in: walk_in ? 1 : 0,
    came_at: now,
    waiting_since: now,
    turn: await nextTurn(work, now),
    ended_at: null,
    coming: 0,
    version: 1,
    rings: 0,
    told: null,
    told_rings: 0,
    unsettled: walk_in ? 0 : 1,
  }
  await work.insertInto('arrivals').values(row).execute()
  return row
}

/** Behind all who wait, also after the clock was set back. */
export async function nextTurn(work: Work, now: number): Promise<number> {
  const { last } = await waitingIn(work)
    .select(({ fn }) => fn.max('turn').as('last'))
    .executeTakeFirstOrThrow()
  return Math.max(now, (last ?? 0) + 1)
}

/** Of a day: whoever came, which a walk-in that was undone did not. */
export function cameOn(db: Database, day: string) {
  const rows = db.selectFrom('arrivals').where('day', '=', day)
  return rows.where(({ or, eb }) => or([eb('walk_in', '=', 0), eb('state', '!=', 'cancelled')]))
}

/** All who wait, in no order. */
export function waitingIn(db: Database) {
  return db.selectFrom('arrivals').where('state', '=', 'waiting')
}

/** All who wait, and whoever has been called to a desk that has not gone on, in no order. */
export function hereIn(db: Database) {
  const served = db.selectFrom('arrivals').selectAll().where('desk', 'is not', null)
  return waitingIn(db).selectAll().unionAll(served)
}

/** As it is called. */
export function spoken({ letter, number }: Pick<ArrivalRow, 'letter' | 'number'>): string {
  return `${letter}-${String(number).padStart(3, '0')}`
}
