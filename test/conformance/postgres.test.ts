import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { Refusal } from '../../server/src/errors.ts'
import { eventToRow } from '../../server/src/store/sql/log-row.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { patience } from '../../server/src/store/sql/retry-while-busy.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'
import { take } from './leases.ts'
import { logLookupPromises } from './log-lookup-promises.ts'
import { assertSealed } from './log-promises.ts'
import type { OpenDatabase } from './open-store.ts'
import {
  account,
  accountEvent,
  addAccount,
  counted,
  freshId,
  kiosk,
  scan,
  signInEvent,
  start,
  there,
  wholeLog,
} from './rows.ts'
import { storeSuite } from './store-suite.ts'

const server = await PostgresServer.start({ after })

/** Answers 64-bit integers as numbers, as a store does. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format) =>
    type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format as 'text'),
}

const open: OpenDatabase = async t => {
  const url = await server.gateDatabase()
  const [one, other] = [await openPostgresStore(url), await openPostgresStore(url)]
  const pool = new pg.Pool({ connectionString: url, types, max: 2 })
  const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  t.after(async () => {
    await Promise.all([one.close(), other.close()])
    await assertNoDeadlock(raw)
    await raw.destroy()
  })
  return { one, other, raw }
}

/** A store tries again after a deadlock, which only costs time; this is what finds it. */
async function assertNoDeadlock(raw: Kysely<Tables>): Promise<void> {
  const here = sql`datname = current_database()`
  await until('whoever counts deadlocks has told', async () => {
    const nodes = sql`select 1 from pg_stat_activity where ${here} and application_name = 'qrgate'`
    return (await nodes.execute(raw)).rows.length === 0
  })
  const counted = sql<{ deadlocks: number }>`select deadlocks from pg_stat_database where ${here}`
  assert.deepEqual((await counted.execute(raw)).rows, [{ deadlocks: 0 }])
}

storeSuite('Postgres', open)
logLookupPromises('Postgres', open, 'explain')

/** Nobody can write to the log until this is called; what is in it can be read. */
async function lockLog(raw: Kysely<Tables>): Promise<() => Promise<void>> {
  let letGo = () => {}
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  let over: Promise<void> | undefined
  await new Promise<void>((resolve, reject) => {
    over = raw.transaction().execute(async trx => {
      await sql`lock table log in exclusive mode`.execute(trx)
      resolve()
      await held
    })
    over.catch(reject)
  })
  return async () => {
    letGo()
    await over
  }
}

const untilWaiting = (raw: Kysely<Tables>) =>
  until('somebody waits for the log', async () => {
    const waiting = sql`select 1 from pg_locks where not granted and relation = 'log'::regclass`
    return (await waiting.execute(raw)).rows.length > 0
  })

const untilOneWaits = (raw: Kysely<Tables>) =>
  until('somebody waits for a lock', async () => {
    const waiting = sql`select 1 from pg_locks where not granted`
    return (await waiting.execute(raw)).rows.length > 0
  })

test('S018: Postgres: who changes a row waits for whoever is changing it, and goes on from what they have made of it', async t => {
  const { one, raw } = await open(t)
  const row = account('hong')
  await addAccount(one, row)
  let changed: Promise<unknown> = Promise.resolve()
  await raw.transaction().execute(async trx => {
    const query = trx.updateTable('accounts').where('key', '=', row.key)
    await query.set({ created_at: row.createdAt + 1 }).execute()
    changed = one.accounts.update(
      row.key,
      there(old => counted(old, accountEvent(row.key))),
    )
    // Refused is what it is only afterwards.
    changed.catch(() => {})
    await untilOneWaits(raw)
  })
  await changed
  assert.equal((await one.accounts.byKey(row.key))?.createdAt, row.createdAt + 2)
})

test('Postgres: what commits later with a lower row number is sealed later, and not lost', async t => {
  const { one, other, raw } = await open(t)
  const lease = await take(one)
  await one.log.add([accountEvent('before')])
  await raw.transaction().execute(async trx => {
    await trx
      .insertInto('log')
      .values(eventToRow(accountEvent('slow')))
      .execute()
    await other.log.add([accountEvent('fast')])
    assert.equal(await one.log.seal(lease, 10), 2)
    assert.equal(await one.log.unsealed(), false)
  })
  assert.equal(await one.log.unsealed(), true)
  await one.log.add([accountEvent('after')])
  assert.equal(await one.log.seal(lease, 10), 2)
  const rows = await other.log.after(0, 10)
  assertSealed(rows)
  assert.deepEqual(
    rows.map(({ account }) => account),
    ['before', 'fast', 'slow', 'after'],
  )
  const [slow, fast] = [rows[2], rows[1]]
  assert.ok(slow && fast && slow.row < fast.row)
})

test('Postgres: while something is written under a lease nobody else can take it', async t => {
  const { one, raw } = await open(t)
  const lease = await take(one)
  const isFree = async () => {
    const query = raw.selectFrom('leases').selectAll().where('name', '=', lease.name)
    return (await query.forUpdate().skipLocked().execute()).length > 0
  }
  await one.log.add([accountEvent('a key')])
  const unlock = await lockLog(raw)
  const sealing = one.log.seal(lease, 10)
  await untilWaiting(raw)
  assert.equal(await isFree(), false)
  await unlock()
  assert.equal(await sealing, 1)
  assert.equal(await isFree(), true)
})

test('F17: Postgres: what has waited until its caller gave up does not happen afterwards', async t => {
  const { one, raw } = await open(t)
  const lease = await take(one)
  await one.log.add([signInEvent('a visitor'), accountEvent('a key')])
  await one.log.seal(lease, 10)
  const ended = { position: 1, seal: '', at: start, key: '', signature: '' }
  await one.log.addCheckpoint(lease, ended, accountEvent('a key', 'log.checkpoint'))
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const id = freshId()
  const told = accountEvent('a key', 'log.erased')
  const checkpoint = { ...ended, position: 2 }
  const writes: Record<string, () => Promise<unknown>> = {
    'signIns.update': () => one.signIns.update(id, scan(id)),
    'accounts.update': () => addAccount(one, account('a key')),
    'kiosks.add': () => one.kiosks.add(kiosk()),
    'log.add': () => one.log.add([told]),
    'log.seal': () => one.log.seal(lease, 10),
    'log.addCheckpoint': () => one.log.addCheckpoint(lease, checkpoint, told),
    'log.erase': () => one.log.erase(lease, start + 1, 10, () => told),
    'log.beginAt': () => one.log.beginAt(lease, 1, start, told),
    'log.remove': () => one.log.remove(lease, 1, 10),
  }
  const before = await wholeLog(one)
  for (const [name, write] of Object.entries(writes)) {
    const unlock = await lockLog(raw)
    const refused = assert.rejects(write(), new Refusal('storage_busy', 'given up meanwhile'), name)
    await untilWaiting(raw)
    now += patience
    await unlock()
    await refused
  }
  assert.deepEqual(await wholeLog(one), before)
  assert.equal(await one.signIns.read(id), null)
  assert.deepEqual([await one.accounts.all(), await one.kiosks.all()], [[], []])
  assert.deepEqual(await one.log.checkpoints(), [{ ...ended, purgedAt: null }])
})
