import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
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
  const dialect = new SqliteDialect({ database: openNodeSqlite(path) })
  const db = new Kysely<Tables>({ dialect })
  await migrate(db)
  return sqlStore(db, engine)
}
