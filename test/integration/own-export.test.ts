import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import pg from 'pg'
import { createOwnExport } from '../../server/src/signin/own-export.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { account } from '../conformance/rows.ts'
import { temporaryFolder } from '../support/gate.ts'
import { PostgresServer } from '../support/postgres.ts'

const postgres = await PostgresServer.start({ after })

/** Leaves, as a reader of the export finds them. */
type Leaf = string | number | boolean
type Value = string | number | null
type Row = Record<string, Value>

/** What stands in a column, and what the export makes of it: by itself, the same. */
class Told {
  readonly value: Value
  readonly leaves: readonly Leaf[]

  constructor(value: Value, leaves: readonly Leaf[]) {
    this.value = value
    this.leaves = leaves
  }
}

/** Why a column of a person's row is not in their export. */
class Kept {
  readonly value: Value
  readonly why: string

  constructor(value: Value, why: string) {
    this.value = value
    this.why = why
  }
}

const told = (value: string | number) => new Told(value, [value])
const words = (...all: string[]) => new Told(all.join(' '), all)
const json = (value: object) => new Told(JSON.stringify(value), leavesOf(value))
const kept = (value: Value, why: string) => new Kept(value, why)

const recognised = 'a means of recognition, or the hash of one'
const theKey = 'the key inside the gate, which means nothing outside of it'
const clockwork = 'how the gate goes on, which follows from what is told'
const others = 'it may be somebody else'

/**
 * One person's row in each table that has any, each value one that stands nowhere else. Whatever a migration
 * adds must be put here: told, or kept and why.
 */
