import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type InsertObject, sql } from 'kysely'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { temporaryFolder } from '../support/gate.ts'
import {
  change,
  type LogDatabase,
  openPostgresLog,
  openSqliteLog,
  sealAll,
  verified,
  visit,
} from '../support/log-database.ts'
import { PostgresServer } from '../support/postgres.ts'
import { asked, fill, late } from '../support/tampered-log.ts'

/* Wherever the rows go, they can be proven there, and the log goes on. */

const server = await PostgresServer.start({ after })

/** A log with erased rows, checkpoints, a reader's place and two rows that are not sealed yet. */
async function fillAll({ store }: LogDatabase): Promise<void> {
  await fill({ store })
  const lease = await store.leases.take('a reader', 'a gate', 60_000)
  assert.ok(lease)
  await store.log.moveCursor(lease, 41)
  await store.log.add([change(late), visit(late)])
}

/** All that stands in the log, in order. */
async function contentOf({ store: { log }, raw }: LogDatabase) {
  const rows = await raw.selectFrom('log').selectAll().orderBy('row').execute()
  const cursor = await log.cursor('a reader')
  const content = { rows, cursor, head: await log.head(), checkpoints: await log.checkpoints() }
  return JSON.parse(JSON.stringify(content)) as typeof content
}

/** Looks at the copy, writes into it and looks again. */
async function assertGoesOn(original: LogDatabase, copy: LogDatabase): Promise<void> {
  const { store } = copy
  const outside = await original.store.log.checkpoints()
  const look = () => verified(store, { outside, clock: () => asked })
  assert.deepEqual(await contentOf(copy), await contentOf(original))
  const before = await look()
  assert.deepEqual([before.rows, before.erased, before.waiting, before.checkpoints], [59, 12, 2, 3])
  assert.deepEqual([before.faults, before.notes], [[], []])

  await store.log.add([change(late, 1), visit(late, 1), change(late, 2)])
  assert.equal(await sealAll(store), 64)
  const sealed = await store.log.after(59, 10)
  assert.deepEqual(
    sealed.map(({ position, event }) => `${position} ${event}`),
    [
      '60 account.added',
      '61 sign_in.scanned',
      '62 kiosk.added',
      '63 sign_in.approved',
      '64 account.disabled',
    ],
  )
  const later = await look()
  assert.deepEqual([later.rows, later.waiting, later.faults, later.notes], [64, 0, [], []])
}

test('Postgres: a log is whole after dump and restore, and goes on without a gap', async t => {
  const original = await openPostgresLog(t, server)
  await fillAll(original)
  const url = await server.dumpAndRestore(original.url)
  await assertGoesOn(original, await openPostgresLog(t, server, url))
})

test('SQLite: a log is whole after VACUUM INTO, and goes on without a gap', async t => {
  const original = await openSqliteLog(t)
  await fillAll(original)
  const path = join(temporaryFolder(t), 'copy.sqlite')
  await sql`vacuum into ${sql.lit(path)}`.execute(original.raw)
  await assertGoesOn(original, await openSqliteLog(t, path))
})

test('a log that was copied from SQLite to Postgres is whole, and goes on there', async t => {
  const original = await openSqliteLog(t)
  await fillAll(original)
  const copy = await openPostgresLog(t, server)
  const tables = await original.raw.introspection.getTables()
  for (const { name } of tables.filter(({ name }) => !name.startsWith('sqlite_'))) {
    const table = name as keyof Tables
    await copy.raw.deleteFrom(table).execute()
    const rows = await original.raw.selectFrom(table).selectAll().execute()
    for (const row of rows)
      await copy.raw
        .insertInto(table)
        .values(row as InsertObject<Tables, typeof table>)
        .execute()
  }
  await sql`select setval(pg_get_serial_sequence('log', 'row'), max(row)) from log`.execute(
    copy.raw,
  )
  await assertGoesOn(original, copy)
})
