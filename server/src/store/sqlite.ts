import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import { type Engine, sqlStore } from './sql.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'

/** SQLITE_BUSY and SQLITE_LOCKED (https://sqlite.org/rescode.html), in their low byte. */
const lockedCodes = new Set([5, 6])

const engine: Engine = {
  isLocked: error => {
    const code = (error as { errcode?: unknown } | null)?.errcode
    return typeof code === 'number' && lockedCodes.has(code & 0xff)
  },
}

/** One connection per process: a second writer here would block the event loop. */
export async function openSqliteStore(path: string): Promise<Store> {
  mkdirSync(dirname(path), { recursive: true })
  const dialect = new Dialect({ database: openNodeSqlite(path) })
  const db = new Kysely<Tables>({ dialect })
  await migrate(db)
  // From now on nobody waits inside SQLite, where waiting would block the event loop.
  await sql`PRAGMA busy_timeout = 0`.execute(db)
  return sqlStore(db, engine)
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
