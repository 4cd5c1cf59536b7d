import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { firstSeal, logDigest, logSeal } from '../../server/src/protocol/log-form.ts'
import { erased, eventToRow, logFromRow } from '../../server/src/store/sql/log-row.ts'
import { change, firstDay, sealAll, verified } from '../support/log-database.ts'
import {
  at,
  broken,
  brokenFromTo,
  bytes32,
  type Case,
  changed,
  type Engine,
  emptied,
  insert,
  late,
  missing,
  missingFromTo,
  moveUp,
  operators,
  otherwise,
  own,
  type Row,
  remove,
  set,
  swap,
  tamperedLogs,
  tests,
  unsaid,
  untold,
  visitors,
} from '../support/tampered-log.ts'

/* What somebody does to rows is found, and named by its position. */

const engines = await tamperedLogs()
const sqlite = engines[0] as Engine

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
  ['an erased row: the form of before', raw => set(raw, 4, { form: 0 }), [changed(4)]],
  [
    'an erased row: its digest, spelled otherwise',
    async raw => set(raw, 4, { digest: `${(await at(raw, 4)).digest}=` }),
    [changed(4)],
  ],
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

for (const engine of engines) {
  const { store, raw, restore } = engine
  const { check, checkAll, look } = tests(engine)

  check('a log that nobody has touched is whole', async () => {
    assert.deepEqual(await look(), {
      rows: 59,
      erased: 12,
      waiting: 0,
      checkpoints: 3,
      first: 1,
      last: { ...(await store.log.head()) },
      faults: [],
      doubts: [],
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

  check('two rows at one position are found', async () => {
    await sql`drop index log_position_key`.execute(raw)
    try {
      const row = eventToRow(change(late))
      const seal = logSeal((await at(raw, 29)).seal ?? '', 30, row.digest)
      await raw
        .insertInto('log')
        .values({ ...row, position: 30, seal })
        .execute()
      assert.deepEqual((await look()).faults, ['position 30 was inserted'])
    } finally {
      await restore()
      const unique = sql`create unique index log_position_key on log (position) where position is not null`
      await unique.execute(raw)
    }
  })
}

test('S132: SQLite: a position that is no number is found', async () => {
  const { raw, store, restore } = sqlite
  for (const odd of [22.5, 'somewhere']) {
    await restore()
    const { row } = await at(raw, operators)
    await sql`update log set position = ${sql.lit(odd)} where row = ${row}`.execute(raw)
    assert.deepEqual((await verified(store)).faults, [
      missing(operators),
      `row ${row}, which has no position, was changed`,
    ])
  }
})

test('SQLite: the bytes of a row, read with another salt as other fields, are another row', async () => {
  const { raw, store, restore } = sqlite
  await restore()
  const digestOf = ({ salt, ...row }: NewRow) =>
    logDigest(1, salt ?? '', logFromRow({ ...row, salt, row: 0, position: null, seal: null })) ?? ''
  // All that comes behind the salt of one row …
  const hidden = { ...eventToRow(change(late)), address: '', kiosk: 7, account: 'a' }
  const record = bytesOf(hidden)
  // … stands in the detail of another one, which a gate has sealed.
  const row = { ...eventToRow(change(late)), address: '', detail: record.toString() }
  const digest = digestOf(row)
  await raw
    .insertInto('log')
    .values({ ...row, digest })
    .execute()
  await sealAll(store)
  assert.deepEqual((await verified(store)).faults, [])

  const all = bytesOf(row)
  const before = all.subarray(0, all.length - record.length)
  const salt = Buffer.concat([Buffer.from(row.salt ?? '', 'base64url'), before])
  const other = { ...hidden, digest, salt: salt.toString('base64url') }
  assert.equal(digestOf(other), digest)
  await set(raw, 60, { ...other, position: 60, seal: (await at(raw, 60)).seal })
  assert.deepEqual((await verified(store)).faults, [changed(60)])
})

/** What the digest of a row is made of, but for the salt. */
type NewRow = ReturnType<typeof eventToRow>

function bytesOf(row: NewRow): Buffer {
  const who = [row.actor_kind, row.actor, row.address, row.subject_kind, row.subject]
  const fields = [row.form, row.at, row.event, ...who, row.kiosk, row.account, row.detail]
  const parts = fields.map(field => {
    const bytes = field === null ? Buffer.alloc(0) : Buffer.from(`${field}`)
    const length = Buffer.alloc(4, 0xff)
    if (field !== null) length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  })
  return Buffer.concat(parts)
}
