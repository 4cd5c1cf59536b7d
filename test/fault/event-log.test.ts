import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { verifyLog } from '../../server/src/log/verify.ts'
import { firstSeal, logSeal } from '../../server/src/protocol/log-form.ts'
import type { SealedRow } from '../../server/src/store/log.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import type { Store } from '../../server/src/store/store.ts'
import { assertOneHolder } from '../support/journal.ts'
import { provenOn, startEngines } from '../support/log-engines.ts'
import { LogStorm } from '../support/log-storm.ts'

/** `QRGATE_TEST_EVENTS=20000` for the large variant, with leases as long as in production. */
const events = Number(process.env.QRGATE_TEST_EVENTS ?? 400)
const isLarge = events > 2_000

/** `QRGATE_TEST_SEED` draws the same again; who comes first is still the machine's choice. */
const seed = Number(process.env.QRGATE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))

for (const [engine, newDatabase] of provenOn(await startEngines({ after }))) {
  test(`${engine}: each committed event is sealed once and handed to all readers, whatever dies or freezes`, async t => {
    const url = await newDatabase(t)
    const store = await openStore(url)
    t.after(() => store.close())
    const storm = new LogStorm(t, url, store, {
      events,
      seed,
      ...(isLarge ? { lasts: 10_000, faults: 12, rest: 500 } : { lasts: 700, faults: 4, rest: 50 }),
    })
    t.diagnostic(`QRGATE_TEST_SEED=${seed}`)
    await storm.rage()

    const rows = await allRows(store)
    storm.assertWritten(rows)
    for (const sightings of storm.sightings) sightings.assertAre(rows)
    assertSealed(rows)
    const { position, seal } = await store.log.head()
    assert.deepEqual([position, seal], [rows.length, rows.at(-1)?.seal])
    const nothing = { check: () => 'unknown' as const }
    const { faults, waiting } = await verifyLog({
      log: store.log,
      keys: nothing,
      outside: [],
      leastLife: 0,
      clock: () => 0,
    })
    assert.deepEqual({ faults, waiting }, { faults: [], waiting: 0 })
    assertOneHolder(storm.journal.lines())
    storm.assertOnlyExpectedErrors()

    const late = lateCommits(rows)
    // SQLite has one writer at a time: there, rows are in the order of their commits.
    if (engine === 'Postgres') assert.ok(late > 0, 'all committed in the order of their rows')
    t.diagnostic(JSON.stringify({ events: rows.length, late, ...storm.figures() }))
  })
}

async function allRows({ log }: Store): Promise<SealedRow[]> {
  const rows: SealedRow[] = []
  for (;;) {
    const more = await log.after(rows.length, 1_000)
    rows.push(...more)
    if (more.length < 1_000) return rows
  }
}

function assertSealed(rows: readonly SealedRow[]): void {
  let previous = firstSeal
  for (const [index, { position, digest, seal }] of rows.entries()) {
    assert.equal(position, index + 1)
    previous = logSeal(previous, position, digest)
    assert.equal(seal, previous, `position ${position}`)
  }
}

/** Events behind one with a later row number: a follower of row numbers would have lost them. */
function lateCommits(rows: readonly SealedRow[]): number {
  let highest = 0
  let late = 0
  for (const { row } of rows) {
    if (row < highest) late += 1
    highest = Math.max(highest, row)
  }
  return late
}
