import type { FastifyBaseLogger } from 'fastify'
import { waitingIn } from './arrivals.ts'
import type { ArrivalRow, Database } from './database.ts'
import type { Gate, TicketChange } from './gate.ts'
import { undoable } from './queue.ts'
import type { Site } from './site.ts'
import { difference, type Ticket, ticketsNow, unsure } from './tickets.ts'
import { about } from './trouble.ts'

/** An end is told once it cannot be taken back any more; in milliseconds. */
const endsAfter = undoable + 1_000
/** The gate takes 100 changes at once, and nobody needs more than two. */
const batch = 50
/** Between two looks, so that one call that moves a whole line is told at once; in milliseconds. */
const pause = 200
const longestPause = 30_000

/** Whether its phone has rung for an earlier call, and nothing has come between. */
function isCalledAgain({ state, rings, told, told_rings }: ArrivalRow): boolean {
  const { status } = JSON.parse(told ?? '{}') as Ticket
  return state === 'called' && told_rings > 0 && told_rings < rings && status !== 'accepted'
}

/**
 * Tells the gate what its visitors' tickets say now. What is to be told stands in no list: it is the
 * difference between what a row makes of a ticket and what was told last, so an answer that was lost,
 * a gate that was away and a process that was killed are all the same.
 */
export interface Telling {
  /** Something may be another now. */
  soon(): void
  isAway(): boolean
  /** Settles once what is under way has come to its end. */
  close(): Promise<void>
}

export interface TellingParts {
  db: Database
  site: Site
  gate: Pick<Gate, 'tell'>
  clock: () => number
  today: () => string
  /** The gate says that somebody is gone. */
  cancel(id: string): Promise<void>
  /** The gate is away, or back. */
  changed(): void
  logger: FastifyBaseLogger
}

interface Told {
  row: ArrivalRow
  told: string | null
}

export function startTelling(parts: TellingParts): Telling {
  const { db, site, gate, clock, today, cancel, changed, logger } = parts
  let isClosing = false
  let isAway = false
  let failures = 0
  let isWoken = false
  let wake = () => {}

  async function run(): Promise<void> {
    while (!isClosing) {
      isWoken = false
      const nextIn = await look().catch(failed)
      if (isAway !== failures > 0) {
        isAway = failures > 0
        changed()
      }
      // A gate that is away is not asked more often because much happens.
      const mustRest = failures > 0 ? nextIn : pause
      await rest(mustRest, () => isClosing)
      await rest(nextIn - mustRest, () => isClosing || isWoken)
    }
  }

  /** @returns in how many milliseconds to try again. */
  function failed(error: unknown): number {
    if (failures === 0) logger.warn(about(error), 'the gate cannot be told')
    failures += 1
    return Math.min(500 * 2 ** failures, longestPause)
  }

  /** @param isOver asked at the start and at each waking; ends it early. */
  function rest(ms: number, isOver: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, Math.min(Math.max(ms, 0), longestPause))
      wake = () => {
        if (!isOver()) return
        clearTimeout(timer)
        resolve()
      }
      wake()
    })
  }

  /** @returns in how many milliseconds there will be something to tell, though nothing happens. */
  async function look(): Promise<number> {
    const now = clock()
    const unsettled = db.selectFrom('arrivals').selectAll().where('unsettled', '=', 1)
    const rows = await waitingIn(db)
      .selectAll()
      .where('walk_in', '=', 0)
      // Not by one condition, for which the rows of all 90 days would be read.
      .unionAll(unsettled.where('state', '!=', 'waiting'))
      .execute()
    const ticketOf = await ticketsNow({ db, site }, today(), now)
    const said: { row: ArrivalRow; ticket: Ticket; changes: TicketChange[] }[] = []
    const settled: Told[] = []
    let nextIn = Number.POSITIVE_INFINITY
    for (const row of rows) {
      const ticket = ticketOf(row)
      const isEnd = ticket?.status === 'done' || ticket?.status === 'no_show'
      const dueIn = isEnd ? (row.ended_at ?? 0) + endsAfter - now : 0
      // One that is further away was written by a clock that has been set back since.
      if (dueIn > 0 && dueIn <= endsAfter) {
        nextIn = Math.min(nextIn, dueIn)
        continue
      }
      const change = ticket && difference(ticket, row.told)
      if (ticket && isCalledAgain(row)) {
        // A phone rings when it is called, and whoever waits can be called.
        const changes = [{ status: 'accepted' }, { ...change, status: 'called' }] as const
        said.push({ row, ticket, changes: changes.map(one => ({ id: row.id, ...one })) })
      } else if (ticket && change) said.push({ row, ticket, changes: [{ id: row.id, ...change }] })
      else if (row.unsettled) settled.push({ row, told: row.told })
    }
    await settle(settled)
    for (let from = 0; from < said.length; from += batch) {
      const some = said.slice(from, from + batch)
      // Until the answer is here, it may have been told or not: also when this process is killed.
      await note(some.map(({ row, ticket }) => ({ row, told: unsure(ticket, row.told) })))
      const results = await gate.tell(some.flatMap(({ changes }) => changes))
      for (const result of results) {
        const about = some.find(({ row }) => row.id === result.id)
        if (about && 'code' in result) await refused(about.row, result.code)
      }
      await settle(some.map(({ row, ticket }) => ({ row, told: JSON.stringify(ticket) })))
    }
    failures = 0
    return nextIn
  }

  function note(rows: Told[], isSettled = false): Promise<void> {
    return db.transaction().execute(async work => {
      for (const { row, told } of rows) {
        const update = work.updateTable('arrivals').where('id', '=', row.id)
        await update.set({ told }).execute()
        // Whatever has changed since it was looked at is told at the next look.
        if (!isSettled) continue
        await update.set({ told_rings: row.rings }).execute()
        await update.set({ unsettled: 0 }).where('version', '=', row.version).execute()
      }
    })
  }
  const settle = (rows: Told[]) => note(rows, true)

  async function refused(row: ArrivalRow, code: string): Promise<void> {
    const isOpen = row.state === 'waiting' || row.state === 'called'
    if (code !== 'hand_off_over') logger.warn({ hand_off: row.id, code }, 'the gate refuses this')
    if (code === 'hand_off_over' && isOpen) await cancel(row.id)
  }

  const running = run()
  return {
    soon() {
      isWoken = true
      wake()
    },
    isAway: () => isAway,
    async close() {
      isClosing = true
      wake()
      await running
    },
  }
}
