import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import {
  connectPatiently,
  connectPostgres,
} from '../../server/src/store/sql/postgres-connection.ts'
import { lookAtPostgres } from '../../server/src/store/sql/postgres-look.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { account, addAccount, freshId } from '../conformance/rows.ts'
import { pooled, startPgBouncer, withoutPgBouncer } from '../support/pgbouncer.ts'
import { PostgresServer } from '../support/postgres.ts'

const options = { skip: withoutPgBouncer }
const server = withoutPgBouncer ? undefined : await PostgresServer.start({ after })

for (const mode of ['transaction', 'session'] as const) {
  test(
    `N50: a gate opens, migrates and writes its database through PgBouncer (${mode})`,
    options,
    async t => {
      const direct = (await server?.database()) ?? ''
      const url = await startPgBouncer(t, direct, mode)
      const store = await openPostgresStore(url)
      t.after(() => store.close())
      const ids = Array.from({ length: 20 }, freshId)
      await Promise.all(ids.map(id => addAccount(store, account(id))))
      assert.equal((await store.accounts.all()).length, ids.length)
    },
  )
}

test(
  'N50: behind a pooler nothing that a gate sets stays for the next program',
  options,
  async t => {
    const direct = (await server?.gateDatabase()) ?? ''
    const url = await startPgBouncer(t, direct, 'transaction')
    const store = await openPostgresStore(url)
    await Promise.all(Array.from({ length: 20 }, () => addAccount(store, account(freshId()))))
    t.after(() => store.close())
    // As many as there are connections to the server, each held by a transaction.
    const strangers = Array.from({ length: pooled }, () => new pg.Client(url))
    for (const client of strangers) {
      await client.connect()
      await client.query('begin')
      const { rows } = await client.query("select current_setting('statement_timeout') as limit")
      assert.deepEqual(rows, [{ limit: '0' }])
    }
    await Promise.all(strangers.map(client => client.end()))
  },
)

test('N50: a pooler that gives each statement another connection is named', options, async t => {
  const direct = (await server?.gateDatabase()) ?? ''
  const url = await startPgBouncer(t, direct, 'statement')
  await assert.rejects(
    openPostgresStore(url, 'use').then(async store => {
      t.after(() => store.close())
      throw new Error(`${await store.trouble({ byWriting: true })}`)
    }),
    /pooled|pool_mode/,
  )
})

/** Statement, lock and idle transaction: what the server allows, as it says it. */
async function limitsIn(db: Kysely<Tables>): Promise<string> {
  const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  const settings = names.map(name => sql`current_setting(${sql.lit(name)})`)
  const { rows } = await sql<{
    all: string
  }>`select concat_ws(' ', ${sql.join(settings)}) as all`.execute(db)
  return rows[0]?.all ?? ''
}

test(
  'N50: a gate’s own limits hold in each transaction, and directly outside of them too',
  options,
  async t => {
    const direct = (await server?.gateDatabase()) ?? ''
    const url = await startPgBouncer(t, direct, 'transaction')
    const seen = async (db: Kysely<Tables>) => {
      const within = await db.transaction().execute(limitsIn)
      const outside = await limitsIn(db)
      await db.destroy()
      return { within, outside }
    }
    const usual = '3s 2s 5s'
    assert.deepEqual(await seen(connectPostgres(direct)), { within: usual, outside: usual })
    assert.deepEqual(await seen(connectPostgres(url)), { within: usual, outside: '0 0 0' })
    assert.deepEqual(await seen(connectPatiently(url)), { within: '0 2s 5s', outside: '0 0 0' })
  },
)

test('N50: doctor can tell how a database is reached', options, async t => {
  const direct = (await server?.gateDatabase()) ?? ''
  // The servers of tests are made for speed.
  const lax = ['fsync']
  const plain = { tls: 'none', pooler: 'none', address: '127.0.0.1', lax }
  assert.deepEqual(await lookAtPostgres(direct), plain)
  for (const mode of ['transaction', 'session'] as const) {
    const url = await startPgBouncer(t, direct, mode)
    assert.deepEqual(await lookAtPostgres(url), { ...plain, pooler: mode })
  }
})
