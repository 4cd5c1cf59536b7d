import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely'
import pg from 'pg'
import { type CheckpointKeys, checkpointKeys } from '../../server/src/log/checkpoint.ts'
import { keepLog, type LogLife } from '../../server/src/log/keep.ts'
import { type Verified, type VerifyParts, verifyLog } from '../../server/src/log/verify.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Scope, temporaryFolder } from './gate.ts'
import { hang } from './patience.ts'
import type { PostgresServer } from './postgres.ts'

export const day = 86_400_000
/** The beginning of the first day of the log. */
export const firstDay = 20_000 * day

export const secretKey = 'the secret key of a log that only tests write'

export function keysOf(...secretKeys: readonly [string, ...string[]]): CheckpointKeys {
  return checkpointKeys(deriveKeyring(secretKeys, 'log checkpoint'))
}

/** A database with a log in it, and a way past the store. */
export interface LogDatabase {
  url: string
  store: Store
  raw: Kysely<Tables>
}

/** An empty one of either engine. */
export async function openSqliteLog(t: Scope, path = newPath(t)): Promise<LogDatabase> {
  const store = await openStore(`sqlite:${path}`)
  const raw = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openNodeSqlite(path) }) })
  await sql`pragma synchronous = off`.execute(raw)
  t.after(() => Promise.all([store.close(), raw.destroy()]))
  return { url: `sqlite:${path}`, store, raw }
}

function newPath(t: Scope): string {
  return join(temporaryFolder(t), 'qrgate.sqlite')
}

export async function openPostgresLog(
  t: Scope,
  server: PostgresServer,
  url?: string,
): Promise<LogDatabase> {
  const address = url ?? (await server.gateDatabase())
  const store = await openStore(address)
  const { builtins } = pg.types
  const types = {
    getTypeParser: (type: number, format?: string) =>
      type === builtins.INT8 ? Number : pg.types.getTypeParser(type, format as 'text'),
  }
  const pool = new pg.Pool({ connectionString: address, max: 2, types })
  pool.on('error', () => {})
  const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  t.after(() => Promise.all([store.close(), raw.destroy()]))
  return { url: address, store, raw }
}

/** Both engines, each with a log of its own for every test. */
export function logEngines(server: PostgresServer) {
  const engines: Record<string, (t: Scope) => Promise<LogDatabase>> = {
    SQLite: t => openSqliteLog(t),
    Postgres: t => openPostgresLog(t, server),
  }
  return engines
}

/** Seals all that waits. @returns the last position. */
export async function sealAll({ leases, log }: Store): Promise<number> {
  const lease = await leases.take('sealer', 'the only sealer', hang)
  assert.ok(lease)
  while ((await log.seal(lease, 500)) > 0);
  return (await log.head()).position
}

/** Does all that is due at a time, as the keeper does once a day, and seals what it told. */
export async function keepAll(store: Store, now: number, life: Partial<LogLife> = {}) {
  const { leases, log } = store
  const parts = {
    log,
    keys: keysOf(secretKey),
    clock: () => now,
    life: { days: 800, visitDays: 90, ...life },
  }
  const lease = await leases.take('log keeper', 'the only keeper', hang)
  assert.ok(lease)
  while (await keepLog(parts, lease));
  return sealAll(store)
}

/** Looks at the log as `qrgate log verify` does. */
export function verified(
  { log }: Pick<Store, 'log'>,
  parts: Partial<VerifyParts> = {},
): Promise<Verified> {
  const keys = keysOf(secretKey)
  return verifyLog({
    log,
    keys,
    outside: [],
    leastLife: 365 * day,
    clock: () => firstDay + 99_999 * day,
    ...parts,
  })
}

/** What visitors do, by turns. */
export function visit(at: number, n = 0): LogEvent {
  const id = `01a222d4-de2a-7b16-b698-${`${n}`.padStart(12, '0')}`
  const events = ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed', 'visit.ended'] as const
  return {
    event: events[n % events.length] ?? 'visit.ended',
    at,
    actor: { kind: 'phone', id: `the hash of phone ${n}` },
    subject: { kind: 'sign_in', id },
    kiosk: 100 + (n % 3),
    account: n % 2 ? `account-${n}` : null,
    detail: { phone: 'android' },
  }
}

/** What operators do, by turns. */
export function change(at: number, n = 0): LogEvent {
  const events = ['account.added', 'kiosk.added', 'account.disabled', 'kiosk.revoked'] as const
  const event = events[n % events.length] ?? 'kiosk.revoked'
  const isAccount = event.startsWith('account')
  return {
    event,
    at,
    actor: { kind: 'operator', id: 'shell:김간호', address: '203.0.113.7' },
    subject: { kind: isAccount ? 'account' : 'kiosk', id: `${isAccount ? 'account-' : ''}${n}` },
    ...(isAccount ? { account: `account-${n}` } : { kiosk: 100 + n }),
    detail: { by: 'link' },
  }
}

/** Some of both, a minute apart. */
export function mixed(at: number, count: number): LogEvent[] {
  return Array.from({ length: count }, (_, n) => (n % 3 === 2 ? change : visit)(at + n * 60_000, n))
}

/** The tables that tell what happened. */
export const logTables = ['log', 'log_head', 'log_checkpoints', 'log_cursors'] as const

/** Keeps the log as it is now. @returns how to have it back, however it was changed. */
export async function keepCopy({ raw }: Pick<LogDatabase, 'raw'>, name = 'kept') {
  const copies = logTables.map(table => [sql.table(table), sql.table(`${name}_${table}`)] as const)
  for (const [table, copy] of copies) {
    await sql`create table ${copy} as select * from ${table}`.execute(raw)
  }
  return () =>
    raw.transaction().execute(async trx => {
      for (const [table, copy] of copies) {
        await sql`delete from ${table}`.execute(trx)
        await sql`insert into ${table} select * from ${copy}`.execute(trx)
      }
    })
}
