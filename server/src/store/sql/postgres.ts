import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Store } from '../store.ts'
import type { Engine } from './engine.ts'
import { migrate, type Upgrade } from './migrate.ts'
import { patience } from './retry-while-busy.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

/** Connections of one node: enough to keep a small database server busy. */
const poolSize = 10

/**
 * What is over by itself (https://www.postgresql.org/docs/current/errcodes-appendix.html):
 * conflicts, locks, timeouts, and a server that starts, stops or has run out of slots.
 */
const transient = /^(40001|40P01|55P03|57014|57P0[1-5]|25P03|53300|08...)$/
/** The same for the connection itself, in the words of the system and of pg. */
const broken = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)/
const cut = /^(Connection terminated|timeout exceeded|Query read timeout|Client (has|was))/
/** A server that answers and yet cannot write: standby, full disk, no memory. */
const unable = /^(25006|53100|53200)$/

const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
const int8 = 20

/** @param url `postgres://user:password@host:port/database`. */
export async function openPostgresStore(url: string, upgrade: Upgrade = 'any'): Promise<Store> {
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
  await migrate(db, 'bigserial', upgrade, patient).catch(async error => {
    // What nobody will use must not keep a command from ending.
    await db.destroy()
    throw error
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
    isTransient: error => {
      const { code = '', message = '', constraint = '' } = error as Partial<pg.DatabaseError>
      // Two first writes of the same row: the second one will find the first.
      if (code === '23505') return constraint.endsWith('_pkey')
      return transient.test(code) || broken.test(code) || cut.test(message)
    },
    isTaken: (error, column) => {
      const { code, constraint = '' } = error as Partial<pg.DatabaseError>
      if (code !== '23505' || constraint.endsWith('_pkey')) return false
      return column === undefined || constraint === column.replace('.', '_')
    },
    cannotWrite: error => unable.test((error as { code?: string } | null)?.code ?? ''),
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
