import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely'
import type { DatabaseTrouble } from '../database-trouble.ts'
import { UnusableDatabase } from '../database-trouble.ts'
import { sqliteFiles } from '../sqlite-files.ts'
import type { Store } from '../store.ts'
import type { Engine } from './engine.ts'
import { createHealth } from './health.ts'
import { makeSqliteFile } from './make-sqlite-file.ts'
import { migrate, type Opening } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import { sharedCommits } from './shared-commits.ts'
import { sqlStore } from './sql-store.ts'
import { isLocked, notUnique, openingFault, resultCode, sqliteTrouble } from './sqlite-faults.ts'
import type { Tables } from './tables.ts'

/** With less room than this on its disk, in bytes, only writing can tell whether there is enough. */
const littleRoom = 4 * 1024 * 1024

/**
 * One connection per process: a second writer here would block the event loop.
 * @throws UnusableDatabase
 */
export async function openSqliteStore(path: string, opening: Opening = 'make'): Promise<Store> {
  try {
    if (path !== ':memory:') await prepareFiles(path, opening)
    const db = await open(path, opening)
    // From now on nobody waits inside SQLite, where waiting would block the event loop.
    await sql`PRAGMA busy_timeout = 0`.execute(db)
    return sqlStore(db, engine(db, path))
  } catch (error) {
    throw openingFault(error, path)
  }
}

async function prepareFiles(path: string, opening: Opening): Promise<void> {
  const url = `sqlite:${path}`
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) {
    const [left] = sqliteFiles(path).filter(existsSync)
    // SQLite would take what it holds for part of a new database.
    if (left) throw new UnusableDatabase('damaged', url, `${left} is there without ${path}`)
    if (opening !== 'make') throw new UnusableDatabase('missing', url)
    await makeSqliteFile(path, async draft => (await open(draft, 'make')).destroy())
  } else if (found.isDirectory()) {
    throw new UnusableDatabase('foreign', url, 'it is a folder')
  } else if (found.size === 0) {
    throw new UnusableDatabase('damaged', url, 'the file is empty; remove it to begin anew')
  }
}

async function open(path: string, opening: Opening): Promise<Kysely<Tables>> {
  const database = openNodeSqlite(path, opening === 'look')
  const db = new Kysely<Tables>({ dialect: new Dialect({ database }) })
  await migrate(db, { url: `sqlite:${path}`, rowNumber: 'integer', opening }).catch(async error => {
    await db.destroy()
    throw error
  })
  return db
}

function engine(db: Kysely<Tables>, path: string): Engine {
  const isSame = sameFile(path)
  let version: number | undefined
  return {
    transact: sharedCommits(db),
    passing: error => (isLocked(error) ? 'locked' : null),
    troubleOf: sqliteTrouble,
    // SQLite would go on writing to a file that nobody can find any more.
    knownTrouble: () => (isSame() ? null : 'replaced'),
    async look(): Promise<DatabaseTrouble | null> {
      await db.selectFrom('sign_ins').select('id').where('id', '=', '').execute()
      return path === ':memory:' ? null : mayWrite(path)
    },
    isNearlyFull: () => path !== ':memory:' && freeBytes(path) < littleRoom,
    health: createHealth(),
    async inspect() {
      try {
        const { rows } = await sql<{ quick_check: string }>`PRAGMA quick_check(10)`.execute(db)
        const found = rows.map(({ quick_check: fault }) => fault.replaceAll(/\s+/g, ' '))
        return found.filter(fault => fault !== 'ok')
      } catch (error) {
        if (sqliteTrouble(error) !== 'damaged') throw error
        return [(error as Error).message]
      }
    },
    isTaken: (error, column = '') =>
      resultCode(error) === notUnique && (error as Error).message.endsWith(column),
    // The transaction itself holds the lock.
    lockRow: query => query,
    // It is answered where it is asked.
    unasked: query => query,
    stampsChanges: false,
    changedAt: updatedAt => updatedAt,
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    time: async () => null,
    async othersWrote() {
      // Rises only when another connection has committed (https://sqlite.org/pragma.html).
      const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(db)
      const seen = version
      version = rows[0]?.data_version
      return seen !== undefined && seen !== version
    },
  }
}

/** @returns whether the file of this name is still the one that it was at first. */
function sameFile(path: string): () => boolean {
  if (path === ':memory:') return () => true
  const { dev, ino } = statSync(path)
  const look = () => {
    try {
      const now = statSync(path, { throwIfNoEntry: false })
      return now?.ino === ino && now.dev === dev
    } catch {
      // Of a folder that was closed to this user nobody can tell; what is open stays open.
      return true
    }
  }
  let seen: boolean | undefined
  return () => {
    if (seen !== undefined) return seen
    // Good for this turn of the loop: a sign-in asks ten times, and the system takes longer than a statement.
    setImmediate(() => {
      seen = undefined
    })
    seen = look()
    return seen
  }
}

/**
 * A file system may have become read-only since the file was opened; what happens to its mode meanwhile
 * concerns the next start.
 */
function mayWrite(path: string): DatabaseTrouble | null {
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS' ? 'read_only' : null
  }
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch {
    // Then writing tells.
    return 0
  }
}

/** Migrates inside a transaction: SQLite can take back a change of tables, Kysely expects it cannot. */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class Dialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }
}
