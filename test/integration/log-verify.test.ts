import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { VerifyParts } from '../../server/src/log/verify.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { firstSeal, logDigest, logSeal } from '../../server/src/protocol/log-form.ts'
import { erased, eventToRow, logFromRow } from '../../server/src/store/sql/log-row.ts'
import type { LogTable, Tables } from '../../server/src/store/sql/tables.ts'
import {
  change,
  day,
  firstDay,
  keepAll,
  keepCopy,
  keysOf,
  type LogDatabase,
  mixed,
  openPostgresLog,
  openSqliteLog,
  sealAll,
  verified,
} from '../support/log-database.ts'
import { PostgresServer } from '../support/postgres.ts'

/*
 * The log that is tampered with: 59 events in three segments and a tail. Visitors' events of the
 * first segment are erased. Every third event is an operator's.
 *
 *    1-18  events   19  checkpoint of 18
 *   20-37  events   38  checkpoint of 37   39  the erasure of 1-2, 4-5 … 16-17
 *   40-53  events   54  checkpoint of 53
 *   55-59  events
 */
const emptied = [1, 4, 7, 10, 13, 16].map(from => `positions ${from} to ${from + 1}`)
const visitors = 20
const operators = 22

const asked = firstDay + 94 * day

async function fill({ store }: LogDatabase): Promise<void> {
  const { log } = store
  await log.add(mixed(firstDay, 18))
  await sealAll(store)
  await keepAll(store, firstDay + day)
  await log.add(mixed(firstDay + 50 * day, 18))
  await sealAll(store)
  await keepAll(store, firstDay + 51 * day)
  await keepAll(store, firstDay + 92 * day)
  await log.add(mixed(firstDay + 92 * day, 14))
  await sealAll(store)
  await keepAll(store, firstDay + 93 * day)
  await log.add(mixed(firstDay + 93 * day, 5))
  await sealAll(store)
}

type Raw = Kysely<Tables>
type Row = Partial<Selectable<LogTable>>

const set = (raw: Raw, position: number, row: Row) =>
  raw.updateTable('log').set(row).where('position', '=', position).execute()

async function at(raw: Raw, position: number) {
  return raw
    .selectFrom('log')
    .selectAll()
    .where('position', '=', position)
    .executeTakeFirstOrThrow()
}

const remove = (raw: Raw, from: number, to = from) =>
  raw.deleteFrom('log').where('position', '>=', from).where('position', '<=', to).execute()

const insert = (raw: Raw, event: LogEvent, row: Row) =>
  raw
    .insertInto('log')
    .values({ ...eventToRow(event), ...row })
    .execute()

/** Two rows at each other's positions; a position is unique at every moment. */
async function swap(raw: Raw, one: number, other: number, rest: 'seals too' | 'seals stay') {
  const [first, second] = [await at(raw, one), await at(raw, other)]
  const seals = rest === 'seals stay'
  await set(raw, one, { position: -1 })
  await set(raw, other, { position: one, ...(seals && { seal: first.seal }) })
  await set(raw, -1, { position: other, ...(seals && { seal: second.seal }) })
}

/** Makes room at a position, as if there had always been something. */
async function moveUp(raw: Raw, from: number) {
  await sql`update log set position = -position where position >= ${from}`.execute(raw)
  await sql`update log set position = 1 - position where position < 0`.execute(raw)
  await sql`update log_head set position = position + 1`.execute(raw)
}

/** All that somebody can make anew who knows the form of digests and seals: every seal, and the head. */
async function sealAnew(raw: Raw) {
  let seal = firstSeal
  let position = 0
  for (const row of await raw.selectFrom('log').selectAll().orderBy('position').execute()) {
    position = row.position ?? 0
    const { salt, form } = row
    const digest = (salt !== null && logDigest(form, salt, logFromRow(row))) || row.digest
    seal = logSeal(seal, position, digest)
    await set(raw, position, { digest, seal })
  }
  await raw.updateTable('log_head').set({ position, seal }).execute()
}

/** What was changed, and all the faults that must be found. */
type Case = [
  name: string,
  tamper: (raw: Raw) => Promise<unknown>,
  faults: string[],
  notes?: string[],
]

const changed = (position: number) => `position ${position} was changed after it was written`
const broken = (position: number) =>
  `position ${position} does not continue the one before: changed, inserted or out of order`
const brokenFromTo = (from: number, to: number) =>
  `positions ${from} to ${to} do not continue the ones before: changed, inserted or out of order`
