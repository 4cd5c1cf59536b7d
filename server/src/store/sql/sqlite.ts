import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely'
import { makePrivate, makePrivateFolder, privateFile } from '../../private-path.ts'
import { sqliteFiles } from '../sqlite-files.ts'
import type { Store } from '../store.ts'
import type { Engine } from './engine.ts'
import { migrate, NoTables, type Upgrade } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

/** SQLITE_BUSY and SQLITE_LOCKED (https://sqlite.org/rescode.html), in their low byte. */
const lockedCodes = new Set([5, 6])

/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN: it reads perhaps, and cannot write. */
const unableCodes = new Set([8, 10, 13, 14])

/** SQLITE_CONSTRAINT_UNIQUE; a primary key has a code of its own. */
const notUnique = 2067

/** One connection per process: a second writer here would block the event loop. */
export async function openSqliteStore(path: string, upgrade: Upgrade = 'any'): Promise<Store> {
  const readOnly = upgrade === 'never'
  if (readOnly && !existsSync(path)) throw new NoTables()
  makePrivateFolder(dirname(path))
  if (path !== ':memory:') makeFilePrivate(path)
  const dialect = new Dialect({ database: openNodeSqlite(path, readOnly) })
  const db = new Kysely<Tables>({ dialect })
  await migrate(db, 'integer', upgrade).catch(async error => {
    await db.destroy()
    throw error
  })
  // From now on nobody waits inside SQLite, where waiting would block the event loop.
  await sql`PRAGMA busy_timeout = 0`.execute(db)
  return sqlStore(db, engine(db))
}

/** A new database is made here, as SQLite would let others read it; its other files get its mode. */
function makeFilePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile))
  for (const file of sqliteFiles(path)) makePrivate(file)
}

function engine(db: Kysely<Tables>): Engine {
  let version: number | undefined
  return {
    isTransient: error => lockedCodes.has(resultCode(error) & 0xff),
    cannotWrite: error => unableCodes.has(resultCode(error) & 0xff),
    isTaken: (error, column = '') =>
      resultCode(error) === notUnique && (error as Error).message.endsWith(column),
    // The transaction itself holds the lock.
    lockRow: query => query,
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

/**
 * The extended result code of an error of `node:sqlite`, whose low byte is the primary one; -1 for any
 * other error, which has no code's low byte in common with those above.
 */
function resultCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code : -1
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
