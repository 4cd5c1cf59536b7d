import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import pg from 'pg'
import { system } from '../../server/src/protocol/log-event.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import type { Store } from '../../server/src/store/store.ts'
import { assertOneHolder, Journal } from '../support/journal.ts'
import { type NewDatabase, provenOn, startEngines } from '../support/log-engines.ts'
import type { FreezeAt } from '../support/log-node.ts'
import { until } from '../support/patience.ts'
import { ToldNode } from '../support/told-node.ts'

const engines = await startEngines({ after })

const hour = 3_600_000
/** Longer than any test takes. */
const long = hour / 2
/** Over as soon as somebody stands still. */
const short = 500

const seed = Number(process.env.QRGATE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
const writes = ['seal', 'moveCursor', 'addCheckpoint', 'erase', 'beginAt', 'remove'] as const

/** One event that is sealed and old enough to be erased or removed, and one that is not sealed. */
async function fill({ log, leases }: Store): Promise<void> {
  const event = {
    event: 'sign_in.scanned',
    at: 1,
    actor: system,
    subject: { kind: 'sign_in', id: 'a' },
  } as const
  await log.add([event])
  const lease = await leases.take('filling', 'somebody', long)
  assert.ok(lease)
  await log.seal(lease, 10)
  await log.add([event])
}

/** All that a holder of a lease may change, as it stands. */
async function standing({ log }: Store): Promise<unknown> {
  return {
    sealed: await log.after(0, 100),
    waiting: await log.waiting({}, { after: 0 }, 100),
    head: await log.head(),
    checkpoints: await log.checkpoints(),
    cursors: await Promise.all(['held', ...writes].map(name => log.cursor(name))),
  }
}

async function openNodes(t: TestContext, newDatabase: NewDatabase) {
  const url = await newDatabase(t)
  const journal = new Journal(t)
  const store = await openStore(url)
  t.after(() => store.close())
  return { url, journal, store }
}

/** Somebody else takes it as soon as that is possible. */
async function takeOver({ leases }: Store, name: string): Promise<void> {
  const holder = randomUUID()
  await until(`${name} is taken over`, async () => {
    const lease = await leases.take(name, holder, short).catch(() => null)
    return lease?.holder === holder
  })
}

for (const [engine, newDatabase] of provenOn(engines)) {
  test(`${engine}: of what is counted under a lease by three nodes nothing is lost, whatever their clocks say`, async t => {
    const { url, journal, store } = await openNodes(t, newDatabase)
    t.diagnostic(`QRGATE_TEST_SEED=${seed}`)
    const nodes = await Promise.all(
      [0, hour, -hour].map((wrong, n) => ToldNode.start(t, journal, url, `node ${n}`, wrong)),
    )
    const times = 40
    // So short that it is over in the middle of things.
    const task = { do: 'count', lease: 'counting', ms: 40, times } as const
    const answers = await Promise.all(nodes.map((node, n) => node.do({ ...task, seed: seed + n })))
    assert.equal(await store.log.cursor('counting'), nodes.length * times)
    const lost = answers.map(({ result }) => (result as { lost: number }).lost)
    assert.ok(Math.max(...lost) > 0, 'nobody has ever lost it')
    assertOneHolder(journal.lines())
    t.diagnostic(JSON.stringify({ lost }))
  })

  test(`${engine}: who was frozen between taking a lease and writing writes nothing`, async t => {
    const { url, journal, store } = await openNodes(t, newDatabase)
    await fill(store)
    const node = await ToldNode.start(t, journal, url, 'frozen')
    await node.do({ do: 'take', lease: 'held', ms: short })
    node.process.freeze()
    await takeOver(store, 'held')
    const before = await standing(store)
    for (const write of writes) node.process.tell({ do: write })
    node.process.thaw()
    for (const write of writes) {
      const { error } = await node.answer(write)
      assert.equal(error, 'LeaseLost', write)
    }
    assert.deepEqual(await standing(store), before)
    // Each would have changed something.
    for (const write of writes) {
      const before = await standing(store)
      await node.do({ do: 'take', lease: write, ms: long })
      assert.equal((await node.do({ do: write })).error, undefined)
      assert.notDeepEqual(await standing(store), before, write)
    }
  })
  test(`${engine}: a lease lasts by the clock of the database, whatever that of its holder says`, async t => {
    const { url, journal, store } = await openNodes(t, newDatabase)
    const right = randomUUID()
    const rightTakes = (lease: string, ms: number) => store.leases.take(lease, right, ms)
    assert.ok(await rightTakes('of the right one', long))

    for (const wrong of [hour, -hour]) {
      const node = await ToldNode.start(t, journal, url, `wrong by ${wrong}`, wrong)
      const take = async (lease: string, ms: number) =>
        (await node.do({ do: 'take', lease, ms })).result
      const checkAll = async (when: string) => {
        assert.equal(await take('of the right one', long), null, `it takes what is held, ${when}`)
        const kept = `kept, ${wrong} ${when}`
        assert.ok(await take(kept, long))
        assert.equal(await rightTakes(kept, long), null, `it loses what is its own, ${when}`)
        assert.equal((await node.do({ do: 'moveCursor' })).error, undefined)
        const over = `over, ${wrong} ${when}`
        assert.ok(await take(over, short))
        await takeOver(store, over)
        assert.equal((await node.do({ do: 'moveCursor' })).error, 'LeaseLost')
      }
      await checkAll('from its start')
      const held = `held, ${wrong}`
      assert.ok(await take(held, long))
      node.process.turnClock()
      assert.equal((await node.do({ do: 'moveCursor' })).error, undefined)
      assert.equal(await rightTakes(held, long), null)
      await checkAll('after a jump')
    }
  })
}

test('Postgres: who is frozen in the middle of a write under a lease has written nothing, and another goes on', async t => {
  const { url, journal, store } = await openNodes(t, engines.Postgres)
  await fill(store)
  const before = await standing(store)
  const frozen = (['seal', 'moveCursor', 'addCheckpoint', 'erase'] as const).flatMap(write => {
    // Two that have written cannot both wait for their commit; nor is that what this is about.
    const moments: FreezeAt[] = write === 'seal' ? ['lease checked'] : []
    return [...moments, 'before commit' as const].map(at => ({
      write,
      at,
      lease: `${write}, ${at}`,
    }))
  })
  const nodes = await Promise.all(
    frozen.map(async ({ write, at, lease }) => {
      const node = await ToldNode.start(t, journal, url, lease)
      await node.freezeIn(write, at, lease, 4_000)
      return { node, write, lease }
    }),
  )
  // The server ends a transaction in which nobody says anything.
  for (const { lease } of nodes) await takeOver(store, lease)
  for (const { node } of nodes) node.process.thaw()
  for (const { node, write } of nodes) {
    // A commit that got no answer is asked for again, under a lease that is another's by now.
    assert.match((await node.answer(write)).error ?? '', /^(storage_busy|LeaseLost)$/, write)
  }
  assert.deepEqual(await standing(store), before)
})

test('Postgres: nobody takes a lease while a write under it is under way, though its time is over', async t => {
  const { url, journal, store } = await openNodes(t, engines.Postgres)
  await fill(store)
  const client = new pg.Client(url)
  await client.connect()
  client.on('error', () => {})
  t.after(() => client.end().catch(() => {}))
  const holds = async (question: string) => (await client.query(question)).rowCount === 1

  const node = await ToldNode.start(t, journal, url, 'slow', 0, ['long-transactions'])
  await node.freezeIn('seal', 'before commit', 'held', short)
  const over = 'until <= extract(epoch from clock_timestamp()) * 1000'
  await until('its time is over', () => holds(`select from leases where name = 'held' and ${over}`))
  const taking = takeOver(store, 'held')
  await until('another one waits for it', () =>
    holds("select from pg_stat_activity where wait_event_type = 'Lock'"),
  )
  node.process.thaw()
  const { result, error } = await node.answer('seal')
  // On a machine that stands still it may not have waited for the answer.
  assert.ok(result === 1 || error === 'outcome_unknown', error)
  await taking
  assert.equal((await store.log.head()).position, 2)
})

test('SQLite: nobody takes a lease while a write under it is under way, though its time is over', async t => {
  const { url, journal, store } = await openNodes(t, engines.SQLite)
  await fill(store)
  const node = await ToldNode.start(t, journal, url, 'slow')
  await node.freezeIn('seal', 'before commit', 'held', short)
  // Far longer than the lease; nor can anybody write anything else.
  await assert.rejects(store.leases.take('held', 'another', short), { code: 'storage_busy' })
  node.process.thaw()
  assert.equal((await node.answer('seal')).result, 1)
  assert.equal((await store.leases.take('held', 'another', short))?.holder, 'another')
  assert.equal((await store.log.head()).position, 2)
})
