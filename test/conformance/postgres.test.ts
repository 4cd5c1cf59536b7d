import { after } from 'node:test'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { PostgresServer } from '../support/postgres.ts'
import type { OpenDatabase } from './open-store.ts'
import { storeSuite } from './store-suite.ts'

const server = await PostgresServer.start({ after })

const open: OpenDatabase = async t => {
  const url = await server.database()
  const [one, other] = [await openPostgresStore(url), await openPostgresStore(url)]
  const pool = new pg.Pool({
    connectionString: url,
    // 64-bit integers come as text; here they are small.
    types: {
      getTypeParser: (type: number, format) =>
        type === 20 ? Number : pg.types.getTypeParser(type, format as 'text'),
    },
  })
  const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  t.after(() => Promise.all([one.close(), other.close(), raw.destroy()]))
  return { one, other, raw }
}

storeSuite('Postgres', open)