function rowsOf(who: 'Kim' | 'Lee') {
  let times = who === 'Kim' ? 1_700_000_000_000 : 1_710_000_000_000
  const time = () => {
    times += 1_234_567
    return new Told(times, [new Date(times).toISOString()])
  }
  const own = (what: string) => told(`${what} of ${who}`)
  const hidden = (what: string, why = recognised) => kept(`${what} of ${who}`, why)
  const count = (why = clockwork) => {
    times += 1_234_567
    return kept(times % 2_000_000_000, why)
  }
  const key = kept(`key of ${who}`, theKey)
  const kiosk = told(who === 'Kim' ? 4_711 : 4_712)
  const inBoth = (what: string) => ({ ko: `${what} ${who} 한국어`, en: `${what} ${who} English` })
  return {
    accounts: {
      key,
      id: own('id'),
      id_key: hidden('id key', 'the id, as it is compared'),
      id_skeleton: hidden('id skeleton', 'the id, as it looks'),
      name: own('name'),
      password_hash: hidden('password hash'),
      epoch: count(),
      recovery_hash: hidden('recovery hash'),
      recovery_expires_at: time(),
      consent_version: own('consent'),
      consented_at: time(),
      subject_seed: hidden('subject seed'),
      external_id: own('external id'),
      disabled_at: kept(null, 'nobody whose account is disabled has an export'),
      removed_at: kept(null, 'nothing is left then'),
      delete_at: kept(null, 'it is disabled then'),
      created_at: time(),
    },
    sign_ins: {
      id: own('sign-in'),
      kiosk,
      claimable: kept(1, 'what kind of kiosk it was'),
      state: told('denied'),
      reason: own('why it ended'),
      seq: count(),
      deadline: kept(null, clockwork),
      phone_hash: hidden('phone hash'),
      phone_kind: own('kind of phone'),
      account: key,
      epoch: count(),
      amr: words(`pwd-${who}`, `otp-${who}`),
      proven_at: time(),
      approved_at: time(),
      claimed_at: time(),
      client: own('client'),
      claims: words('masked_name'),
      left_by: kept('kiosk', clockwork),
      stay_until: count(),
      extended_at: time(),
      disowned_at: time(),
      hand_off: own('hand-off that stands'),
      updated_at: time(),
      changed_at: count('when it was updated, by another clock'),
    },
    hand_offs: {
      id: own('hand-off'),
      sign_in: own('sign-in of the hand-off'),
      client: own('client of the hand-off'),
      kiosk,
      account: key,
      claims: words('external_id'),
      service: json({ id: `exam-${who}`, name: inBoth('service'), icon: 'doctor' }),
      language: told('ko'),
      state: told('no_show'),
      reason: own('why it was cancelled'),
      seq: count(),
      ticket: json({ number: `A-${who}`, title: inBoth('title'), lines: [inBoth('line')] }),
      text: json(inBoth('text')),
      coming_at: time(),
      called_at: time(),
      deadline: kept(null, clockwork),
      tries: count(),
      next_try_at: kept(null, clockwork),
      created_at: time(),
      updated_at: time(),
      changed_at: count('when it was updated, by another clock'),
    },
    usual_places: { account: key, place: hidden('place'), seen_at: time() },
    remembered_phones: {
      hash: hidden('hash of the secret'),
      account: key,
      epoch: count(),
      kind: own('kind of the remembered phone'),
      amr: words(`face-${who}`, `hwk-${who}`),
      proven_at: time(),
      created_at: time(),
      used_at: time(),
      forgotten_at: time(),
    },
    passkeys: {
      id: hidden('credential id'),
      account: key,
      domain: own('domain'),
      public_key: hidden('public key'),
      sign_count: count(recognised),
      transports: words(`nfc-${who}`, `usb-${who}`),
      synced: new Told(1, [true]),
      name: own('what it is called'),
      created_at: time(),
      used_at: time(),
      removed_at: time(),
    },
    sessions: {
      hash: hidden('hash of the session'),
      account: key,
      epoch: count(),
      created_at: time(),
      used_at: time(),
      ended_at: time(),
    },
    subjects: {
      client: own('client that was told'),
      account: key,
      sub: own('sub'),
      claims: words('name'),
      told_at: time(),
    },
    log: {
      row: kept(who === 'Kim' ? 910_001 : 910_002, clockwork),
      form: kept(1, clockwork),
      at: time(),
      event: own('event'),
      actor_kind: own('what kind did it'),
      actor: hidden('actor', others),
      address: hidden('address', others),
      subject_kind: told('hand_off'),
      subject: own('subject'),
      kiosk,
      account: key,
      detail: json({ word: `detail of ${who}` }),
      salt: hidden('salt', 'proof that nothing was changed'),
      digest: hidden('digest', 'proof that nothing was changed'),
      position: kept(null, clockwork),
      seal: kept(null, 'proof that nothing was changed'),
      visitors: kept(1, clockwork),
    },
  } satisfies Record<string, Record<string, Told | Kept>>
}

/** Tables with nothing of a person that the others have not, and why. */
const nobodys: Partial<Record<keyof Tables, string>> = {
  deliveries: 'what a client is told of events, which are in the log',
  kiosks: 'screens',
  user_codes: 'a code on a screen, and where that is',
  invitations: 'made before anybody signs up; who did is in the log',
  clients: 'systems',
  signing_keys: 'the gate itself',
  log_head: 'the gate itself',
  log_checkpoints: 'the gate itself',
  log_cursors: 'the gate itself',
  leases: 'the gate itself',
  locks: 'the gate itself',
  gate: 'the gate itself',
  site: 'the place itself',
  notices: 'what everybody who signs up is shown',
  audit: 'what gates of before write: the log has it within a second',
}

const engines = {
  async SQLite(t: TestContext) {
    const path = join(temporaryFolder(t), 'qrgate.sqlite')
    const url = `sqlite:${path}`
    const store = await openStore(url)
    const raw = new Kysely<Tables>({
      dialect: new SqliteDialect({ database: openNodeSqlite(path) }),
    })
    return { store, raw }
  },
  async Postgres() {
    const url = await postgres.gateDatabase()
    const store = await openStore(url)
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    const raw = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    return { store, raw }
  },
}

