import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClaimAnswer, FinalReason, SignInState } from '@qrgate/sdk/protocol'
import { Kysely, PostgresDialect, type RawBuilder, SqliteDialect, sql } from 'kysely'
import pg from 'pg'
import { openStore } from '../../server/src/store/open-store.ts'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Scope, type Settings, temporaryFolder } from './gate.ts'
import type { PostgresServer } from './postgres.ts'

/** What a gate of commit b61f5a0 has left behind; test/fixtures/README.md says how it was made. */
export interface Left {
  /** When it was left, in milliseconds since 1970: deadlines count from there. */
  at: number
  secretKey: string
  publicUrl: string
  settings: Settings
  /** How many each table has. */
  rows: Record<'accounts' | 'audit' | 'kiosks' | 'sign_ins' | 'user_codes', number>
  kiosks: LeftKiosk[]
  accounts: LeftAccount[]
  signIns: LeftSignIn[]
}

export interface LeftKiosk {
  number: number
  nameKo: string
  nameEn: string
  state: 'enrolled' | 'invited' | 'revoked'
  credential: string | null
  link: string | null
}

export interface LeftAccount {
  id: string
  name: string
  password: string
  key: string
  disabled: boolean
  hash: 'argon2id' | 'bcrypt'
}

export interface LeftSignIn {
  id: string
  state: Exclude<SignInState, 'pending'>
  reason: FinalReason | null
  kiosk: number
  kioskSecret: string | null
  /** `name=value`; the value is the phone key. */
  phoneCookie: string | null
  /** The account's id. */
  account: string | null
  userCode: string | null
  jwt: string | null
  claim: ClaimAnswer | null
  /** Its audit rows, in order. */
  events: string[]
}

/** A database of that gate, of a test's own. */
export interface OlderDatabase {
  engine: 'SQLite' | 'Postgres'
  left: Left
  /** As `DATABASE_URL` names it. */
  url: string
  /** As a node of that commit is connected to it. */
  raw: Kysely<Tables>
  /** The moment of a change, as such a node writes it. */
  changedAt(updatedAt: number): RawBuilder<number>
  /** As a gate of today opens it: migrates. */
  open(): Promise<Store>
}

const fixture = (ending: string) =>
  fileURLToPath(new URL(`../fixtures/b61f5a0.${ending}`, import.meta.url))
const { sqlite, postgres } = JSON.parse(readFileSync(fixture('json'), 'utf8')) as Record<
  'sqlite' | 'postgres',
  Left
>

export async function olderSqlite(t: Scope): Promise<OlderDatabase> {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  copyFileSync(fixture('sqlite'), path)
  const raw = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: openNodeSqlite(path) }),
  })
  await sql`PRAGMA busy_timeout = 0`.execute(raw)
  const changedAt = (updatedAt: number) => sql<number>`${updatedAt}`
  return older(t, { engine: 'SQLite', left: sqlite, url: `sqlite:${path}`, raw, changedAt })
}

export async function olderPostgres(t: Scope, server: PostgresServer): Promise<OlderDatabase> {
  const url = await server.database()
  const pool = new pg.Pool({
    connectionString: url,
    statement_timeout: 3_000,
    lock_timeout: 2_000,
    types: {
      getTypeParser: (type: number, format) =>
        type === 20 ? Number : pg.types.getTypeParser(type, format as 'text'),
    },
  })
  // When the server is stopped, whatever is still open breaks.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  await pool.query(readFileSync(fixture('sql'), 'utf8'))
  const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
  return older(t, { engine: 'Postgres', left: postgres, url, raw, changedAt: () => now })
}

function older(t: Scope, database: Omit<OlderDatabase, 'open'>): OlderDatabase {
  t.after(() => database.raw.destroy())
  const open = async () => {
    const store = await openStore(database.url)
    t.after(() => store.close())
    return store
  }
  return { ...database, open }
}

/** Fills `audit` as years of sign-ins do: five rows each, one after the other. */
export async function fillAudit({ engine, raw, left }: OlderDatabase, rows: number): Promise<void> {
  const numbers =
    engine === 'SQLite'
      ? sql`with recursive numbers (n) as
          (select 0 union all select n + 1 from numbers where n < ${sql.lit(rows - 1)})`
      : sql`with numbers (n) as (select generate_series(0, ${sql.lit(rows - 1)}))`
  const nth = sql`case n % 5 when 0 then 'scan' when 1 then 'sign_in' when 2 then 'approve'
    when 3 then 'claim' else 'end' end`
  await sql`
    ${numbers}
    insert into audit (at, event, sign_in, kiosk, account, reason)
    select ${sql.lit(left.at)} + n, ${nth}, 'sign-in ' || (n / 5), 100 + n % 3,
      case when n % 5 > 0 then 'account ' || (n % 7) end,
      case when n % 5 = 4 then 'absolute' end
    from numbers order by n`.execute(raw)
}
