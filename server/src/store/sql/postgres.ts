import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import type { Store } from '../store.ts'
import type { Engine } from './engine.ts'
import { createHealth } from './health.ts'
import { migrate, type Opening } from './migrate.ts'
import { connectPatiently, connectPostgres } from './postgres-connection.ts'
import { openingFault, passingOf, postgresTrouble } from './postgres-faults.ts'
import { unasked } from './postgres-pool.ts'
import { sqlStore } from './sql-store.ts'
import type { Tables } from './tables.ts'

const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/**
 * @param url `postgres://user:password@host:port/database`.
 * @throws UnusableDatabase
 */
export async function openPostgresStore(url: string, opening: Opening = 'make'): Promise<Store> {
  const db = connectPostgres(url)
  const patient = () => connectPatiently(url)
  await migrate(db, { url, rowNumber: 'bigserial', opening, patient }).catch(async error => {
    // What nobody will use must not keep a command from ending.
    await db.destroy()
    throw openingFault(error, url)
  })
  return sqlStore(db, engine(db))
}

function engine(db: Kysely<Tables>): Engine {
  return {
    transact: work => db.transaction().execute(work),
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
    unasked: query => query.modifyEnd(sql.raw(unasked)),
    stampsChanges: true,
    changedAt: () => now,
    now,
    async time() {
      const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(db)
      return rows[0]?.now ?? null
    },
    othersWrote: async () => true,
  }
}
