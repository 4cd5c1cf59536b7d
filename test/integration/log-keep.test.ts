import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { steady } from '../../server/src/clock.ts'
import { jsonLogReader } from '../../server/src/log/json-log.ts'
import { keepLog, type LogLife, startKeeper } from '../../server/src/log/keep.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { type Lease, LeaseLost } from '../../server/src/store/lease.ts'
import type { SealedRow } from '../../server/src/store/log.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import { erased } from '../../server/src/store/sql/log-row.ts'
import type { Store } from '../../server/src/store/store.ts'
import { qrgate } from '../support/command.ts'
import { startGate } from '../support/gate.ts'
import {
  change,
  day,
  firstDay,
  keepAll,
  keysOf,
  logEngines,
  openSqliteLog,
  sealAll,
  secretKey,
  verified,
  visit,
} from '../support/log-database.ts'
import { until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'

const hour = 3_600_000

const server = await PostgresServer.start({ after })
const engines = logEngines(server)

async function addSealed(store: Store, ...events: LogEvent[]): Promise<void> {
  await store.log.add(events)
  await sealAll(store)
}

/** What the log says of itself: each event with its detail. */
async function told({ log }: Store, event: LogEvent['event']) {
  const rows = await log.find({ event }, { after: 0 }, 1_000)
  return rows.map(({ at, detail }) => ({ at, detail: JSON.parse(detail ?? '') }))
}

/** Does once what is due. */
async function keepOnce({ log }: Store, lease: Lease, now: number, life: Partial<LogLife> = {}) {
  const parts = { log, keys: keysOf(secretKey), clock: () => now }
  return keepLog({ ...parts, life: { days: 800, visitDays: 90, ...life } }, lease)
}

for (const [engine, open] of Object.entries(engines)) {
  test(`${engine}: a day with news ends with one signed checkpoint, a day without has none`, async t => {
    const { store } = await open(t)
    const { log } = store
    for (let n = 0; n < 9; n += 1) {
      const midnight = firstDay + n * day
      // Twice, as two nodes do it.
      await keepAll(store, midnight)
      await keepAll(store, midnight + 60_000)
      if ([0, 1, 5].includes(n)) await addSealed(store, change(midnight + 9 * hour))
    }
    const checkpoints = await log.checkpoints()
    assert.deepEqual(
      checkpoints.map(({ position, at }) => [position, at]),
      // Each checkpoint is told by an event of its own.
      [
        [1, firstDay + day],
        [3, firstDay + 2 * day],
        [5, firstDay + 6 * day],
      ],
    )
    assert.deepEqual(
      await told(store, 'log.checkpoint'),
      checkpoints.map(({ purgedAt: _, ...detail }) => ({ at: detail.at, detail })),
    )
    const { check } = keysOf(secretKey)
    assert.deepEqual(
      checkpoints.map(checkpoint => check(checkpoint)),
      ['good', 'good', 'good'],
    )
    for (const checkpoint of checkpoints) {
      const [row] = await log.after(checkpoint.position - 1, 1)
      assert.equal(row?.seal, checkpoint.seal)
    }
    assert.deepEqual((await verified(store)).faults, [])
  })

  test(`${engine}: an empty log has no checkpoint, nor one whose first day has not ended`, async t => {
    const { store } = await open(t)
    await keepAll(store, firstDay)
    await addSealed(store, visit(firstDay + hour))
    await keepAll(store, firstDay + day - 1)
    assert.deepEqual(await store.log.checkpoints(), [])
    await keepAll(store, firstDay + day)
    assert.equal((await store.log.checkpoints()).length, 1)
  })

  test(`${engine}: visitors' events are empty after their days, and nothing is left of them`, async t => {
    const { store, raw } = await open(t)
    const canary: LogEvent = {
      ...visit(firstDay + day - 1),
      actor: { kind: 'phone', id: 'canary-phone' },
      subject: { kind: 'sign_in', id: 'canary-sign-in' },
      kiosk: 77_001,
      account: 'canary-account',
      detail: { amr: ['canary-amr'] },
    }
    const tries: LogEvent = {
      ...canary,
      event: 'tries.refused',
      actor: { kind: 'system', id: 'gate', address: '203.0.113.77' },
      subject: { kind: 'refusal', id: 'canary-refusal' },
    }
    const expired: LogEvent = {
      ...canary,
      event: 'sign_in.expired',
      actor: { kind: 'system', id: 'gate' },
    }
    const operators = change(firstDay)
    await addSealed(store, canary, tries, operators, expired, visit(firstDay + day))
    const before = await raw.selectFrom('log').selectAll().orderBy('position').execute()

    await keepAll(store, firstDay + 91 * day - 1)
    assert.deepEqual(await told(store, 'log.erased'), [], 'not a millisecond before its time')
    await keepAll(store, firstDay + 91 * day)
    // The next one is a millisecond younger, and goes with the next hour.
    await keepAll(store, firstDay + 91 * day + hour - 1)
    assert.deepEqual(await told(store, 'log.erased'), [
      { at: firstDay + 91 * day, detail: { positions: '1-2,4' } },
    ])
    const rows = await raw.selectFrom('log').selectAll().orderBy('position').execute()
    assert.deepEqual(
      rows.slice(0, 5).map(row => ({ ...row })),
      before.map((row, n) => ({ ...row, ...([0, 1, 3].includes(n) && erased) })),
    )
    const left = JSON.stringify(rows)
    for (const trace of ['canary', '77001', '203.0.113.77']) assert.ok(!left.includes(trace), trace)
    assert.deepEqual(
      Object.entries(rows[0] ?? {}).flatMap(([name, value]) => (value === null ? [] : name)),
      ['row', 'form', 'digest', 'position', 'seal'],
    )

    await keepAll(store, firstDay + 91 * day + hour)
    assert.equal((await verified(store)).erased, 4)
    assert.deepEqual((await verified(store)).faults, [])
    // What operators do stays: at their time, with all that it says.
    const [third] = await store.log.after(2, 1)
    assert.equal(third?.actor, operators.actor.id)
  })

  test(`${engine}: however many are to be erased, all are, and each erasure fits its row`, async t => {
    const { store } = await open(t)
    // Every other one is a visitor's, so that no two of them make a span, and positions are long.
    const events = Array.from({ length: 2_200 }, (_, n) =>
      (n < 1_000 || n % 2 ? change : visit)(firstDay, n),
    )
    for (let n = 0; n < events.length; n += 550) await store.log.add(events.slice(n, n + 550))
    await sealAll(store)
    await keepAll(store, firstDay + 91 * day)
    const erasures = await told(store, 'log.erased')
    assert.ok(erasures.length > 1)
    const named = erasures.flatMap(({ detail }) => detail.positions.split(',').map(Number))
    assert.deepEqual(
      named.toSorted((a, b) => a - b),
      events.flatMap((_, n) => (n < 1_000 || n % 2 ? [] : n + 1)),
    )
    const { faults, erased } = await verified(store)
    assert.deepEqual([faults, erased], [[], 600])
  })

  test(`${engine}: only whole segments go, after their days; their checkpoints stay`, async t => {
    const { store } = await open(t)
    const { log } = store
    const noon = firstDay + day + 12 * hour
    await addSealed(store, change(firstDay), visit(firstDay))
    await keepAll(store, noon)
    await addSealed(store, change(noon + 1), change(noon + 2))
    await keepAll(store, firstDay + 2 * day)
    const [first, second] = await log.checkpoints()
    assert.deepEqual([first?.position, second?.position], [2, 5])

    await keepAll(store, noon + 800 * day)
    assert.deepEqual(await told(store, 'log.purged'), [], 'not at its last millisecond')
    // Its own events are news of that day, which ends with a checkpoint.
    const now = noon + 800 * day + 1
    await keepAll(store, now)
    assert.deepEqual(await told(store, 'log.purged'), [{ at: now, detail: { through: 2 } }])
    const [oldest] = await log.after(0, 1)
    assert.equal(oldest?.position, 3, 'the rest of that day is younger')
    const kept = (await log.checkpoints()).slice(0, 2)
    assert.deepEqual(kept, [
      { ...first, purgedAt: now },
      { ...second, purgedAt: null },
    ])
    const clock = () => now
    const found = await verified(store, { clock, leastLife: 800 * day, outside: kept })
    assert.deepEqual([found.faults, found.notes, found.first], [[], [], 3])
  })

  test(`${engine}: a log is whole in the middle of a removal, and goes on when all is gone`, async t => {
    const { store, raw } = await open(t)
    const { log } = store
    for (let n = 0; n < 3; n += 1) {
      await log.add(Array.from({ length: 400 }, (_, n) => change(firstDay, n)))
    }
    await sealAll(store)
    await keepAll(store, firstDay + day)
    const now = firstDay + 900 * day
    const clock = () => now
    const lease = await store.leases.take('log keeper', 'the only keeper', 60_000)
    assert.ok(lease)
    const left = async () => {
      const { count } = await raw
        .selectFrom('log')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('position', '<=', 1_200)
        .executeTakeFirstOrThrow()
      return Number(count)
    }
    // On its second round the removal is news, and that day ends with a checkpoint.
    for (const [rows, last] of [
      [700, 1_202],
      [200, 1_203],
    ]) {
      assert.equal(await keepOnce(store, lease, now), true, 'more is left')
      assert.equal(await left(), rows)
      const found = await verified(store, { clock })
      assert.deepEqual(found.faults, [])
      assert.deepEqual(found.notes, ['positions up to 1200 are being removed'])
      assert.equal(await sealAll(store), last)
    }
    assert.equal(await keepOnce(store, lease, now), false)
    assert.equal(await left(), 0)
    const found = await verified(store, { clock })
    assert.deepEqual([found.faults, found.notes, found.first], [[], [], 1_201])
    assert.equal((await told(store, 'log.purged')).length, 1)

    // Whatever is left: the next position is the one after the last that was ever given.
    await raw.deleteFrom('log').execute()
    await log.add([change(now)])
    assert.equal(await sealAll(store), 1_204)
  })

  test(`${engine}: whoever has lost the lease keeps nothing`, async t => {
    const { store } = await open(t)
    await addSealed(store, visit(firstDay), change(firstDay))
    const slow = await store.leases.take('log keeper', 'a slow node', 60_000)
    assert.ok(slow)
    await store.leases.release(slow)
    const fast = await store.leases.take('log keeper', 'a fast node', 60_000)
    assert.ok(fast)
    const now = firstDay + 900 * day
    await assert.rejects(keepOnce(store, slow, now), LeaseLost)
    assert.deepEqual(await store.log.checkpoints(), [])
    while (await keepOnce(store, fast, now));
    await assert.rejects(keepOnce(store, slow, now + day), LeaseLost)
    await sealAll(store)
    const counts = [await told(store, 'log.checkpoint'), await told(store, 'log.erased')]
    assert.deepEqual(
      counts.map(({ length }) => length),
      [1, 1],
    )
  })

  test(`N79: ${engine}: nothing is erased before the clock has gone on for an hour without a step`, async t => {
    const { store } = await open(t)
    const now = firstDay + 91 * day
    await addSealed(store, visit(firstDay), change(firstDay))
    const keepWhile = async (steadyFor: number) => {
      const stop = startKeeper({
        ...{ log: store.log, leases: store.leases, holder: `steady for ${steadyFor} ms` },
        keys: keysOf(secretKey),
        life: { days: 800, visitDays: 90 },
        clock: () => now,
        steadiness: { ...steady(() => now), steadyFor: () => steadyFor },
        onError: error => {
          throw error
        },
      })
      // Does what is due.
      await stop()
      await sealAll(store)
      const count = async (event: LogEvent['event']) => (await told(store, event)).length
      return [await count('log.checkpoint'), await count('log.erased')]
    }
    assert.deepEqual(await keepWhile(3_600_000 - 1), [1, 0])
    assert.deepEqual(await keepWhile(3_600_000), [1, 1])
  })

  test(`${engine}: two nodes that keep the log at once do it once a day`, async t => {
    const { store, url } = await open(t)
    const other = await openStore(url)
    let now = firstDay + 91 * day
    await addSealed(store, visit(firstDay), change(firstDay))
    const keep = ({ log, leases }: Store, holder: string) =>
      startKeeper({
        log,
        leases,
        holder,
        keys: keysOf(secretKey),
        life: { days: 800, visitDays: 90 },
        clock: () => now,
        steadiness: steady(() => now),
        onError: error => {
          throw error
        },
      })
    const stops = [keep(store, 'one'), keep(other, 'another')]
    t.after(() => other.close())
    const count = async () => {
      await sealAll(store)
      return (await told(store, 'log.checkpoint')).length + (await told(store, 'log.erased')).length
    }
    await until('the day is kept', async () => (await count()) >= 2)
    now += day
    await until('the next one too', async () => (await count()) >= 3)
    await Promise.all(stops.map(stop => stop()))
    assert.deepEqual(
      (await told(store, 'log.checkpoint')).map(({ at }) => at),
      [now - day, now],
    )
    assert.equal((await told(store, 'log.erased')).length, 1)
    assert.deepEqual((await verified(store)).faults, [])
  })
}

test('the JSON log tells each checkpoint with the figures that are stored', async t => {
  const { store } = await openSqliteLog(t)
  await addSealed(store, visit(firstDay), change(firstDay, 3))
  await keepAll(store, firstDay + day)
  await keepAll(store, firstDay + 91 * day)
  await addSealed(store, visit(firstDay + 91 * day))
  const lines: { event: { event: string; position: number; detail: unknown } }[] = []
  const reader = jsonLogReader({ info: line => lines.push(JSON.parse(JSON.stringify(line))) })
  await reader.read(await store.log.after(0, 100))
  assert.deepEqual(
    lines.map(({ event: { position, event } }) => [position, event]),
    [
      [2, 'kiosk.revoked'],
      [3, 'log.checkpoint'],
      [4, 'log.erased'],
    ],
  )
  const [checkpoint] = await store.log.checkpoints()
  const { purgedAt: _, ...figures } = checkpoint ?? { purgedAt: null }
  assert.deepEqual(lines[1]?.event.detail, figures)
  assert.deepEqual(lines[0]?.event, {
    position: 2,
    event: 'kiosk.revoked',
    at: firstDay,
    actor: { kind: 'operator', id: 'shell:김간호', address: '203.0.113.7' },
    subject: { kind: 'kiosk', id: '3' },
    kiosk: 103,
    detail: { by: 'link' },
  })
})

test('a gate prints its checkpoint, and what it printed proves its log', async t => {
  const { url: DATABASE_URL, store } = await openSqliteLog(t)
  // Before the gate starts and tells the log of its signing key.
  await store.log.add([change(firstDay)])
  const gate = await startGate(t, { SECRET_KEY: secretKey, DATABASE_URL })
  const line = /^.*"event":"log\.checkpoint".*$/m
  await until('the checkpoint is printed', () => line.test(gate.log()))
  await gate.close()
  const file = join(gate.dataDir, 'printed.jsonl')
  writeFileSync(file, gate.log())
  const { event } = JSON.parse(line.exec(gate.log())?.[0] ?? '')
  const [checkpoint] = await store.log.checkpoints()
  assert.deepEqual({ ...event.detail, purgedAt: null }, checkpoint)
  const settings = { DATABASE_URL, QRGATE_DATA_DIR: gate.dataDir, SECRET_KEY: secretKey }
  const ran = await qrgate(['log', 'verify', '--checkpoints', file], settings, gate.dataDir)
  assert.deepEqual([ran.code, ran.err], [0, ''])
  assert.match(ran.out, /\n1 given checkpoints were compared\.\nThe log is whole\.\n$/)
})

test('the JSON log goes on behind a row whose detail is no JSON', async () => {
  const lines: { event: { detail?: unknown } }[] = []
  const reader = jsonLogReader({ info: line => lines.push(line as (typeof lines)[number]) })
  const row = { salt: 's', event: 'kiosk.added', actorKind: 'operator', subjectKind: 'kiosk' }
  await reader.read([
    { ...row, detail: 'no JSON' },
    { ...row, detail: '{"by":"link"}' },
  ] as SealedRow[])
  assert.deepEqual(
    lines.map(({ event: { detail } }) => detail),
    ['no JSON', { by: 'link' }],
  )
})