const missing = (position: number) => `position ${position} is missing`
const missingFromTo = (from: number, to: number) => `positions ${from} to ${to} are missing`
const own = (position: number) => `the gate's own checkpoint at position ${position}`
const untold = (position: number) => `${own(position)} is not the one of which the log tells`
const unsigned = (position: number) => `${own(position)} has a wrong signature`
const otherwise = 'says otherwise: what stands up to there was written anew'
const notHere = 'was signed with a key that is not here'

const bytes32 = Buffer.alloc(32, 7).toString('base64url')

/** Another value for each column that has to fit the digest. */
const fields: Row[] = [
  { at: 1 },
  { at: null },
  { event: 'account.enabled' },
  { event: null },
  { actor_kind: 'system' },
  { actor_kind: null },
  { actor: 'shell:somebody-else' },
  { actor: '' },
  { actor: null },
  { address: '203.0.113.8' },
  { address: '' },
  { subject_kind: 'log' },
  { subject_kind: null },
  { subject: '1' },
  { subject: null },
  { kiosk: 999 },
  { kiosk: 0 },
  { account: 'somebody else' },
  { account: '' },
  { detail: '{}' },
  { detail: '' },
  { detail: null },
  { salt: Buffer.alloc(16, 7).toString('base64url') },
  { salt: '' },
]
const named = (row: Row) => JSON.stringify(row)

const columns: Case[] = [
  ...fields.flatMap((row): Case[] => [
    [`an operator's row: ${named(row)}`, raw => set(raw, operators, row), [changed(operators)]],
    [`a visitor's row: ${named(row)}`, raw => set(raw, visitors, row), [changed(visitors)]],
  ]),
  // What is left of an erased row is nothing.
  ...fields
    .filter(row => !Object.values(row).includes(null))
    .map((row): Case => [`an erased row: ${named(row)}`, raw => set(raw, 4, row), [changed(4)]]),
  ['an erased row: visitors', raw => set(raw, 4, { visitors: 1 }), [changed(4)]],
  [
    'a visitor’s row is no visitor’s any more',
    raw => set(raw, visitors, { visitors: null }),
    [changed(visitors)],
  ],
  [
    'an operator’s row is a visitor’s',
    raw => set(raw, operators, { visitors: 1 }),
    [changed(operators)],
  ],
  ['the salt alone goes', raw => set(raw, operators, { salt: null }), [changed(operators)]],
  [
    'the salt, spelled otherwise',
    async raw => set(raw, operators, { salt: `${(await at(raw, operators)).salt}=` }),
    [changed(operators)],
  ],
  ['the form of before', raw => set(raw, operators, { form: 0 }), [changed(operators)]],
  [
    'the form of a newer gate',
    raw => set(raw, operators, { form: 2 }),
    [changed(operators)],
    [`position ${operators} is of form 2, of which this version knows only the seals`],
  ],
  [
    'digest',
    raw => set(raw, operators, { digest: bytes32 }),
    [changed(operators), broken(operators)],
  ],
  [
    'a digest, spelled otherwise',
    async raw => set(raw, operators, { digest: `${(await at(raw, operators)).digest}=` }),
    [changed(operators)],
  ],
  ['the digest of an erased row', raw => set(raw, 4, { digest: bytes32 }), [broken(4)]],
  ['seal', raw => set(raw, operators, { seal: bytes32 }), [broken(operators)]],
  ['no seal', raw => set(raw, operators, { seal: null }), [broken(operators)]],
  ['the first seal', raw => set(raw, 1, { seal: bytes32 }), [broken(1)]],
  [
    'the last seal',
    raw => set(raw, 59, { seal: bytes32 }),
    [broken(59), 'position 59 has another seal than a gate gave last'],
  ],
  [
    'the seal at a checkpoint',
    raw => set(raw, 37, { seal: bytes32 }),
    [broken(37), `${own(37)} ${otherwise}`],
  ],
  ['no position', raw => set(raw, operators, { position: null }), [missing(operators)]],
  [
    'the last position',
    raw => set(raw, 59, { position: 60 }),
    [missing(59), 'position 60 was not sealed by a gate'],
  ],
  [
    'a position far off',
    raw => set(raw, operators, { position: 1_000 }),
    [missing(operators), missingFromTo(60, 999), 'position 1000 was not sealed by a gate'],
  ],
  [
    'the first position',
    raw => set(raw, 1, { position: 0 }),
    [missing(1), 'position 0 was inserted'],
  ],
]

