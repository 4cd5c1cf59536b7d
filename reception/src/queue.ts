import { randomUUID } from 'node:crypto'
import {
  arrive,
  type Comer,
  find,
  hereIn,
  nextTurn,
  Refused,
  taken,
  unknownArrival,
  type Work,
  waitingIn,
  write,
} from './arrivals.ts'
import type { ArrivalRow, Database } from './database.ts'
import { lineOf, type Site } from './site.ts'
import type { DeskActions } from './wire.ts'

/** How long a move can be taken back, in milliseconds. */
export const undoable = 10_000

/** Nobody waits longer: the gate takes a hand-off for over then, too. */
const longestWait = 12 * 3_600_000

/** For so long it is known how a day went, in milliseconds. */
const kept = 90 * 86_400_000

/** A row that was changed, and what takes the change back. */
export interface Done {
  arrival?: ArrivalRow
  undo?: string
}

export interface Queue {
  /** Somebody who came with a phone; the same for the same id. `cancelled` where that was said before. */
  receive(comer: Omit<Comer, 'walk_in'>): Promise<ArrivalRow>
  /** It is void, as the gate says. @throws Refused where nobody of that id came. */
  cancel(id: string): Promise<void>
  coming(id: string): Promise<void>
  staffCalled(id: string, kiosk: string): Promise<void>
  /** Everything that a desk does. @throws Refused */
  act<Name extends keyof DeskActions>(name: Name, action: DeskActions[Name]): Promise<Done>
  /** Ends what nobody waits for any more; forgets names once a day is over, and the day after 90. */
  tidy(): Promise<void>
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

/** Takes a move back. @returns whom it was about. @throws Refused where somebody has gone on from there. */
type TakeBack = (work: Work) => Promise<ArrivalRow | undefined>

/** A row as it was, with the version that it has got by the move. */
interface Changed {
  before: ArrivalRow
  version: number
}

const tooLate = () => new Refused('undo_late', 'Too late: somebody has gone on from there.')

async function rowsBack(work: Work, rows: Changed[]): Promise<ArrivalRow | undefined> {
  const back: ArrivalRow[] = []
  for (const { before, version } of rows) {
    const row = await find(work, before.id)
    if (row.version !== version) throw tooLate()
    // What the gate was told meanwhile, it was told.
    const { told, told_rings } = row
    back.push(await write(work, row, { ...before, told, told_rings }))
  }
  return back.at(-1)
}

export function createQueue({ db, site, clock, today, changed }: QueueParts): Queue {
  const undos = new Map<string, { until: number; takeBack: TakeBack }>()

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
  const remember = (now: number, takeBack: TakeBack): string => {
    for (const [key, { until }] of undos) if (until <= now) undos.delete(key)
    const key = randomUUID()
    undos.set(key, { takeBack, until: now + undoable })
    return key
  }
  const rememberOne = (now: number, before: ArrivalRow, { version }: ArrivalRow) =>
    remember(now, work => rowsBack(work, [{ before, version }]))
  /** A change of one row that can be taken back. */
  const changeOne = (
    id: string,
    decide: (row: ArrivalRow, work: Work, now: number) => Promise<Partial<ArrivalRow>>,
  ): Promise<Done> =>
    inWork(async (work, now) => {
      const before = await find(work, id)
      const arrival = await write(work, before, await decide(before, work, now))
      return { arrival, undo: rememberOne(now, before, arrival) }
    })
  /** @returns whether that is another than before. */
  const close = async (work: Work, service: string, closed: boolean): Promise<boolean> => {
    const day = today()
    if (!closed) {
      const rows = work.deleteFrom('closed_services').where('service', '=', service)
      return (await rows.where('day', '=', day).executeTakeFirst()).numDeletedRows > 0n
    }
    const insert = work.insertInto('closed_services').values({ day, service })
    const { numInsertedOrUpdatedRows: made } = await insert
      .onConflict(on => on.doNothing())
      .executeTakeFirst()
    return (made ?? 0n) > 0n
  }
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
        const rows: Changed[] = []
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
        const rings = before.rings + 1
        const change = { state: 'called', desk, call: call.id, coming: 0, rings } as const
        const arrival = await write(work, before, change)
        rows.push({ before, version: arrival.version })
        const undo = remember(now, async work => {
          await work.deleteFrom('calls').where('id', '=', call.id).execute()
          return rowsBack(work, rows)
        })
        return { arrival, undo }
      }),

    recall: ({ arrival: id }) =>
      inWork(async (work, now) => {
        const row = await find(work, id)
        requireCalled(row)
        const arrival = await write(work, row, { rings: row.rings + 1, coming: 0 })
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
        const line = waitingIn(work)
          .select('turn')
          .where('service', 'in', lineOf(site, row.service))
        const [, second, third] = await line.orderBy('turn').limit(3).execute()
        const turn = third ? ((second?.turn ?? 0) + third.turn) / 2 : await nextTurn(work, now)
        return { state: 'waiting', desk: null, turn, coming: 0 }
      }),

    pass: ({ arrival: id, service }) =>
      changeOne(id, async (row, work, now) => {
        letterOf(service)
        if (row.state !== 'called' && row.state !== 'waiting') throw taken()
        const turn = await nextTurn(work, now)
        return { state: 'waiting', desk: null, service, turn, waiting_since: now, coming: 0 }
      }),

    'walk-in': ({ id, service, name }) =>
      inWork(async (work, now) => {
        const trimmed = name?.trim() || null
        const comer = { id, service, name: trimmed, external_id: null, walk_in: true }
        const arrival = await arrive(work, comer, letterOf, today(), now)
        // A click whose answer was lost, made again when they were called or have gone.
        if (arrival.version > 1) return { arrival }
        const before = { ...arrival, state: 'cancelled', ended_at: now } as const
        return { arrival, undo: rememberOne(now, before, arrival) }
      }),

    'staff-call': ({ id }) =>
      inWork(async (work, now) => {
        const call = work.updateTable('staff_calls').set({ taken_at: now }).where('id', '=', id)
        const { numUpdatedRows } = await call.where('taken_at', 'is', null).executeTakeFirst()
        if (numUpdatedRows === 0n) throw taken()
        const undo = remember(now, async work => {
          const back = work.updateTable('staff_calls').set({ taken_at: null })
          await back.where('id', '=', id).execute()
          return undefined
        })
        return { undo }
      }),

    service: ({ service, closed }) =>
      inWork(async (work, now) => {
        letterOf(service)
        // What somebody else has done is not this one's to take back.
        if (!(await close(work, service, closed))) return {}
        const undo = remember(now, async work => {
          await close(work, service, !closed)
          return undefined
        })
        return { undo }
      }),

    undo: ({ undo: key }) =>
      inWork(async (work, now) => {
        const undo = undos.get(key)
        if (!undo || now >= undo.until) throw tooLate()
        const arrival = await undo.takeBack(work)
        undos.delete(key)
        return arrival ? { arrival } : {}
      }),
  }

  const receive: Queue['receive'] = comer =>
    inWork((work, now) => {
      return arrive(work, { ...comer, walk_in: false }, letterOf, today(), now)
    })

  return {
    receive,

    cancel: id =>
      inWork(async (work, now) => {
        const row = await find(work, id)
        if (row.state !== 'waiting' && row.state !== 'called') return
        await write(work, row, { state: 'cancelled', ended_at: now })
      }),

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
      const open = ['waiting', 'called'] as const
      for (const { id, state, waiting_since } of await hereIn(db).execute()) {
        if (state === 'cancelled' || waiting_since >= now - longestWait) continue
        await inWork(async work => {
          const row = await find(work, id)
          // Somebody may have gone on with them meanwhile.
          if (row.state !== state || row.waiting_since !== waiting_since) return
          await write(work, row, { state: 'no_show', desk: null, ended_at: now })
        })
      }
      await db
        .updateTable('arrivals')
        .set({ name: null, external_id: null })
        .where('day', '<', today())
        .where('state', 'not in', open)
        .where(({ or, eb }) => or([eb('name', 'is not', null), eb('external_id', 'is not', null)]))
        .execute()
      const oldest = new Date(now - kept).toISOString().slice(0, 10)
      for (const table of ['arrivals', 'calls', 'closed_services'] as const) {
        await db.deleteFrom(table).where('day', '<', oldest).execute()
      }
      await db
        .deleteFrom('staff_calls')
        .where('at', '<', now - longestWait)
        .execute()
    },
  }
}
