/*
 * Writers of the log as a process of their own: they add events with every kind of change, hold their
 * transactions open, and take some of them back. Each transaction is told to the journal before it
 * begins, and again what became of it. They stop when their standard input ends.
 */
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import pg from 'pg'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import { addToLog } from '../../server/src/store/sql/log-row.ts'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { scanned, start } from '../conformance/rows.ts'
import { say } from './journal.ts'
import { pause } from './patience.ts'
import { seeded } from './seeded.ts'

export interface WriterSettings {
  name: string
  url: string
  seed: number
  writers: number
  /** The longest rest between two transactions, in milliseconds. */
  rest: number
}

const { name, url, seed, writers, rest }: WriterSettings = JSON.parse(process.argv[2] ?? '')
const isPostgres = url.startsWith('postgres')

/** How long an open transaction is held, in milliseconds; on SQLite everybody waits meanwhile. */
const longest = isPostgres ? 1_500 : 30

class TakenBack extends Error {}

const store = await openStore(url)
let over = false

/** A connection of one writer's own, past the store: transactions stay open as long as it likes. */
async function connect(): Promise<Kysely<Tables>> {
  if (isPostgres) {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  }
  const database = openNodeSqlite(url.slice('sqlite:'.length))
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  // Whoever waited inside SQLite would keep its own process from letting go.
  await sql`PRAGMA busy_timeout = 0`.execute(db)
  return db
}

function event(id: string, detail: LogEvent['detail'] = {}): LogEvent {
  const actor = { kind: 'phone', id: 'hash of a phone' } as const
  const subject = { kind: 'sign_in', id } as const
  return { event: 'sign_in.scanned', at: start, actor, subject, detail }
}

/** A detail that is too long is found only when the rows before it are written. */
const tooLong = event('too long', { words: 'x'.repeat(3_000) })

async function write(writer: number): Promise<void> {
  const random = seeded(seed + writer * 7_919)
  const db = await connect()
  /** Mostly short, sometimes long: then others with later row numbers commit first. */
  const hold = async () => {
    if (random() < 0.1) await pause(random() ** 2 * longest)
  }

  const raw = async (events: LogEvent[], takenBack: boolean) => {
    await db.transaction().execute(async trx => {
      for (const event of events) {
        await addToLog(trx, [event])
        await hold()
      }
      if (takenBack) throw new TakenBack()
    })
  }
  const byUpdate = async (txn: string, events: LogEvent[]) => {
    await store.signIns.update(txn, old => ({ next: { ...scanned(txn), ...old }, events }))
  }

  for (let n = 0; !over; n += 1) {
    const txn = `${name}.${writer}.${n}`
    const events = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, i) =>
      event(`${txn}.${i}`),
    )
    const takenBack = random() < 0.2
    const through = random()
    const all = takenBack ? [...events, tooLong] : events
    say({ by: name, tries: txn, events: events.length })
    const became = await outcome(() => {
      if (through < 0.6) return raw(events, takenBack)
      return through < 0.9 ? byUpdate(txn, all) : store.log.add(all)
    })
    say({ by: name, tries: txn, became })
    await pause(random() * rest)
  }
  await db.destroy()
}

async function outcome(work: () => Promise<void>): Promise<'done' | 'undone' | 'unsure'> {
  for (;;) {
    try {
      await work()
      return 'done'
    } catch (error) {
      const { errcode, code } = error as { errcode?: number; code?: string }
      if (error instanceof TakenBack || error instanceof TypeError) return 'undone'
      if (code === 'storage_busy') return isPostgres ? 'unsure' : 'undone'
      // SQLITE_BUSY: somebody else is writing.
      if (((errcode ?? 0) & 0xff) !== 5) throw error
      await pause(Math.random() * 10)
    }
  }
}

process.stdin.on('end', () => {
  over = true
})
process.stdin.resume()
await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
await store.close()
