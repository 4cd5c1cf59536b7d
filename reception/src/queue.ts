import { randomUUID } from 'node:crypto'
import {
  arrive,
  type Comer,
  find,
  nextTurn,
  Refused,
  taken,
  unknownArrival,
  type Work,
  waitingIn,
  write,
} from './arrivals.ts'
import type { ArrivalRow, Database } from './database.ts'
import { type Site } from './site.ts'
import type { DeskActions } from './wire.ts'

/** How long a move can be taken back, in milliseconds. */
export const undoable = 10_000

/** Nobody waits longer: the gate takes a hand-off for over then, too. */
const longestWait = 12 * 3_600_000

/** A row that was changed, and what takes the change back. */
export interface Done {
  arrival?: ArrivalRow
  undo?: string
}

export interface Queue {
  /** Somebody who came with a phone; the same for the same id. `cancelled` where that was said before. */
  receive(comer: Omit<Comer, 'walk_in' | 'letter'>): Promise<ArrivalRow>
  /** The gate says that it is void; the row is made where the request is still on its way. */
  cancel(comer: Omit<Comer, 'walk_in' | 'letter'>): Promise<void>
  coming(id: string): Promise<void>
  staffCalled(id: string, kiosk: string): Promise<void>
  /** Everything that a desk does. @throws Refused */
  act<Name extends keyof DeskActions>(name: Name, action: DeskActions[Name]): Promise<Done>
  /** Who is waiting for longer than anybody does, and names of earlier days. */
  tidy(): Promise<boolean>
}

export interface QueueParts {
  db: Database
  site: Site
  clock: () => number
  /** The day of the place that it is now. */
  today: () => string
  /** Something is another now. */
  changed(): void
}

interface Undo {
  until: number
  /** Rows as they were, each with the version that it has got by the move. */
  rows: { before: ArrivalRow; version: number }[]
  /** The call that was made. */
  call?: number | null
  staffCall?: string
}

