import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import pg from 'pg'
import type { Move } from '../../server/src/protocol/sign-in-row.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import type { Store } from '../../server/src/store/store.ts'
import { freshId, scan, scanned, signInEvent } from '../conformance/rows.ts'
import type { Scope } from '../support/gate.ts'
import { Network } from '../support/network.ts'
import { until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'

const server = await PostgresServer.start({ after })

interface Place {
  network: Network
  /** By way of the network. */
  store: Store
  direct: pg.Client
}

/** @param role of a gate that is no superuser. */
async function startPlace(t: Scope, role?: string): Promise<Place> {
  const url = await server.gateDatabase()
  const network = await Network.before(t, server.port)
  const direct = new pg.Client(url)
  direct.on('error', () => {})
  await direct.connect()
  const own = new URL(network.address(url))
  if (role !== undefined) {
    await direct.query(`create role ${role} login`)
    await direct.query(`grant all on all tables in schema public to ${role}`)
    await direct.query(`grant all on all sequences in schema public to ${role}`)
    own.username = role
  }
  const store = await openPostgresStore(own.href)
  t.after(async () => {
    await direct.end()
    await store.close()
  })
  return { network, store, direct }
}

/** So many at once that several connections are there. */
const read = ({ signIns }: Store) => signIns.read(freshId())
const readMany = (store: Store) => Promise.all(Array.from({ length: 8 }, () => read(store)))
/** What it says, if it fails, is that nothing was done. */
const mayBeBusy = (work: Promise<unknown>) => work.catch(error => assert.ok(isBusy(error), error))
const isBusy = (error: unknown) => (error as { code?: string }).code === 'storage_busy'

const isCommit = (said: Buffer) => said.includes('commit\0')

/** Scans; what the network does when the commit comes is given. */
function scanWhile({ network, store }: Place, id: string, fails: () => void): Promise<unknown> {
  network.hears = said => {
    if (!isCommit(said)) return
    network.hears = () => {}
    fails()
  }
  // Whoever is told twice what to do finds it done: as a phone's scan does.
  return store.signIns.update(
    id,
    (old): Move =>
      old ? { next: old, events: [] } : { next: scanned(id), events: [signInEvent(id)] },
  )
}

async function assertDoneOnce({ direct }: Place, id: string): Promise<void> {
  const { rows } = await direct.query('select from sign_ins where id = $1', [id])
  const { rows: events } = await direct.query('select from log where subject = $1', [id])
  assert.deepEqual([rows.length, events.length], [1, 1])
}

/** Each has a database and a network of its own, and most of them wait. */
describe('a network that fails between gate and Postgres', { concurrency: true }, () => {
  test('N77, F16: connections that were forgotten without a word are replaced, all of them at the first sign', async t => {
    const { network, store } = await startPlace(t)
    await readMany(store)
    network.forget()
    await mayBeBusy(read(store))
    for (let tries = 0; tries < 10; tries += 1) await read(store)
  })

  test('N77: the same where the first to notice is a transaction', async t => {
    const { network, store } = await startPlace(t)
    await readMany(store)
    network.forget()
    const id = freshId()
    await mayBeBusy(store.signIns.update(id, scan(id)))
    for (let tries = 0; tries < 10; tries += 1) await read(store)
  })

  test('N77, F15: behind a black hole work is refused, and goes on by itself after it', async t => {
    const { network, store } = await startPlace(t)
    await readMany(store)
    network.blackHole()
    await Promise.all(Array.from({ length: 20 }, () => assert.rejects(read(store), isBusy)))
    assert.equal(await store.trouble(), 'away')
    network.heal()
    await until('it is well again', async () => (await store.trouble()) === null)
    for (let tries = 0; tries < 10; tries += 1) await read(store)
  })

  test('F16: a server that was made read-only is left for what its name leads to now', async t => {
    const { store, direct } = await startPlace(t)
    const { rows } = await direct.query<{ name: string }>('select current_database() as name')
    const set = (what: string) =>
      direct.query(`begin read write; alter database ${rows[0]?.name} ${what}; commit`)
    await set('set default_transaction_read_only = on')
    // Those that come from now on find it so.
    await readMany(store)
    const cut =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'qrgate'"
    await direct.query(`${cut} and datname = current_database()`)
    const id = freshId()
    await assert.rejects(store.signIns.update(id, scan(id)), isBusy)
    await set('reset default_transaction_read_only')
    await store.signIns.update(id, scan(id))
  })

  test('F16, F17: a server that has no connection left is named, and goes on by itself', async t => {
    const { store, direct } = await startPlace(t, 'clerk')
    await readMany(store)
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1'
    await direct.query('alter role clerk connection limit 0')
    await direct.query(cut, ['clerk'])
    const id = freshId()
    await assert.rejects(store.signIns.update(id, scan(id)), isBusy)
    assert.equal(await store.trouble(), 'crowded')
    await direct.query('alter role clerk connection limit 2')
    // More at once than it may have connections: they wait for each other.
    await Promise.all(Array.from({ length: 8 }, () => read(store)))
    await store.signIns.update(id, scan(id))
  })

  test('N82, F16: a commit whose answer is late is never told as failed', async t => {
    const place = await startPlace(t)
    const id = freshId()
    const told = scanWhile(place, id, () => {
      place.network.fromServer = { delayMs: 4_500 }
    })
    await told.catch(error => assert.equal(error.code, 'outcome_unknown', error))
    await assertDoneOnce(place, id)
  })

  test('N82, F16: a commit whose answer is lost is found by asking again, and done once', async t => {
    const place = await startPlace(t)
    const id = freshId()
    await scanWhile(place, id, () => {
      place.network.fromServer = 'lost'
      // It has the commit, and new connections are well.
      setImmediate(() => {
        place.network.forget()
        place.network.heal()
      })
    })
    await assertDoneOnce(place, id)
  })

  test('N82, F16: a commit that never arrived is done by the next try, once the server has given up the first', async t => {
    const place = await startPlace(t)
    const id = freshId()
    await scanWhile(place, id, () => place.network.forget())
    await assertDoneOnce(place, id)
  })

  test('N82, I7: where nobody answers any more it is told as unknown, neither as done nor as failed', async t => {
    const place = await startPlace(t)
    const id = freshId()
    const told = scanWhile(place, id, () => {
      place.network.fromServer = 'lost'
      setImmediate(() => place.network.blackHole())
    })
    await assert.rejects(told, { code: 'outcome_unknown', status: 503 })
    // It had arrived.
    await assertDoneOnce(place, id)
  })
})

test('N85: what is acknowledged is on disk, whatever server and role say of commits', async t => {
  const { store, direct } = await startPlace(t)
  await direct.query("alter system set synchronous_commit = 'off'")
  await direct.query("alter system set wal_writer_delay = '10s'")
  await direct.query('select pg_reload_conf()')
  const ids = Array.from({ length: 20 }, freshId)
  for (const id of ids) await store.signIns.update(id, scan(id))
  await server.crash()
  await server.boot()
  const answers = () => read(store).then(() => true)
  await until('it answers again', () => answers().catch(() => false))
  for (const id of ids) assert.ok(await store.signIns.read(id), id)
})
