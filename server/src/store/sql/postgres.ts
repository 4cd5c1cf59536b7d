import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Store } from '../store.ts'
import type { Engine } from './engine.ts'
import { createHealth } from './health.ts'
import { migrate, type Opening } from './migrate.ts'
import { openingFault, passingOf, postgresTrouble } from './postgres-faults.ts'
import { patience } from './retry-while-busy.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

/** Connections of one node: enough to keep a small database server busy. */
const poolSize = 10

const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
const int8 = 20

/**
 * @param url `postgres://user:password@host:port/database`.
 * @throws UnusableDatabase
 */
export async function openPostgresStore(url: string, opening: Opening = 'make'): Promise<Store> {
  const options: pg.PoolConfig = {
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // A frozen server answers nothing; its connections must come free all the same.
    query_timeout: patience,
    statement_timeout: 3_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 5_000,
    application_name: 'qrgate',
    // Each step locks the one row it is about; a stricter level would only add conflicts.
    options: '-c default_transaction_isolation=read\\ committed',
    types: {
      // 64-bit integers come as text; ours are milliseconds and counts, far below 2^53.
      getTypeParser: (type: number, format) =>
        type === int8 ? Number : pg.types.getTypeParser(type, format as 'text'),
    },
  }
  const db = connect(options)
  const patient = () => connect({ ...options, max: 1, query_timeout: 0, statement_timeout: 0 })
  await migrate(db, { url, rowNumber: 'bigserial', opening, patient }).catch(async error => {
    // What nobody will use must not keep a command from ending.
    await db.destroy()
    throw openingFault(error, url)
  })
  return sqlStore(db, engine(db))
}

function connect(options: pg.PoolConfig): Kysely<Tables> {
  const pool = new pg.Pool(options)
  // A lost connection rejects the query on it; without a listener it would end the process too.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

function engine(db: Kysely<Tables>): Engine {
  return {
    passing: passingOf,
    troubleOf: postgresTrouble,
    knownTrouble: () => null,
    async look() {
      const { rows } = await sql<{ read_only: boolean; allowed: boolean }>`select
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only,
        has_table_privilege('sign_ins', 'insert') and has_table_privilege('sign_ins', 'update')
          and has_table_privilege('log', 'insert') as allowed`.execute(db)
      const [{ read_only: readOnly, allowed } = { read_only: false, allowed: true }] = rows
      if (readOnly) return 'read_only'
      return allowed ? null : 'not_allowed'
    },
    isNearlyFull: () => false,
    health: createHealth(),
    // It looks after its own pages.
    inspect: async () => [],
    isTaken: (error, column) => {
      const { code, constraint = '' } = error as Partial<pg.DatabaseError>
      if (code !== '23505' || constraint.endsWith('_pkey')) return false
      return column === undefined || constraint === column.replace('.', '_')
    },
    lockRow: query => query.forUpdate(),
    changedAt: () => now,
    now,
    async time() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(db)
      return rows[0]?.now ?? null
    },
    othersWrote: async () => true,
  }
}
