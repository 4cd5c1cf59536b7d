import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { keepLog } from '../../server/src/log/keep.ts'
import type { VerifyParts } from '../../server/src/log/verify.ts'
import type { LogEvent, LogEventName } from '../../server/src/protocol/log-event.ts'
import { logDigest } from '../../server/src/protocol/log-form.ts'
import { erased, eventToRow } from '../../server/src/store/sql/log-row.ts'
import type { Store } from '../../server/src/store/store.ts'
import {
  change,
  day,
  firstDay,
  keepAll,
  keysOf,
  logEngines,
  mixed,
  sealAll,
  secretKey,
  verified,
  visit,
} from '../support/log-database.ts'
import { hang } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'

/* A gate that nobody has touched is never accused, whatever it does meanwhile and whoever wrote the rows. */

const server = await PostgresServer.start({ after })
const engines = logEngines(server)

/** The same numbers below 1 at each run (xorshift32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** A log that lets something happen before each time that it is asked. */
function interrupted(log: VerifyParts['log'], happens: () => Promise<void>): VerifyParts['log'] {
  return {
    async after(...asked) {
      await happens()
      return log.after(...asked)
    },
    async checkpoints() {
      await happens()
      return log.checkpoints()
    },
    async head() {
      await happens()
      return log.head()
    },
    async waiting(...asked) {
      await happens()
      return log.waiting(...asked)
    },
  }
}

/** A gate that does one thing after the other, each of them by chance. Its days are short. */
async function busyGate({ log, leases }: Store, seed: number) {
  const chance = numbers(seed)
  const life = { days: 4, visitDays: 1 }
  const sealer = await leases.take('sealer', 'the only sealer', hang)
  const keeper = await leases.take('log keeper', 'the only keeper', hang)
  assert.ok(sealer && keeper)
  let now = firstDay
  const clock = () => now
  const parts = { log, keys: keysOf(secretKey), clock, life }
  const does = [
    () => log.add(mixed(now, 1 + Math.floor(chance() * 20))),
    // As a gate of the version before leaves them behind: no sooner sealed than to be erased.
    () => log.add([visit(now - 3 * day), visit(now - 3 * day, 1)]),
    () => log.seal(sealer, 1 + Math.floor(chance() * 30)),
    () => log.seal(sealer, 500),
    () => keepLog(parts, keeper),
    () => keepLog(parts, keeper),
    async () => {
      now += Math.floor(chance() * 8 * 3_600_000)
    },
  ]
  return {
    clock,
    leastLife: life.days * day,
    async happens() {
      for (let count = Math.floor(chance() * 5); count > 0; count -= 1) {
        await does[Math.floor(chance() * does.length)]?.()
      }
    },
  }
}

