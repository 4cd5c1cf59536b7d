import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Scope, temporaryFolder } from '../../test/support/gate.ts'
import { PostgresServer } from '../../test/support/postgres.ts'
import { type Database, fill } from './fill.ts'

/** Two databases that begin the same, of which one grows. */
export interface Engine {
  /** For `DATABASE_URL`. */
  url: string
  open(url: string): Promise<Store>
  /** A copy with everything that a busy place keeps. No gate may use the first one meanwhile. @returns its address. */
  grown(): Promise<string>
}

export async function sqlite(scope: Scope): Promise<Engine> {
  const folder = temporaryFolder(scope)
  const [small, large] = ['small', 'large'].map(name => join(folder, `${name}.sqlite`))
  if (!small || !large) throw new Error('a name for each')
  return {
    url: `sqlite:${small}`,
    open: address => openSqliteStore(address.slice('sqlite:'.length)),
    async grown() {
      // Everything of its own journal goes into the file first.
      const first = new DatabaseSync(small)
      first.exec('pragma wal_checkpoint(truncate)')
      first.close()
      copyFileSync(small, large)
      const database = new DatabaseSync(large)
      await fill(ofSqlite(database))
      database.exec('analyze')
      database.close()
      return `sqlite:${large}`
    },
  }
}

function ofSqlite(database: DatabaseSync): Database {
  return {
    columnsOf: async table => {
      const rows = database.prepare('select name from pragma_table_info(?)').all(table)
      return rows.map(({ name }) => String(name))
    },
    run: async sql => database.exec(sql),
  }
}

export async function postgres(scope: Scope): Promise<Engine> {
  const server = await PostgresServer.start(scope)
  const url = await server.gateDatabase()
  return {
    url,
    open: openPostgresStore,
    async grown() {
      const large = await server.database(new URL(url).pathname.slice(1))
      const client = new pg.Client(large)
      await client.connect()
      await fill({
        columnsOf: async table => {
          const { rows } = await client.query(
            'select column_name from information_schema.columns where table_name = $1',
            [table],
          )
          return rows.map(({ column_name }) => String(column_name))
        },
        run: sql => client.query(sql),
      })
      await client.query('vacuum analyze')
      await client.end()
      return large
    },
  }
}
