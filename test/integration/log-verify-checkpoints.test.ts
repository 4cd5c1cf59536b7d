import assert from 'node:assert/strict'
import { sql } from 'kysely'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { firstSeal, logSeal } from '../../server/src/protocol/log-form.ts'
import { erased, eventToRow } from '../../server/src/store/sql/log-row.ts'
import { change, day, firstDay, keepAll, keepCopy } from '../support/log-database.ts'
import {
  asked,
  at,
  bytes32,
  type Case,
  emptied,
  given,
  insert,
  late,
  logOfLog,
  missing,
  missingFromTo,
  notHere,
  otherwise,
  own,
  type Raw,
  remove,
  sealAnew,
  set,
  setCheckpoint,
  tamperedLogs,
  tests,
  thief,
  unsaid,
  unsigned,
  untold,
} from '../support/tampered-log.ts'

/* Who makes seals anew is found by checkpoints, and who touches those by what else tells of them. */

const checkpoints: Case[] = [
  ['its seal', raw => setCheckpoint(raw, 37, { seal: bytes32 }), [untold(37), unsigned(37)]],
  [
    'its time',
    raw => setCheckpoint(raw, 37, { at: firstDay + 60 * day }),
    [untold(37), unsigned(37)],
  ],
  [
    'its key',
    raw => setCheckpoint(raw, 37, { key: bytes32 }),
    [untold(37)],
    [`${own(37)} ${notHere}`],
  ],
  [
    'its signature',
    raw => setCheckpoint(raw, 37, { signature: bytes32 }),
    [untold(37), unsigned(37)],
  ],
  [
    'its position',
    raw => setCheckpoint(raw, 37, { position: 36 }),
    [untold(36), unsigned(36), `${own(37)} is gone`],
  ],
  [
    'it is gone',
    raw => raw.deleteFrom('log_checkpoints').where('position', '=', 37).execute(),
    [`${own(37)} is gone`],
  ],
  [
    'all are gone',
    raw => raw.deleteFrom('log_checkpoints').execute(),
    [18, 37, 53].map(position => `${own(position)} is gone`),
  ],
  [
    'one that no gate has made',
    async raw => {
      const { seal } = await at(raw, 45)
      const forged = thief.sign(45, seal ?? '', firstDay + 92 * day)
      await raw
        .insertInto('log_checkpoints')
        .values({ ...forged, purged_at: null })
        .execute()
    },
    [untold(45)],
    [`${own(45)} ${notHere}`],
  ],
  [
    'one that is younger than the next',
    async raw => {
      const forged = thief.sign(45, bytes32, firstDay + 94 * day)
      await raw
        .insertInto('log_checkpoints')
        .values({ ...forged, purged_at: null })
        .execute()
    },
    [untold(45), `${own(45)} ${otherwise}`, `${own(53)} is older than the one before`],
    [`${own(45)} ${notHere}`],
  ],
]

const secondTold: Case[] = [
  [
    'of a checkpoint that there is',
    async raw => {
      const { purged_at: _, ...second } = await raw
        .selectFrom('log_checkpoints')
        .selectAll()
        .where('position', '=', 37)
        .executeTakeFirstOrThrow()
      await insert(raw, logOfLog('log.checkpoint', { ...second, seal: bytes32 }), {})
    },
    [untold(37)],
  ],
  [
    'of a checkpoint that there is not',
    raw => {
      const forged = thief.sign(45, bytes32, late)
      return insert(raw, logOfLog('log.checkpoint', { ...forged }), {})
    },
    [`${own(45)} is gone`],
  ],
]

const early = 'positions up to 37 are gone before their time'
const unsaidRemoval = 'positions up to 37 are gone, and no removal in the log says so'
const year = 365 * day
/** When the second checkpoint was made. */
const secondAt = firstDay + 51 * day

