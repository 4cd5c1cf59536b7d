import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import { PostgresAdapter, sql } from 'kysely'
import { openStore } from '../../server/src/store/open-store.ts'
import { qrgate } from '../support/command.ts'
import { type Scope, temporaryFolder } from '../support/gate.ts'
import { fillAudit, type OlderDatabase, olderPostgres, olderSqlite } from '../support/older-gate.ts'
import { createOlderNode } from '../support/older-node.ts'
import { until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'
import { provenLog, requireDigest, sealAll } from '../support/sealed-log.ts'

const server = await PostgresServer.start({ after })

const engines: Record<string, (t: Scope) => Promise<OlderDatabase>> = {
  SQLite: olderSqlite,
  Postgres: t => olderPostgres(t, server),
}

/** What became of the words that `audit` knew. */
const words: Record<string, string> = {
  scan: 'sign_in.scanned',
  sign_in: 'sign_in.signed_in',
  approve: 'sign_in.approved',
  deny: 'sign_in.denied',
  cancel: 'sign_in.cancelled',
  claim: 'sign_in.claimed',
  expire: 'sign_in.expired',
  end: 'visit.ended',
}

const migrations = [
  '2026-11-gate',
  '2026-11-one-user-code',
  '2026-11-sealed-log',
  '2026-11-usual-places',
  '2026-11-visits',
  '2026-12-hand-offs',
  '2026-12-hand-offs-called',
  '2026-12-more-time',
  '2026-12-own-row',
  '2026-12-removed',
  '2026-12-returning',
  '2026-12-returning-by-link',
  '2026-12-sessions',
  '2026-12-sign-up',
  '2026-12-site',
  '2026-12-the-log-by-account',
]

const auditRows = ({ raw }: OlderDatabase) =>
  raw.selectFrom('audit').selectAll().orderBy('row').execute()

const countOf = async ({ raw }: OlderDatabase, table: 'audit' | 'log') => {
  const query = raw.selectFrom(table).select(columns => columns.fn.countAll().as('count'))
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** Columns that have come since, all of them empty for what was there before, but for a count that begins. */
const newer = [
  'network',
  'external_id',
  'client',
  'policy',
  'claims',
  'left_by',
  'stay_until',
  'extended_at',
  'disowned_at',
  'hand_off',
  'removed_at',
  'link_used_at',
  'epoch',
  'proven_at',
  'recovery_hash',
  'recovery_expires_at',
  'delete_at',
  'consent_version',
  'consented_at',
]

const older = (row: object) =>
  Object.fromEntries(
    Object.entries(row).filter(([column, value]) => !(newer.includes(column) && !value)),
  )

/** All that no migration may touch. */
const kept = async ({ raw }: OlderDatabase) => ({
  accounts: (await raw.selectFrom('accounts').selectAll().orderBy('key').execute()).map(older),
  kiosks: (await raw.selectFrom('kiosks').selectAll().orderBy('number').execute()).map(older),
  signIns: (await raw.selectFrom('sign_ins').selectAll().orderBy('id').execute()).map(older),
  userCodes: (await raw.selectFrom('user_codes').selectAll().orderBy('user_code').execute()).map(
    older,
  ),
})

const migrated = async ({ raw }: OlderDatabase) => {
  const query = sql<{ name: string }>`select name from kysely_migration order by name`
  return (await query.execute(raw)).rows.map(({ name }) => name)
}

/** Names of tables and indexes. */
const structure = async ({ engine, raw }: OlderDatabase) => {
  const query =
    engine === 'SQLite'
      ? sql<{ name: string }>`select name from sqlite_schema order by name`
      : sql<{ name: string }>`
          select relname as name from pg_class
          where relnamespace = 'public'::regnamespace order by name`
  return (await query.execute(raw)).rows.map(({ name }) => name)
}

/** What `log` should say of the rows that `audit` had. */
const told = ({
  at,
  event,
  sign_in,
  kiosk,
  account,
  reason,
}: Awaited<ReturnType<typeof auditRows>>[number]) => ({
  at,
  event: words[event],
  subject: sign_in,
  kiosk,
  account,
  detail: { from: 'audit', ...(reason !== null && { reason }) },
})

const tells = ({
  at,
  event,
  subject,
  kiosk,
  account,
  detail,
}: Awaited<ReturnType<typeof provenLog>>[number]) => ({
  at,
  event,
  subject,
  kiosk,
  account,
  detail: JSON.parse(detail ?? 'null'),
})

for (const [name, make] of Object.entries(engines)) {
  test(`U01: ${name}: accounts, kiosks, sign-ins and user codes are after an upgrade what they were`, async t => {
    const old = await make(t)
    const { left } = old
    assert.deepEqual(await migrated(old), migrations.slice(0, 1))
    const before = await kept(old)
    const rows = {
      accounts: before.accounts.length,
      audit: await countOf(old, 'audit'),
      kiosks: before.kiosks.length,
      sign_ins: before.signIns.length,
      user_codes: before.userCodes.length,
    }
    assert.deepEqual(rows, left.rows)
    const store = await old.open()
    assert.deepEqual(await kept(old), before)
    assert.deepEqual(await migrated(old), migrations)

    const accounts = await store.accounts.all()
    assert.equal(accounts.length, left.accounts.length)
    const keys = new Map(left.accounts.map(({ id, key }) => [id, key]))
    for (const { id, name, key, disabled, hash } of left.accounts) {
      const account = await store.accounts.byKey(key)
      assert.ok(account)
      assert.deepEqual([account.id, account.name], [id, name])
      assert.equal(account.disabledAt !== null, disabled)
      assert.ok(account.passwordHash.startsWith(hash === 'bcrypt' ? '$2b$' : '$argon2id$'))
      assert.deepEqual(await store.accounts.byIdKey(id.toLowerCase()), account)
    }

    const hashed = (secret: string) => createHash('sha256').update(secret).digest('base64url')
    const kiosks = await store.kiosks.all()
    assert.equal(kiosks.length, left.kiosks.length)
    for (const { number, nameKo, nameEn, state, credential, link } of left.kiosks) {
      const kiosk = await store.kiosks.byNumber(number)
      assert.ok(kiosk)
      assert.deepEqual(kiosk.name, { ko: nameKo, en: nameEn })
      assert.equal(kiosk.credentialHash, credential && hashed(credential))
      const invited = state === 'invited' && link !== null
      assert.equal(kiosk.linkHash, invited ? hashed(link.split('/').at(-1) ?? '') : null)
      assert.equal(kiosk.linkExpiresAt !== null && kiosk.linkExpiresAt > left.at, invited)
      assert.equal(kiosk.revokedAt !== null, state === 'revoked')
    }
    assert.deepEqual(await store.kiosks.revoked(), [103])

    const final = new Set(['denied', 'cancelled', 'expired', 'ended'])
    for (const { id, state, reason, kiosk, account, userCode } of left.signIns) {
      const signIn = await store.signIns.read(id)
      assert.ok(signIn)
      assert.deepEqual([signIn.state, signIn.reason, signIn.kiosk], [state, reason, kiosk])
      assert.equal(signIn.account, account === null ? null : keys.get(account))
      if (final.has(state)) assert.equal(signIn.deadline, null)
      else assert.ok(signIn.deadline !== null && signIn.deadline > left.at)
      const code = await store.userCodes.ofSignIn(id)
      assert.equal(code?.userCode ?? null, userCode)
      if (userCode !== null) assert.deepEqual(await store.userCodes.find(userCode), code)
    }
  })

  test(`U02: ${name}: an upgrade moves every audit row into the log, in its order and in today's words`, async t => {
    const old = await make(t)
    const { left } = old
    const before = await auditRows(old)
    const store = await old.open()
    assert.equal(await countOf(old, 'audit'), 0)
    const waiting = await store.log.waiting({}, { after: 0 }, 1_000)
    assert.equal(waiting.length, left.rows.audit)
    for (const row of waiting) {
      requireDigest(row)
      assert.deepEqual([row.position, row.seal, row.subjectKind], [null, null, 'sign_in'])
    }
    const visitors = await old.raw.selectFrom('log').select('visitors').distinct().execute()
    assert.deepEqual(
      visitors.map(row => row.visitors),
      [1],
      'all of it is erased some day',
    )

    await sealAll(store)
    const log = await provenLog(store)
    assert.deepEqual(log.map(tells), before.map(told))
    for (const { id, events } of left.signIns) {
      const ofSignIn = log.filter(({ subject }) => subject === id)
      assert.deepEqual(
        ofSignIn.map(({ event }) => event),
        events.map(event => words[event]),
      )
    }
    const actors = new Map(log.map(row => [`${row.event} ${row.detail}`, row.actorKind]))
    assert.deepEqual(new Set(actors.values()), new Set(['phone', 'kiosk', 'system']))
    assert.equal(actors.get('sign_in.cancelled {"from":"audit","reason":"revoked"}'), 'system')
    assert.equal(actors.get('sign_in.cancelled {"from":"audit","reason":"kiosk"}'), 'kiosk')

    // Opened again, there is nothing left to do.
    await (await old.open()).close()
    assert.equal((await provenLog(store)).length, left.rows.audit)
    assert.equal(await store.log.unsealed(), false)
  })

  test(`U03: ${name}: of 20 000 audit rows none is lost, though two processes upgrade at once`, async t => {
    const old = await make(t)
    await fillAudit(old, 20_000)
    const before = await auditRows(old)
    assert.equal(before.length, old.left.rows.audit + 20_000)
    const folder = old.engine === 'SQLite' ? dirname(old.url.slice(7)) : temporaryFolder(t)
    const env = { DATABASE_URL: old.url, QRGATE_DATA_DIR: folder }
    const upgrade = () => qrgate(['migrate'], env, folder)
    for (const { code, err } of await Promise.all([upgrade(), upgrade()])) {
      assert.deepEqual([code, err], [0, ''])
    }
    assert.deepEqual(await migrated(old), migrations)
    assert.equal(await countOf(old, 'audit'), 0)
    const store = await old.open()
    await sealAll(store)
    assert.deepEqual((await provenLog(store)).map(tells), before.map(told))
    const salts = await old.raw.selectFrom('log').select('salt').distinct().execute()
    assert.equal(salts.length, before.length, 'each row has a salt of its own')
  })

  test(`U04: ${name}: a migration that fails has changed nothing, and works once the obstacle is gone`, async t => {
    const old = await make(t)
    const before = [await structure(old), await kept(old), await auditRows(old)]
    // The log's tables are made in one go; this name comes behind `log` itself.
    await sql`create table leases (of_somebody_else text)`.execute(old.raw)
    for (const _ of [1, 2]) {
      await assert.rejects(old.open(), /leases"? already exists/)
      const found = (await structure(old)).filter(name => name !== 'leases')
      // The one before it stays: it is good for the older gate too.
      const index = found.indexOf('user_codes_sign_in_key')
      const withoutIt = found.with(index, 'user_codes_sign_in').toSorted()
      assert.deepEqual([withoutIt, await kept(old), await auditRows(old)], before)
      assert.deepEqual(await migrated(old), migrations.slice(0, 2))
    }
    // The gate of before goes on meanwhile.
    const code = { user_code: 'BCDF-GHJK', sign_in: 'another', kiosk: 101, expires_at: old.left.at }
    assert.ok(await createOlderNode(old).addUserCode(code))

    await sql`drop table leases`.execute(old.raw)
    const store = await old.open()
    await sealAll(store)
    assert.equal((await provenLog(store)).length, old.left.rows.audit)
    assert.ok(await store.userCodes.find('BCDF-GHJK'))
  })

  test(`U05: ${name}: audit rows of sign-ins that are purged already are kept too`, async t => {
    const old = await make(t)
    const { left } = old
    const before = await auditRows(old)
    const purged = await createOlderNode(old).purgeSignIns(left.at + 1, 500)
    const gone = left.signIns.filter(({ state }) => /denied|cancelled|expired|ended/.test(state))
    assert.equal(purged, gone.length)
    const store = await old.open()
    for (const { id } of gone) assert.equal(await store.signIns.read(id), null)
    await sealAll(store)
    assert.deepEqual((await provenLog(store)).map(tells), before.map(told))
  })

  test(`U06: ${name}: a command beside an older gate changes nothing and says what to do`, async t => {
    const old = await make(t)
    const before = [await structure(old), await kept(old), await auditRows(old)]
    const folder = temporaryFolder(t)
    const env = { DATABASE_URL: old.url, QRGATE_DATA_DIR: folder }
    const { code, err } = await qrgate(['kiosk', 'list'], env, folder)
    assert.equal(code, 1)
    assert.match(
      err,
      /^qrgate: The database .* its tables are not up to date; run: qrgate migrate\.\n$/,
    )
    assert.deepEqual([await structure(old), await kept(old), await auditRows(old)], before)
  })
}

test('U06: Postgres: who may not upgrade lets go of its connections, so that a command ends', async t => {
  const old = await engines.Postgres?.(t)
  assert.ok(old)
  // Now no connection is closed because it was idle for long enough.
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await assert.rejects(openStore(old.url, 'use'), { trouble: 'outdated' })
  const open = sql`
    select from pg_stat_activity
    where datname = current_database() and application_name = 'qrgate'`
  await until('all are closed', async () => (await open.execute(old.raw)).rows.length === 0)
})

test('U07: Postgres: a node that starts while another one migrates waits for as long as that takes', async t => {
  const old = await engines.Postgres?.(t)
  assert.ok(old)
  const adapter = new PostgresAdapter()
  const options = { lockTable: '', lockRowId: '' }
  await old.raw.connection().execute(async one => {
    await adapter.acquireMigrationLock(one, options)
    const opening = old.open()
    // Longer than any statement of a visitor's may take, by the database's own clock.
    const waiting = sql`
      select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'
        and clock_timestamp() - query_start > interval '5 seconds'`
    const waits = async () => (await waiting.execute(one)).rows.length > 0
    await Promise.race([opening, until('the other node waits', waits)])
    assert.deepEqual(await migrated(old), migrations.slice(0, 1))
    await adapter.releaseMigrationLock(one, options)
    await opening
  })
  assert.deepEqual(await migrated(old), migrations)
})
