import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { localBus } from '../bus/local.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import type { RowVersion, WatchedRows } from '../store/watched-rows.ts'
import { startSweep } from './sweep.ts'

/** A sweep whose rounds come when the test says; what other nodes have changed is up to the test. */
async function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const changed: RowVersion[] = []
  let at = 0
  const compared: RowVersion[] = []
  const watched: WatchedRows = {
    changes: async () => ({ at, changed }),
    seqs: async () => compared,
  }
  let rejoin = () => {}
  const bus = {
    ...localBus(),
    onRejoin: (listener: () => void) => {
      rejoin = listener
    },
  }
  const hinted: string[] = []
  const delivery = {
    watch: () => ({ first: Promise.resolve(), stop: () => {} }),
    watched: () => ['one', 'two'],
    hint: ({ id, seq }: RowVersion) => void hinted.push(`${id} ${seq}`),
  }
  const errors: unknown[] = []
  const onError = (error: unknown) => errors.push(error)
  const stop = startSweep({ watched, bus, delivery, clock: () => 0, onError })
  t.after(stop)
  return {
    changed,
    compared,
    hinted,
    errors,
    watched,
    rejoin: () => rejoin(),
    /** The clock that stamps changes is set. */
    stampedAt: (time: number) => {
      at = time
    },
    /** A second passes; a round is promises and nothing else. */
    second: async () => {
      t.mock.timers.tick(1_000)
      await turn()
    },
  }
}

test('F07: what no hint told is found within a second', async t => {
  const { changed, hinted, second } = await setUp(t)
  await second()
  assert.deepEqual(hinted, [])
  changed.push({ id: 'one', seq: 1 })
  await second()
  assert.deepEqual(hinted, ['one 1'])
})

test('F07: what the looks at changes missed as well is found within ten seconds', async t => {
  const { compared, hinted, second } = await setUp(t)
  compared.push({ id: 'two', seq: 3 })
  for (let passed = 1; passed < 10; passed += 1) await second()
  assert.deepEqual(hinted, [])
  await second()
  assert.deepEqual(hinted, ['two 3'])
})

test('F09: once Redis is back, everything watched is compared in the next second', async t => {
  const { compared, hinted, second, rejoin } = await setUp(t)
  compared.push({ id: 'two', seq: 3 })
  rejoin()
  await second()
  assert.deepEqual(hinted, ['two 3'])
  await second()
  assert.deepEqual(hinted, ['two 3'])
})

test('after a round that failed, everything watched is compared in the next second', async t => {
  const { compared, hinted, errors, watched, second } = await setUp(t)
  compared.push({ id: 'one', seq: 2 })
  const { changes } = watched
  watched.changes = () => Promise.reject(new Error('the database is away'))
  await second()
  assert.equal(errors.length, 1)
  watched.changes = changes
  await second()
  assert.deepEqual(hinted, ['one 2'])
})

test('N79: where the clock that stamps changes goes back, everything watched is compared at once', async t => {
  const { compared, hinted, second, stampedAt } = await setUp(t)
  stampedAt(7_200_000)
  await second()
  compared.push({ id: 'one', seq: 4 })
  await second()
  assert.deepEqual(hinted, [])
  stampedAt(1_000)
  await second()
  assert.deepEqual(hinted, ['one 4'])
  await second()
  assert.deepEqual(hinted, ['one 4'])
})