const removed: Case[] = [
  ['the first row', raw => remove(raw, 1), [missing(1)]],
  ['one in the middle', raw => remove(raw, 30), [missing(30)]],
  ['an erased one', raw => remove(raw, 4), [missing(4)]],
  ['the one of a checkpoint', raw => remove(raw, 37), [missing(37)]],
  [
    'the one behind a checkpoint, which tells of it',
    raw => remove(raw, 38),
    [missing(38), untold(37)],
  ],
  ['the last one', raw => remove(raw, 59), [missing(59)]],
  ['all behind a position', raw => remove(raw, 41, 59), [missingFromTo(41, 59), untold(53)]],
  [
    'all behind a position, and the head says so',
    async raw => {
      await remove(raw, 41, 59)
      await raw
        .updateTable('log_head')
        .set({ position: 40, seal: (await at(raw, 40)).seal ?? '' })
        .execute()
    },
    [missingFromTo(41, 53), untold(53)],
  ],
  ['all of a segment', raw => remove(raw, 1, 18), [missingFromTo(1, 18)]],
  [
    'all rows',
    raw => remove(raw, 1, 59),
    [missingFromTo(1, 59), untold(18), untold(37), untold(53)],
  ],
  [
    'all rows, and the head is that of a new log',
    async raw => {
      await remove(raw, 1, 59)
      await raw.updateTable('log_head').set({ position: 0, seal: firstSeal }).execute()
    },
    [missingFromTo(1, 53), untold(18), untold(37), untold(53)],
  ],
  ['the erasure', raw => remove(raw, 39), [missing(39), ...emptied.map(unsaid)]],
  [
    'the head',
    raw => raw.deleteFrom('log_head').execute(),
    ['positions 1 to 59 were not sealed by a gate'],
  ],
]

function unsaid(positions: string): string {
  return `${positions} ${positions.includes('to') ? 'were' : 'was'} emptied, and no erasure in the log says so`
}

const late = firstDay + 93 * day
const inserted: Case[] = [
  [
    'in the middle, all others one further',
    async raw => {
      await moveUp(raw, 30)
      await insert(raw, change(late), { position: 30, seal: bytes32 })
    },
    [brokenFromTo(30, 60), `${own(37)} ${otherwise}`, `${own(53)} ${otherwise}`],
  ],
  [
    'in the middle with the seal that its place asks for, all others one further',
    async raw => {
      const { seal } = await at(raw, 29)
      await moveUp(raw, 30)
      const row = eventToRow(change(late))
      const good = logSeal(seal ?? '', 30, row.digest)
      await raw
        .insertInto('log')
        .values({ ...row, position: 30, seal: good })
        .execute()
    },
    [brokenFromTo(31, 60), `${own(37)} ${otherwise}`, `${own(53)} ${otherwise}`],
  ],
  [
    'at the end with a false seal',
    raw => insert(raw, change(late), { position: 60, seal: bytes32 }),
    ['position 60 was not sealed by a gate'],
  ],
  [
    'at the end with the right seal, but by no gate',
    async raw => {
      const row = eventToRow(change(late))
      const seal = logSeal((await at(raw, 59)).seal ?? '', 60, row.digest)
      await raw
        .insertInto('log')
        .values({ ...row, position: 60, seal })
        .execute()
    },
    ['position 60 was not sealed by a gate'],
  ],
  [
    'at the end with a false seal, and the head says so',
    async raw => {
      await insert(raw, change(late), { position: 60, seal: bytes32 })
      await raw.updateTable('log_head').set({ position: 60, seal: bytes32 }).execute()
    },
    [broken(60)],
  ],
  [
    'before the first',
    raw => insert(raw, change(firstDay), { position: 0, seal: bytes32 }),
    ['position 0 was inserted'],
  ],
  [
    'far before the first',
    async raw => {
      await insert(raw, change(firstDay), { position: -7, seal: bytes32 })
      await insert(raw, change(firstDay), { position: -6, seal: bytes32 })
    },
    ['positions -7 to -6 were inserted'],
  ],
]

const outOfOrder: Case[] = [
  ['neighbours', raw => swap(raw, 30, 31, 'seals too'), [brokenFromTo(30, 32)]],
  [
    'neighbours, seals in their places',
    raw => swap(raw, 30, 31, 'seals stay'),
    [brokenFromTo(30, 31)],
  ],
  [
    'distant ones',
    raw => swap(raw, 25, 45, 'seals too'),
    [brokenFromTo(25, 26), brokenFromTo(45, 46)],
  ],
  [
    'distant ones, seals in their places',
    raw => swap(raw, 25, 45, 'seals stay'),
    [broken(25), broken(45)],
  ],
]

const empty: Case[] = [
  ['an operator’s row', raw => set(raw, operators, erased), [unsaid(`position ${operators}`)]],
  [
    'a visitor’s row before its time',
    raw => set(raw, visitors, erased),
    [unsaid(`position ${visitors}`)],
  ],
  [
    'the erasure itself',
    raw => set(raw, 39, erased),
    [...emptied.map(unsaid).toSpliced(6, 0, unsaid('position 39'))],
  ],
  ['a checkpoint’s event', raw => set(raw, 38, erased), [unsaid('position 38'), untold(37)]],
]