for (const [engine, open] of Object.entries(engines)) {
  test(`S134: ${engine}: every column of every table is in its owner's export, or said why not`, async t => {
    const { store, raw } = await open(t)
    t.after(() => Promise.all([store.close(), raw.destroy()]))
    const kim = rowsOf('Kim')
    for (const rows of [kim, rowsOf('Lee')]) {
      for (const [table, row] of Object.entries(rows)) {
        const values = Object.entries(row).map(([column, { value }]) => [column, value])
        const query = raw.insertInto(table as 'locks')
        await query.values(Object.fromEntries(values) as Row as never).execute()
      }
    }

    const owner = await store.accounts.byKey(`${kim.accounts.key.value}`)
    assert.ok(owner)
    const ownExport = createOwnExport({
      ...{ store, clock: () => 0, handOffTimings: { asking: 1, life: 1 } },
      timings: { pending: 1, scanned: 1, approved: 1, claimAgain: 1, visit: 1 },
    })
    const exported = await ownExport(owner)
    const found = new Set(leavesOf(exported))
    const text = JSON.stringify(exported)

    for (const { name: table, columns } of await raw.introspection.getTables()) {
      if (Object.hasOwn(nobodys, table)) continue
      const listed = kim[table as keyof typeof kim] as Record<string, Told | Kept> | undefined
      assert.ok(listed, `whose is the table ${table}?`)
      const names = columns.map(({ name }) => name)
      assert.deepEqual(Object.keys(listed).toSorted(), names.toSorted(), `columns of ${table}`)
      for (const [column, what] of Object.entries(listed)) {
        const where = `${table}.${column}`
        if (what instanceof Told) {
          for (const leaf of what.leaves) assert.ok(found.has(leaf), `${where}: ${leaf}`)
        } else if (typeof what.value === 'string' && what.value.includes('Kim')) {
          assert.ok(!text.includes(what.value), `${where} is kept back: ${what.why}`)
        } else {
          assert.ok(what.value === null || what.value === 1 || !found.has(what.value), where)
        }
      }
    }
    for (const leaf of found) assert.doesNotMatch(`${leaf}`, /Lee|4712|^2024-03/)
  })
}

test('S134: an export has all events that are kept, however many and how old, each once', async t => {
  const { store } = await engines.SQLite(t)
  t.after(() => store.close())
  const lease = await store.leases.take('sealer', 'this test', 60_000)
  assert.ok(lease)
  const tell = async (from: number, count: number) => {
    const events = Array.from({ length: count }, (_, n) => ({
      event: 'account.changed' as const,
      at: from + n,
      actor: { kind: 'operator', id: 'shell:kim' } as const,
      subject: { kind: 'account', id: 'kim' } as const,
      account: 'kim',
    }))
    await store.log.add(events)
  }
  await tell(1, 1_300)
  await store.log.seal(lease, 1_300)
  await tell(1_301, 700)
  // Sealed between the two looks: it is in both.
  const log = {
    ...store.log,
    async waiting(...query: Parameters<typeof store.log.waiting>) {
      const rows = await store.log.waiting(...query)
      if (rows.length < 500) await store.log.seal(lease, 300)
      return rows
    },
  }
  const ownExport = createOwnExport({
    ...{ store: { ...store, log }, clock: () => 0, handOffTimings: { asking: 1, life: 1 } },
    timings: { pending: 1, scanned: 1, approved: 1, claimAgain: 1, visit: 1 },
  })
  const { events } = (await ownExport(account('kim'))) as { events: { at: string }[] }
  assert.deepEqual(
    events.map(({ at }) => Date.parse(at)),
    Array.from({ length: 2_000 }, (_, n) => n + 1),
  )
})

function leavesOf(value: unknown): Leaf[] {
  if (value === null || value === undefined) return []
  if (typeof value !== 'object') return [value as Leaf]
  return Object.values(value).flatMap(leavesOf)
}