const givenUp: Case[] = [
  [
    'at once',
    async raw => {
      await setCheckpoint(raw, 37, { purged_at: asked })
      await remove(raw, 1, 37)
    },
    [early, unsaidRemoval],
  ],
  [
    'at once, and the mark lies in the future',
    async raw => {
      await setCheckpoint(raw, 37, { purged_at: secondAt + 2 * year })
      await remove(raw, 1, 37)
    },
    [early, unsaidRemoval],
  ],
  [
    'at once, and a removal that lies in the future is told',
    async raw => {
      const purgedAt = secondAt + 2 * year
      const removal: LogEvent = { ...logOfLog('log.purged', { through: 37 }), at: purgedAt }
      await insert(raw, removal, {})
      await setCheckpoint(raw, 37, { purged_at: purgedAt })
      await remove(raw, 1, 37)
    },
    [early],
  ],
  [
    'at once, and the removal of another one is told',
    async raw => {
      await insert(raw, logOfLog('log.purged', { through: 18 }), {})
      await setCheckpoint(raw, 37, { purged_at: asked })
      await remove(raw, 1, 37)
    },
    [early, unsaidRemoval],
  ],
  [
    'only marked',
    raw => setCheckpoint(raw, 37, { purged_at: asked }),
    [early, unsaidRemoval],
    ['positions up to 37 are being removed'],
  ],
]