const setCheckpoint = (raw: Raw, position: number, row: Partial<Tables['log_checkpoints']>) =>
  raw.updateTable('log_checkpoints').set(row).where('position', '=', position).execute()

const thief = keysOf('the key of somebody who has no key of this gate')

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
      const removal: LogEvent = { ...purged(37), at: purgedAt }
      await insert(raw, removal, {})
      await setCheckpoint(raw, 37, { purged_at: purgedAt })
      await remove(raw, 1, 37)
    },
    [early],
  ],
  [
    'only marked',
    raw => setCheckpoint(raw, 37, { purged_at: asked }),
    [early, unsaidRemoval],
    ['positions up to 37 are being removed'],
  ],
]

function purged(through: number): LogEvent {
  return {
    event: 'log.purged',
    at: asked,
    actor: { kind: 'system', id: 'gate' },
    subject: { kind: 'log', id: '' },
    detail: { through },
  }
}

const server = await PostgresServer.start({ after })
const engines = await Promise.all(
  Object.entries({
    SQLite: await openSqliteLog({ after }),
    Postgres: await openPostgresLog({ after }, server),
  }).map(async ([engine, database]) => {
    await fill(database)
    return { engine, ...database, restore: await keepCopy(database) }
  }),
)

for (const { engine, store, raw, restore } of engines) {
  const look = (parts: Partial<VerifyParts> = {}) => verified(store, { now: asked, ...parts })

  /** A test on a copy of the log. */
  const check = (sentence: string, body: () => Promise<void>) =>
    test(`${engine}: ${sentence}`, async () => {
      await restore()
      await body()
    })

  const checkAll = (sentence: string, cases: readonly Case[]) =>
    test(`${engine}: ${sentence}`, async t => {
      for (const [name, tamper, faults, notes = []] of cases) {
        await t.test(name, async () => {
          await restore()
          await tamper(raw)
          const found = await look()
          assert.deepEqual(found.faults, faults)
          assert.deepEqual(found.notes, notes)
        })
      }
    })

  check('a log that nobody has touched is whole', async () => {
    assert.deepEqual(await look(), {
      rows: 59,
      erased: 12,
      waiting: 0,
      checkpoints: 3,
      first: 1,
      last: { ...(await store.log.head()) },
      faults: [],
      notes: [],
    })
    const kept = await store.log.checkpoints()
    assert.deepEqual(
      kept.map(({ position }) => position),
      [18, 37, 53],
    )
  })

  checkAll('a column that was changed is found', columns)
  checkAll('a row that was removed is found', removed)
  checkAll('a row that was inserted is found', inserted)
  checkAll('rows that were swapped are found', outOfOrder)
  checkAll('a row that was emptied is found', empty)
  checkAll('a checkpoint that was changed, removed or forged is found', checkpoints)
  checkAll('a segment that was given up before its time is found', givenUp)

  check(
    'a row of before its seal that does not fit its digest is found, then and later',
    async () => {
      await store.log.add([change(late, 1)])
      await raw.updateTable('log').set({ kiosk: 999 }).where('position', 'is', null).execute()
      const { row } = await raw
        .selectFrom('log')
        .select('row')
        .where('position', 'is', null)
        .executeTakeFirstOrThrow()
      assert.deepEqual((await look()).faults, [`row ${row}, which has no position, was changed`])
      assert.equal((await look()).waiting, 1)
      assert.equal(await sealAll(store), 60)
      assert.deepEqual((await look()).faults, [changed(60)])
    },
  )

  check('a row that a gate has sealed again at the end is missing in its place', async () => {
    await set(raw, operators, { position: null, seal: null })
    assert.equal(await sealAll(store), 60)
    assert.deepEqual((await look()).faults, [missing(operators)])
  })

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
        found.notes,
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
      const row = eventToRow({ ...purged(1_000), at: since })
      const begin = thief.sign(1_000, bytes32, long)
      for (const table of ['log', 'log_checkpoints'] as const) await raw.deleteFrom(table).execute()
      await raw
        .insertInto('log_checkpoints')
        .values({ ...begin, purged_at: since })
        .execute()
      const told = eventToRow({ ...purged(1_000), event: 'log.checkpoint', detail: { ...begin } })
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
      assert.deepEqual(found.notes, [`${own(1_000)} ${notHere}`])
      assert.deepEqual(
        (await look({ outside })).faults,
        [18, 37, 53].map(position => `${given(position)} is not among the gate's own`),
      )
    },
  )

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

const given = (position: number) => `the given checkpoint at position ${position}`

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