export function createQueue({ db, site, clock, today, changed }: QueueParts): Queue {
  const undos = new Map<string, Undo>()

  const letterOf = (id: string) => {
    const service = site.services.find(service => service.id === id)
    if (!service) throw new Refused('not_found', `There is no service ${id}.`)
    return service.letter
  }
  const inWork = async <Result>(move: (work: Work, now: number) => Promise<Result>) => {
    const result = await db.transaction().execute(work => move(work, clock()))
    changed()
    return result
  }
  const remember = (undo: Omit<Undo, 'until'>, now: number): string => {
    for (const [key, { until }] of undos) if (until <= now) undos.delete(key)
    const key = randomUUID()
    undos.set(key, { ...undo, until: now + undoable })
    return key
  }
  /** A change of one row that can be taken back. */
  const changeOne = (
    id: string,
    decide: (row: ArrivalRow, work: Work, now: number) => Promise<Partial<ArrivalRow>>,
  ): Promise<Done> =>
    inWork(async (work, now) => {
      const before = await find(work, id)
      const arrival = await write(work, before, await decide(before, work, now))
      return { arrival, undo: remember({ rows: [{ before, version: arrival.version }] }, now) }
    })
  const requireCalled = ({ state }: ArrivalRow) => {
    if (state !== 'called') throw taken()
  }

  const acts: { [Name in keyof DeskActions]: (action: DeskActions[Name]) => Promise<Done> } = {
    call: ({ desk, arrival: id }) =>
      inWork(async (work, now) => {
        const served = site.desks.find(one => one.id === desk)
        if (!served) throw unknownArrival()
        const before = await find(work, id)
        // A click whose answer was lost, made again.
        if (before.state === 'called' && before.desk === desk) return { arrival: before }
        if (before.state !== 'waiting') throw taken()
        const rows = []
        const there = work.selectFrom('arrivals').selectAll().where('desk', '=', desk)
        for (const row of await there.execute()) {
          const isDone = row.state === 'called' && ({ state: 'done', ended_at: now } as const)
          const { version } = await write(work, row, { desk: null, ...isDone })
          rows.push({ before: row, version })
        }
        const { service, waiting_since } = before
        const call = await work
          .insertInto('calls')
          // Each column but the id, which SQLite gives.
          .values({
            ...{ arrival: id, day: before.day, service, desk, waiting_since },
            ...{ called_at: now, rung_at: now, recalls: 0 },
          } as never)
          .returning('id')
          .executeTakeFirstOrThrow()
        const change = { state: 'called', desk, call: call.id, coming: 0 } as const
        const arrival = await write(work, before, change)
        rows.push({ before, version: arrival.version })
        return { arrival, undo: remember({ rows, call: call.id }, now) }
      }),

    recall: ({ arrival: id }) =>
      inWork(async (work, now) => {
        const arrival = await find(work, id)
        requireCalled(arrival)
        await work
          .updateTable('calls')
          .set(({ eb }) => ({ recalls: eb('recalls', '+', 1), rung_at: now }))
          .where('id', '=', arrival.call)
          .execute()
        return { arrival }
      }),

    end: ({ arrival: id, as }) =>
      changeOne(id, async (row, _work, now) => {
        if (row.state === 'cancelled' && row.desk !== null) return { desk: null }
        requireCalled(row)
        return { state: as, desk: null, ended_at: now }
      }),

    back: ({ arrival: id }) =>
      changeOne(id, async (row, work, now) => {
        requireCalled(row)
        const line = waitingIn(work).select('turn').where('service', '=', row.service)
        const [, second, third] = await line.orderBy('turn').limit(3).execute()
        const turn = third ? ((second?.turn ?? 0) + third.turn) / 2 : await nextTurn(work, now)
        return { state: 'waiting', desk: null, turn }
      }),

    pass: ({ arrival: id, service }) =>
      changeOne(id, async (row, work, now) => {
        letterOf(service)
        if (row.state !== 'called' && row.state !== 'waiting') throw taken()
        const turn = await nextTurn(work, now)
        return { state: 'waiting', desk: null, service, turn, waiting_since: now }
      }),

    'walk-in': ({ id, service, name }) =>
      inWork(async (work, now) => {
        const trimmed = name?.trim() || null
        const comer = { id, service, letter: letterOf(service), name: trimmed, external_id: null }
        const arrival = await arrive(work, { ...comer, walk_in: true }, today(), now)
        const before = { ...arrival, state: 'cancelled', ended_at: now } as const
        return { arrival, undo: remember({ rows: [{ before, version: arrival.version }] }, now) }
      }),

    'staff-call': ({ id }) =>
      inWork(async (work, now) => {
        const call = work.updateTable('staff_calls').set({ taken_at: now }).where('id', '=', id)
        const { numUpdatedRows } = await call.where('taken_at', 'is', null).executeTakeFirst()
        if (numUpdatedRows === 0n) throw taken()
        return { undo: remember({ rows: [], staffCall: id }, now) }
      }),

    service: ({ service, closed }) =>
      inWork(async work => {
        letterOf(service)
        const row = { day: today(), service }
        await (closed
          ? work.insertInto('closed_services').values(row).onConflict(on => on.doNothing())
          : work.deleteFrom('closed_services').where('service', '=', service)
        ).execute()
        return {}
      }),

    undo: ({ undo: key }) =>
      inWork(async (work, now) => {
        const undo = undos.get(key)
        const late = new Refused('undo_late', 'Too late: somebody has gone on from there.')
        if (!undo || now >= undo.until) throw late
        const arrivals = []
        for (const { before, version } of undo.rows) {
          const row = await find(work, before.id)
          if (row.version !== version) throw late
          // What the gate was told meanwhile, it was told.
          arrivals.push(await write(work, row, { ...before, told: row.told }))
        }
        if (undo.call) await work.deleteFrom('calls').where('id', '=', undo.call).execute()
        if (undo.staffCall !== undefined) {
          const call = work.updateTable('staff_calls').set({ taken_at: null })
          await call.where('id', '=', undo.staffCall).execute()
        }
        undos.delete(key)
        const [arrival] = arrivals
        return arrival ? { arrival } : {}
      }),
  }

  const receive: Queue['receive'] = comer =>
    inWork((work, now) => {
      const known = { ...comer, letter: letterOf(comer.service), walk_in: false }
      return arrive(work, known, today(), now)
    })

  return {
    receive,

    async cancel(comer) {
      await receive(comer)
      await inWork(async (work, now) => {
        const row = await find(work, comer.id)
        if (row.state !== 'waiting' && row.state !== 'called') return
        await write(work, row, { state: 'cancelled', ended_at: now })
      })
    },

    coming: id =>
      inWork(async work => {
        const row = work.updateTable('arrivals').set({ coming: 1 }).where('id', '=', id)
        await row.where('state', 'in', ['waiting', 'called']).execute()
      }),

    staffCalled: (id, kiosk) =>
      inWork(async (work, at) => {
        const call = work.insertInto('staff_calls').values({ id, kiosk, at, taken_at: null })
        await call.onConflict(on => on.doNothing()).execute()
      }),

    act: (name, action) => acts[name](action),

    async tidy() {
      const now = clock()
      const day = today()
      const rows = await db
        .selectFrom('arrivals')
        .selectAll()
        .where('state', 'in', ['waiting', 'called'])
        .where('waiting_since', '<', now - longestWait)
        .execute()
      const names = await db
        .updateTable('arrivals')
        .set({ name: null, external_id: null })
        .where('day', '<', day)
        .where('state', 'not in', ['waiting', 'called'])
        .where(({ or, eb }) => or([eb('name', 'is not', null), eb('external_id', 'is not', null)]))
        .executeTakeFirst()
      for (const row of rows) {
        await db.transaction().execute(work => {
          return write(work, row, { state: 'no_show', desk: null, ended_at: now })
        })
      }
      return rows.length > 0 || names.numUpdatedRows > 0n
    },
  }
}