for (const engine of await tamperedLogs()) {
  const { store, raw } = engine
  const { check, checkAll, look } = tests(engine)

  checkAll('a checkpoint that was changed, removed or forged is found', checkpoints)
  checkAll('a row that tells of a checkpoint as if a gate had written it is found', secondTold)
  checkAll('a segment that was given up before its time is found', givenUp)

  check('a chain that was made anew is found by the checkpoints in it', async () => {
    await set(raw, 25, { account: 'somebody else' })
    await sealAnew(raw)
    const ofCheckpoints = [`${own(37)} ${otherwise}`, `${own(53)} ${otherwise}`]
    assert.deepEqual((await look()).faults, ofCheckpoints)
  })

  check('a row that was removed before all was made anew is found all the same', async () => {
    await remove(raw, 25)
    await sql`update log set position = -position where position > 25`.execute(raw)
    await sql`update log set position = -1 - position where position < 0`.execute(raw)
    await sealAnew(raw)
    const found = await look()
    // The rows that tell of checkpoints and erasures stand elsewhere now.
    assert.deepEqual(found.faults, [`${own(37)} ${otherwise}`, `${own(53)} ${otherwise}`])
  })

  check('an operator’s row that was emptied before all was made anew is found', async () => {
    await set(raw, 40 + 2, erased)
    await sealAnew(raw)
    // Its digest is as before, so that no seal is another one.
    assert.deepEqual((await look()).faults, [unsaid('position 42')])
  })

  check(
    'what was made anew with checkpoints of another key is found by those outside',
    async () => {
      const outside = await store.log.checkpoints()
      await set(raw, 25, { account: 'somebody else' })
      await signAnew(raw)
      const found = await look()
      assert.deepEqual(found.faults, [])
      assert.deepEqual(
        found.doubts,
        [18, 37, 53].map(position => `${own(position)} ${notHere}`),
      )
      assert.deepEqual((await look({ outside })).faults, [
        `${given(37)} ${otherwise}`,
        `${given(53)} ${otherwise}`,
      ])
    },
  )

  check('a log that ends before a checkpoint that somebody outside has is found', async () => {
    const outside = await store.log.checkpoints()
    await remove(raw, 39, 59)
    const { seal } = await at(raw, 38)
    await raw
      .updateTable('log_head')
      .set({ position: 38, seal: seal ?? '' })
      .execute()
    await raw.deleteFrom('log_checkpoints').where('position', '>', 38).execute()
    assert.deepEqual((await look()).faults, emptied.map(unsaid))
    assert.deepEqual((await look({ outside })).faults, [
      missingFromTo(39, 53),
      ...emptied.map(unsaid),
    ])
  })

  check('a log that begins anew is found by a checkpoint outside', async () => {
    const outside = await store.log.checkpoints()
    for (const table of ['log', 'log_checkpoints', 'log_cursors'] as const) {
      await raw.deleteFrom(table).execute()
    }
    await raw.updateTable('log_head').set({ position: 0, seal: firstSeal }).execute()
    assert.deepEqual((await look()).faults, [])
    assert.deepEqual((await look({ outside })).faults, [missingFromTo(1, 53)])
  })

  check(
    'who lets the log begin behind what he hides is found by a checkpoint outside',
    async () => {
      const outside = await store.log.checkpoints()
      // All fits together: a removal of long ago, told by a row of its own.
      const [long, since] = [firstDay - 2 * year, firstDay - year]
      const row = eventToRow({ ...logOfLog('log.purged', { through: 1_000 }), at: since })
      const begin = thief.sign(1_000, bytes32, long)
      for (const table of ['log', 'log_checkpoints'] as const) await raw.deleteFrom(table).execute()
      await raw
        .insertInto('log_checkpoints')
        .values({ ...begin, purged_at: since })
        .execute()
      const told = eventToRow(logOfLog('log.checkpoint', { ...begin }))
      await raw
        .insertInto('log')
        .values([
          { ...row, position: 1_001 },
          { ...told, position: 1_002 },
        ])
        .execute()
      const first = logSeal(bytes32, 1_001, row.digest)
      await set(raw, 1_001, { seal: first })
      const seal = logSeal(first, 1_002, told.digest)
      await set(raw, 1_002, { seal })
      await raw.updateTable('log_head').set({ position: 1_002, seal }).execute()
      const found = await look()
      assert.deepEqual(found.faults, [])
      assert.ok(found.doubts.includes(`${own(1_000)} ${notHere}`))
      assert.deepEqual(
        (await look({ outside })).faults,
        [18, 37, 53].map(position => `${given(position)} is not among the gate's own`),
      )
    },
  )

  check('what is changed around a segment that was given up is found', async () => {
    const outside = await store.log.checkpoints()
    // The second checkpoint is old enough: its segment goes, and the first one with it.
    const clock = () => secondAt + 801 * day
    await keepAll(store, clock())
    const whole = await look({ clock, outside })
    assert.deepEqual([whole.faults, whole.notes, whole.first], [[], [], 38])
    const restoreAll = await keepCopy({ raw }, 'purged')

    const [first, begin] = outside
    assert.ok(first && begin)
    const forged = [first, begin].map(({ position, at }) => thief.sign(position, bytes32, at))
    assert.deepEqual((await look({ clock, outside: forged })).faults, [
      `${given(18)} is not among the gate's own`,
      `${given(37)} ${otherwise}`,
    ])
    await setCheckpoint(raw, 37, { purged_at: clock() - day })
    assert.deepEqual((await look({ clock })).faults, [unsaidRemoval])
    await restoreAll()
    await setCheckpoint(raw, 37, { purged_at: null })
    assert.deepEqual((await look({ clock })).faults.slice(0, 1), [missingFromTo(19, 37)])
    await restoreAll()
    await set(raw, 38, erased)
    assert.deepEqual((await look({ clock })).faults, [unsaid('position 38'), untold(37)])
    await restoreAll()
    await remove(raw, 38)
    assert.deepEqual((await look({ clock })).faults, [missing(38), untold(37)])
    await restoreAll()
    await insert(raw, change(late), { position: 0, seal: bytes32 })
    assert.deepEqual((await look({ clock })).faults, ['position 0 was inserted'])
  })

  check('a given checkpoint that was changed is found', async () => {
    const [first, second, third] = await store.log.checkpoints()
    assert.ok(first && second && third)
    const outside = [first, { ...second, seal: bytes32 }, { ...third, at: 1 }]
    assert.deepEqual((await look({ outside })).faults, [
      `${given(37)} has a wrong signature`,
      `${given(53)} has a wrong signature`,
    ])
  })
}

/** The same as {@link sealAnew} by somebody who also makes checkpoints, and what tells of them, anew. */
async function signAnew(raw: Raw) {
  await sealAnew(raw)
  for (const { position, at: time } of await raw
    .selectFrom('log_checkpoints')
    .selectAll()
    .execute()) {
    const forged = thief.sign(position, (await at(raw, position)).seal ?? '', time)
    await setCheckpoint(raw, position, forged)
    const told = await raw
      .selectFrom('log')
      .select('position')
      .where('event', '=', 'log.checkpoint')
      .where('detail', 'like', `{"position":${position},%`)
      .executeTakeFirstOrThrow()
    await set(raw, told.position ?? 0, { detail: JSON.stringify(forged) })
    await sealAnew(raw)
  }
}