for (const [engine, open] of Object.entries(engines)) {
  test(`${engine}: a log is whole while a gate writes, seals, erases and removes`, async t => {
    const { store } = await open(t)
    const gate = await busyGate(store, 20_261_128)
    // More than one look takes in.
    for (let n = 0; n < 5; n += 1) await store.log.add(mixed(firstDay, 450))
    await sealAll(store)
    const log = interrupted(store.log, gate.happens)
    const seen = { erased: 0, begins: new Set<number>() }
    for (let look = 0; look < 30; look += 1) {
      const { clock, leastLife } = gate
      const found = await verified(store, { log, clock, leastLife })
      assert.deepEqual(found.faults, [])
      seen.erased = Math.max(seen.erased, found.erased)
      seen.begins.add(found.first)
      assert.ok(found.notes.every(note => note.endsWith('are being removed')))
    }
    assert.ok(seen.erased > 0 && seen.begins.size > 2, 'all of it has happened meanwhile')
  })

  test(`${engine}: what a newer gate writes is no fault`, async t => {
    const { store, raw } = await open(t)
    const { log } = store
    const later = firstDay + 3_600_000
    await raw.schema.alterTable('log').addColumn('reason', 'text').execute()
    await log.add(mixed(firstDay, 6))
    await log.add([{ ...change(later), event: 'visit.paused' as LogEventName }])
    await sealAll(store)
    const ofForm2 = (event: LogEvent) => ({ ...eventToRow(event), form: 2, digest: digestOfForm2 })
    await raw
      .insertInto('log')
      .values([ofForm2(visit(later)), ofForm2(change(later))])
      .execute()
    await sealAll(store)
    const found = await verified(store)
    assert.deepEqual(found.faults, [])
    assert.deepEqual(found.doubts, [
      'positions 8 to 9 are of form 2, of which this version knows only the seals',
    ])
    assert.equal(found.rows, 9)
  })

  test(`${engine}: a newer gate's word for an erasure and a checkpoint counts`, async t => {
    const { store, raw } = await open(t)
    await store.log.add(mixed(firstDay, 3))
    await sealAll(store)
    const { position, seal } = await store.log.head()
    const checkpoint = keysOf(secretKey).sign(position, seal, firstDay + day)
    await raw.updateTable('log').set(erased).where('position', '=', 1).execute()
    await raw
      .insertInto('log_checkpoints')
      .values({ ...checkpoint, purged_at: null })
      .execute()
    const own = (event: LogEventName, detail: LogEvent['detail'] & object): LogEvent => ({
      event,
      at: firstDay + day,
      actor: { kind: 'system', id: 'gate' },
      subject: { kind: 'log', id: '' },
      detail,
    })
    const told = [own('log.erased', { positions: '1' }), own('log.checkpoint', { ...checkpoint })]
    const rows = told.map(event => ({ ...eventToRow(event), form: 2, digest: digestOfForm2 }))
    await raw.insertInto('log').values(rows).execute()
    assert.deepEqual((await verified(store)).faults, [], 'not sealed yet')
    await sealAll(store)
    assert.deepEqual((await verified(store)).faults, [])
  })

  test(`${engine}: an older key that is accepted proves its checkpoints; one that is gone is noted`, async t => {
    const { store } = await open(t)
    for (const n of [0, 1, 2]) {
      await store.log.add(mixed(firstDay + n * day, 4))
      await sealAll(store)
      await keepAll(store, firstDay + (n + 1) * day)
    }
    const outside = await store.log.checkpoints()
    const rotated = keysOf('the key of the year after that one', secretKey)
    const accepted = await verified(store, { keys: rotated, outside })
    assert.deepEqual([accepted.checkpoints, accepted.faults, accepted.notes], [3, [], []])
    const gone = await verified(store, {
      keys: keysOf('the key of the year after that one'),
      outside,
    })
    assert.deepEqual(gone.faults, [])
    const whose = ["the gate's own", 'the given']
    assert.deepEqual(
      gone.doubts,
      whose.flatMap(whose =>
        outside.map(
          ({ position }) =>
            `${whose} checkpoint at position ${position} was signed with a key that is not here`,
        ),
      ),
    )
  })

  test(`${engine}: whatever stands in a row's detail, it does no more than tell nothing`, async t => {
    const { store, raw } = await open(t)
    await store.log.add([visit(firstDay)])
    const details = ['', 'no JSON', '[]', '7', 'null', '"x"', '{"positions":7}', '{"through":"x"}']
    const odd = ['{"positions":"x,1-,-1,2-1,1e9"}', '{"position":1,"seal":1}', '{"through":{}}']
    const types = [
      { position: 1, seal: 1, at: 1, key: 1, signature: 1 },
      { position: '1', seal: '', at: 1, key: '', signature: '' },
      { position: 1, seal: '', at: null, key: '', signature: '' },
    ]
    for (const detail of [...details, ...odd, ...types.map(type => JSON.stringify(type))]) {
      for (const event of ['log.erased', 'log.purged', 'log.checkpoint'] as const) {
        const row = { ...eventToRow({ ...change(firstDay), event }), detail }
        const fields = { ...row, actorKind: row.actor_kind, subjectKind: row.subject_kind }
        const digest = logDigest(1, row.salt ?? '', fields)
        await raw
          .insertInto('log')
          .values({ ...row, digest: digest ?? '' })
          .execute()
      }
    }
    const looks = async () => (await verified(store)).faults
    assert.deepEqual(await looks(), [])
    await sealAll(store)
    assert.deepEqual(await looks(), [])
    // The first row is no erased one, whatever they say.
    await raw.updateTable('log').set(erased).where('position', '=', 1).execute()
    assert.deepEqual(await looks(), ['position 1 was emptied, and no erasure in the log says so'])
  })
}

/** Nobody here can tell what it was made of. */
const digestOfForm2 = Buffer.alloc(32, 2).toString('base64url')
