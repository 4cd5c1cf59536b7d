import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely'
import pg from 'pg'
import { createPool } from './postgres-pool.ts'
import { readableTls } from './postgres-tls.ts'
import type { Tables } from './tables.ts'

/** How long the server may take over things of ours, in milliseconds. */
export interface Limits {
  statement: number
  lock: number
  /** Between two statements of a transaction. */
  idle: number
}

const usual: Limits = { statement: 3_000, lock: 2_000, idle: 5_000 }
/**
 * A server that has not answered by then is frozen, or not there any more: longer than it may take itself, and
 * shorter than whoever waits does, so that another connection can be tried.
 */
const silence = 3_500
/** A change of tables takes as long as it takes, but waits for nobody: whoever comes later would wait behind it. */
const patient: Limits = { ...usual, statement: 0 }

/** Connections of one node: enough to keep a small database server busy. */
const poolSize = 10
const int8 = 20

/** @param url `postgres://user:password@host:port/database`. */
export function connectPostgres(url: string): Kysely<Tables> {
  return connect({ ...optionsOf(url), max: poolSize, query_timeout: silence }, usual)
}

/** Connects for a change of tables. */
export function connectPatiently(url: string): Kysely<Tables> {
  return connect({ ...optionsOf(url), max: 1 }, patient)
}

/** Of one connection. @throws OperatorError where a file that the address names cannot be read. */
export function optionsOf(url: string): pg.ClientConfig {
  return {
    connectionString: readableTls(url),
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // Then once a second: a peer that is gone without a word is known to be after 15 s.
    keepAliveInitialDelayMillis: 5_000,
    application_name: 'qrgate',
    types: {
      // 64-bit integers come as text; ours are milliseconds and counts, far below 2^53.
      getTypeParser: (type: number, format) =>
        type === int8 ? Number : pg.types.getTypeParser(type, format as 'text'),
    },
  }
}

function connect(options: pg.PoolConfig, limits: Limits): Kysely<Tables> {
  // Awaited before a connection is first used, whatever its type says.
  const onConnect = (client: pg.ClientBase) => limitSession(client, limits)
  const pool = createPool({ ...options, idleTimeoutMillis: 60_000, onConnect })
  return new Kysely<Tables>({ dialect: new Dialect({ pool }, limits) })
}

/**
 * For statements outside transactions. Not as parameters of the start, which poolers refuse; and not behind
 * a pooler at all, where what is set may stay with a connection that is the next program's: who is
 * connected directly is so by the number of the server's own process.
 */
async function limitSession(client: pg.ClientBase, limits: Limits): Promise<void> {
  const { processID } = client as pg.ClientBase & { processID: number | null }
  const sets = settingsOf(limits).map(([name, value]) => `set_config('${name}', '${value}', false)`)
  await client.query(`select ${sets.join(', ')} where pg_backend_pid() = ${Number(processID)}`)
}

function settingsOf({ statement, lock, idle }: Limits): [name: string, value: number | 'on'][] {
  return [
    ['statement_timeout', statement],
    ['lock_timeout', lock],
    ['idle_in_transaction_session_timeout', idle],
    // What is acknowledged is on disk, whatever server, database or role say (N85).
    ['synchronous_commit', 'on'],
  ]
}

/** Sets its limits in each transaction, with `begin` in one message: behind every pooler they hold and end. */
class Driver extends PostgresDriver {
  readonly #begin: CompiledQuery

  constructor(config: PostgresDialectConfig, limits: Limits) {
    super(config)
    const sets = settingsOf(limits).map(([name, value]) => `set local ${name} = ${value}`)
    // Each step locks the one row it is about; a stricter level would only add conflicts.
    this.#begin = CompiledQuery.raw(['begin isolation level read committed', ...sets].join('; '))
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(this.#begin)
  }
}

class Dialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig
  readonly #limits: Limits

  constructor(config: PostgresDialectConfig, limits: Limits) {
    super(config)
    this.#config = config
    this.#limits = limits
  }

  override createDriver(): PostgresDriver {
    return new Driver(this.#config, this.#limits)
  }
}
