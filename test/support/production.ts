import { hash } from '@node-rs/argon2'
import pg from 'pg'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import type { LogEventName } from '../../server/src/protocol/log-event.ts'
import type { Kiosk as KioskRow } from '../../server/src/store/kiosk.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { Scope } from './gate.ts'
import { GateProcess } from './gate-process.ts'
import { Kiosk } from './kiosk.ts'
import { allStarted } from './patience.ts'
import { Phone } from './phone.ts'
import { PostgresServer } from './postgres.ts'
import { type Redis, startRedis } from './redis.ts'
import { addAccountsTo, enrolIn } from './stored.ts'
import { startTlsProxy, type TlsProxy } from './tls-proxy.ts'

export const secretKey = 'a secret key that only these tests use and nobody else'
export const password = 'correct horse battery'

/** For tests in which nothing may run out, however slow the machine is. */
export const longTimings = {
  QRGATE_PENDING_SECONDS: '3600',
  QRGATE_SCANNED_SECONDS: '3600',
  QRGATE_APPROVED_SECONDS: '3600',
  QRGATE_CLAIM_AGAIN_SECONDS: '3600',
}

/** Two nodes in `serve` mode on real servers, behind a proxy that ends TLS. */
export interface Production {
  /** The public origin, which leads to the first node that is there. */
  url: string
  proxy: TlsProxy
  nodes: readonly [GateProcess, GateProcess]
  /** What every node and every command is started with. */
  settings: Record<string, string>
  postgres: PostgresServer
  redis: Redis
  /** The nodes' own database, to prepare and to look afterwards. */
  store: Store
  /** What the log tells of one sign-in, in the order of its coming. */
  eventsOf(id: string): Promise<LogEventName[]>
  /** A kiosk that starts at the given address with a credential of its own. */
  enrol(url: string, name?: string): Promise<{ kiosk: Kiosk; row: KioskRow }>
  /** A phone that reaches the gate through the given address, and takes it for the public one. */
  phone(url: string): Phone
  /** Accounts `visitor-0` and so on with {@link password}; they cost one hash together. */
  addAccounts(names: readonly string[]): Promise<void>
}

export interface ProductionOptions {
  /** The name in the certificate; `localhost` is reached by plain clients too. */
  host?: string
  env?: Record<string, string>
  /** By which addresses the nodes reach Redis, in their order. */
  redisUrls?: (redis: Redis) => Promise<[string, string]>
  /** Whether Postgres goes by a clock that the test sets. */
  ownClock?: boolean
}

export async function startProduction(
  t: Scope,
  { host = 'localhost', env = {}, redisUrls, ownClock = false }: ProductionOptions = {},
): Promise<Production> {
  const [postgres, redis, proxy] = await allStarted([
    PostgresServer.start(t, { ownClock }),
    startRedis(t),
    startTlsProxy(t, host),
  ])
  const databaseUrl = await postgres.gateDatabase()
  const settings = {
    SECRET_KEY: secretKey,
    PUBLIC_URL: proxy.url,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    QRGATE_TRUSTED_PROXIES: '127.0.0.1',
    ...env,
  }
  const [ofA, ofB] = (await redisUrls?.(redis)) ?? [redis.url, redis.url]
  const nodes = await allStarted([
    GateProcess.start(t, { ...settings, REDIS_URL: ofA }, 'serve'),
    GateProcess.start(t, { ...settings, REDIS_URL: ofB }, 'serve'),
  ])
  proxy.nodes.push(...nodes.map(({ url }) => url))
  const store = await openPostgresStore(databaseUrl)
  t.after(() => store.close())
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  // The servers of these tests go away; whoever asks then is told.
  pool.on('error', () => {})
  t.after(() => pool.end())

  return {
    url: proxy.url,
    proxy,
    nodes,
    settings,
    postgres,
    redis,
    store,
    async eventsOf(id) {
      const { rows } = await pool.query<{ event: LogEventName }>(
        "select event from log where subject_kind = 'sign_in' and subject = $1 order by row",
        [id],
      )
      return rows.map(({ event }) => event)
    },
    async enrol(url, name = '1층 접수 1번') {
      const { row, credential } = await enrolIn(store, name)
      return { kiosk: new Kiosk(url, credential), row }
    },
    phone: url => new Phone(url, { origin: proxy.url }),
    async addAccounts(names) {
      const passwordHash = await hash(password, hashCost)
      const accounts = names.map((name, n) => ({ id: `visitor-${n}`, name, passwordHash }))
      await addAccountsTo(store, accounts)
    },
  }
}
