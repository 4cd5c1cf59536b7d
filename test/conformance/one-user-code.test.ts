import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type ColumnDataType, Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { gate } from '../../server/src/store/sql/migrations/2026-11-gate.ts'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Scope, temporaryFolder } from '../support/gate.ts'
import { PostgresServer } from '../support/postgres.ts'
import { freshId, start } from './rows.ts'

interface Engine {
  rowNumber: ColumnDataType
  /** The database without a store in front of it. */
  raw: Kysely<Tables>
  /** As a gate of today opens it. */
  open(): Promise<Store>
}

const engines: Record<string, (t: Scope) => Promise<Engine>> = {
  async SQLite(t) {
    const path = join(temporaryFolder(t), 'qrgate.sqlite')
    const raw = new Kysely<Tables>({
      dialect: new SqliteDialect({ database: openNodeSqlite(path) }),
    })
    return { rowNumber: 'integer', raw, open: () => openSqliteStore(path) }
  },
  async Postgres(t) {
    const url = await (await PostgresServer.start(t)).database()
    const pool = new pg.Pool({ connectionString: url })
    const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    return { rowNumber: 'bigserial', raw, open: () => openPostgresStore(url) }
  },
}

for (const [name, set] of Object.entries(engines)) {
  test(`N22: ${name}: of the codes that an older gate gave a sign-in, the latest stays`, async t => {
    const { rowNumber, raw, open } = await set(t)
    const migrations = { '2026-11-gate': gate(rowNumber) }
    const provider = { getMigrations: async () => migrations }
    const { error } = await new Migrator({ db: raw, provider }).migrateToLatest()
    assert.equal(error, undefined)
    const [several, single] = [freshId(), freshId()]
    const lives = {
      C: [several, 200],
      B: [several, 300],
      D: [several, 300],
      F: [single, 100],
    } as const
    const rows = Object.entries(lives).map(([user_code, [sign_in, life]]) => {
      return { user_code, sign_in, kiosk: 101, expires_at: start + life }
    })
    await raw.insertInto('user_codes').values(rows).execute()

    const { userCodes, close } = await open()
    assert.equal((await userCodes.ofSignIn(several))?.userCode, 'D')
    for (const gone of ['B', 'C']) assert.equal(await userCodes.find(gone), null)
    assert.ok(await userCodes.find('F'))

    // A node of the version before goes on giving codes as it did, and cannot give a second one.
    const asBefore = (user_code: string, sign_in: string) =>
      raw
        .insertInto('user_codes')
        .values({ user_code, sign_in, kiosk: 101, expires_at: start })
        .onConflict(conflict => conflict.column('user_code').doNothing())
        .execute()
    const third = freshId()
    await asBefore('G', third)
    await assert.rejects(asBefore('H', third), /unique/i)
    assert.equal((await userCodes.ofSignIn(third))?.userCode, 'G')
    await Promise.all([raw.destroy(), close()])
  })
}
