import assert from 'node:assert/strict'
import { after } from 'node:test'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'
import type { OpenDatabase } from './open-store.ts'
import { storeSuite } from './store-suite.ts'

const server = await PostgresServer.start({ after })

/** Answers 64-bit integers as numbers, as a store does. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format) =>
    type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format as 'text'),
}

const open: OpenDatabase = async t => {
  const url = await server.database()
  const [one, other] = [await openPostgresStore(url), await openPostgresStore(url)]
  const pool = new pg.Pool({ connectionString: url, types, max: 2 })
  const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  t.after(async () => {
    await Promise.all([one.close(), other.close()])
    await assertNoDeadlock(raw)
    await raw.destroy()
  })
  return { one, other, raw }
}

/** A store tries again after a deadlock, which only costs time; this is what finds it. */
async function assertNoDeadlock(raw: Kysely<Tables>): Promise<void> {
  const here = sql`datname = current_database()`
  await until('whoever counts deadlocks has told', async () => {
    const nodes = sql`select 1 from pg_stat_activity where ${here} and application_name = 'qrgate'`
    return (await nodes.execute(raw)).rows.length === 0
  })
  const counted = sql<{ deadlocks: number }>`select deadlocks from pg_stat_database where ${here}`
  assert.deepEqual((await counted.execute(raw)).rows, [{ deadlocks: 0 }])
}

storeSuite('Postgres', open)
