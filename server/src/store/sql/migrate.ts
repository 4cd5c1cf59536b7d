import { type ColumnDataType, type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { UnusableDatabase } from '../database-trouble.ts'
import { gate } from './migrations/2026-11-gate.ts'
import { oneUserCode } from './migrations/2026-11-one-user-code.ts'
import { sealedLog } from './migrations/2026-11-sealed-log.ts'
import { usualPlaces } from './migrations/2026-11-usual-places.ts'
import { visits } from './migrations/2026-11-visits.ts'
import { handOffs } from './migrations/2026-12-hand-offs.ts'
import { handOffsCalled } from './migrations/2026-12-hand-offs-called.ts'
import { moreTime } from './migrations/2026-12-more-time.ts'
import { ownRow } from './migrations/2026-12-own-row.ts'
import { removed } from './migrations/2026-12-removed.ts'
import { returning } from './migrations/2026-12-returning.ts'
import { returningByLink } from './migrations/2026-12-returning-by-link.ts'
import { sessions } from './migrations/2026-12-sessions.ts'
import { signUp } from './migrations/2026-12-sign-up.ts'
import { site } from './migrations/2026-12-site.ts'
import { swept } from './migrations/2026-12-swept.ts'
import { theLogByAccount } from './migrations/2026-12-the-log-by-account.ts'

/**
 * What may be done to a database by opening it: make it, and bring it up to date; use it as it is; only look
 * at it. A command must not upgrade the tables under gates that run an older version, and must not make a
 * database where there is none.
 */
export type Opening = 'make' | 'use' | 'look'

export interface Migrating<T> {
  /** As it was set, for what is said of it. */
  url: string
  /** The type of a row's own number. */
  rowNumber: ColumnDataType
  opening: Opening
  /** Connects where a statement may take as long as it takes; closed again afterwards. */
  patient?: () => Kysely<T>
}

/**
 * Brings the tables up to date; nodes that start together wait for each other. Each migration is a
 * transaction of its own, so that nodes which run meanwhile wait only for what it locks itself.
 * @throws UnusableDatabase where it may not, or whatever the database said; the migration that failed has then
 * changed nothing.
 */
export async function migrate<T>(
  db: Kysely<T>,
  { url, rowNumber, opening, patient }: Migrating<T>,
): Promise<void> {
  // Listed here and not found in a folder, so that go-to-definition leads to each.
  const migrations = {
    '2026-11-gate': gate(rowNumber),
    '2026-11-one-user-code': oneUserCode,
    '2026-11-sealed-log': sealedLog(rowNumber),
    '2026-11-usual-places': usualPlaces,
    '2026-11-visits': visits,
    '2026-12-hand-offs': handOffs,
    '2026-12-hand-offs-called': handOffsCalled,
    '2026-12-more-time': moreTime,
    '2026-12-own-row': ownRow,
    '2026-12-removed': removed,
    '2026-12-returning': returning,
    '2026-12-returning-by-link': returningByLink,
    '2026-12-sessions': sessions,
    '2026-12-sign-up': signUp,
    '2026-12-site': site,
    '2026-12-swept': swept,
    '2026-12-the-log-by-account': theLogByAccount,
  }
  const provider = { getMigrations: async () => migrations }
  const all = await new Migrator({ db, provider }).getMigrations()
  const pending = all.filter(({ executedAt }) => executedAt === undefined)
  const isNew = pending.length === all.length
  if (!isNew) await requireNoNewer(db, url, Object.keys(migrations))
  else if (url.startsWith('sqlite:')) await requireNoOther(db, url)
  if (pending.length === 0) return
  if (opening !== 'make') throw new UnusableDatabase(isNew ? 'missing' : 'outdated', url)
  const own = patient?.()
  try {
    const migrator = new Migrator({ db: own ?? db, provider })
    // In a new database nobody waits, and at once it is done in a fraction of the time. Where another node has done
    // some of them meanwhile, the last rounds find nothing to do.
    for (const _ of isNew ? [all] : pending) {
      const { error } = await (isNew ? migrator.migrateToLatest() : migrator.migrateUp())
      if (error) throw error
    }
  } finally {
    await own?.destroy()
  }
}

/** What a newer version writes, this one might take for something else. */
async function requireNoNewer<T>(
  db: Kysely<T>,
  url: string,
  known: readonly string[],
): Promise<void> {
  const done = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const newer = done.rows.map(({ name }) => name).filter(name => !known.includes(name))
  if (newer.length > 0) throw new UnusableDatabase('newer', url, newer.join(', '))
}

/** A file is a gate's alone; in Postgres others may have tables of their own beside. */
async function requireNoOther<T>(db: Kysely<T>, url: string): Promise<void> {
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  const others = tables.filter(name => !name.startsWith('kysely_'))
  if (others.length > 0) throw new UnusableDatabase('foreign', url, `tables ${others.join(', ')}`)
}
