import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import type { LogEventName } from '../../server/src/protocol/log-event.ts'
import { LeaseLost } from '../../server/src/store/lease.ts'
import type { Store } from '../../server/src/store/store.ts'
import { freshId, kiosk as kioskRow } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { type Scope, temporaryFolder } from '../support/gate.ts'
import { fillAudit, type OlderDatabase, olderPostgres, olderSqlite } from '../support/older-gate.ts'
import { createOlderNode, type OlderNode, type OlderSignIn } from '../support/older-node.ts'
import { hang, patiently, turns, until } from '../support/patience.ts'
import { PostgresServer } from '../support/postgres.ts'
import { provenLog, sealAll } from '../support/sealed-log.ts'

const server = await PostgresServer.start({ after })
const postgres = (t: Scope) => olderPostgres(t, server)

const engines: Record<string, (t: Scope) => Promise<OlderDatabase>> = {
  SQLite: olderSqlite,
  Postgres: postgres,
}

const story = ['sign_in.scanned', 'sign_in.signed_in', 'sign_in.approved', 'sign_in.claimed']

function scanned(id: string, at: number): OlderSignIn {
  return {
    id,
    kiosk: 101,
    claimable: 1,
    state: 'scanned',
    reason: null,
    seq: 1,
    deadline: at + 180_000,
    phone_hash: 'hash of the phone',
    phone_kind: 'iphone',
    account: null,
    amr: null,
    approved_at: null,
    claimed_at: null,
    updated_at: at,
  }
}

/** A whole sign-in at an older node: three steps, four events. */
async function tellStory(node: OlderNode, id: string, at: number): Promise<void> {
  await node.update(id, () => ({ next: scanned(id, at), events: ['scan'] }))
  const step = (change: Partial<OlderSignIn>, ...events: string[]) =>
    node.update(id, old => {
      assert.ok(old)
      const { changed_at: _, ...row } = old
      return { next: { ...row, seq: row.seq + 1, ...change }, events }
    })
  const account = 'key of an account'
  await step({ state: 'approved', account, amr: 'pwd', approved_at: at + 1 }, 'sign_in', 'approve')
  await step({ state: 'claimed', claimed_at: at + 2, updated_at: at + 2 }, 'claim')
}

/** What a node of today writes: one event a step. */
function addEvent({ log }: Store, id: string, event: LogEventName, at: number): Promise<void> {
  const actor = { kind: 'kiosk', id: '101' } as const
  return log.add([{ event, at, actor, subject: { kind: 'sign_in', id }, kiosk: 101 }])
}

/** The log's events of each of these, in order, from a log whose seals are proven. */
async function eventsOf(store: Store, ids: readonly string[]) {
  const log = await provenLog(store)
  return ids.map(id => log.filter(({ subject }) => subject === id).map(({ event }) => event))
}

const auditRows = async ({ raw }: OlderDatabase) => {
  const rows = await raw.selectFrom('audit').select('row').orderBy('row').execute()
  return rows.map(({ row }) => row)
}

for (const [name, make] of Object.entries(engines)) {
  test(`U20, F34: ${name}: an older node goes on writing after the upgrade, and a node of today reads it`, async t => {
    const old = await make(t)
    const { at } = old.left
    const store = await old.open()
    const node = createOlderNode(old)

    const account = {
      key: 'a new key',
      id: 'Park',
      id_key: 'park',
      id_skeleton: 'park',
      name: '박지성',
      password_hash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
      subject_seed: 'c2VlZA',
      disabled_at: null,
      created_at: at,
    }
    assert.equal(await node.addAccount(account), true)
    assert.equal(await node.addAccount({ ...account, key: 'another', id_key: 'other' }), false)
    assert.equal((await store.accounts.byIdKey('park'))?.key, account.key)
    assert.equal(await store.accounts.byKey('another'), null)

    const code = { user_code: 'BCDF-GHJK', sign_in: freshId(), kiosk: 101, expires_at: at + 1 }
    assert.equal(await node.addUserCode(code), true)
    assert.equal(await node.addUserCode({ ...code, sign_in: freshId() }), false)
    assert.equal((await store.userCodes.find('BCDF-GHJK'))?.signIn, code.sign_in)

    const id = freshId()
    await tellStory(node, id, at)
    const signIn = await store.signIns.read(id)
    assert.deepEqual([signIn?.state, signIn?.seq, signIn?.amr], ['claimed', 3, ['pwd']])
    assert.equal(await store.log.unsealed(), true)
    await sealAll(store)
    assert.deepEqual(await eventsOf(store, [id]), [story])
    assert.deepEqual(await auditRows(old), [])
    assert.equal(await store.log.unsealed(), false)
  })

  test(`U21, F34: ${name}: two nodes of two versions change the same sign-in one after the other`, async t => {
    const old = await make(t)
    const { at } = old.left
    const store = await old.open()
    const node = createOlderNode(old)
    const id = freshId()
    await node.update(id, () => ({ next: scanned(id, at), events: ['scan'] }))
    const rounds = Array.from({ length: 20 }, (_, round) => round)
    const byOlder = rounds.map(() =>
      node.update(id, row => {
        assert.ok(row)
        const { changed_at: _, ...next } = row
        return { next: { ...next, seq: next.seq + 1 }, events: ['cancel'] }
      }),
    )
    const actor = { kind: 'phone', id: 'its hash' } as const
    const subject = { kind: 'sign_in', id } as const
    const byNewer = rounds.map(() =>
      patiently(() =>
        store.signIns.update(id, row => {
          assert.ok(row)
          const next = { ...row, seq: row.seq + 1 }
          return { next, events: [{ event: 'sign_in.denied', at, actor, subject }] }
        }),
      ),
    )
    await Promise.all([...byOlder, ...byNewer])
    assert.equal((await store.signIns.read(id))?.seq, 41)
    await sealAll(store)
    const [events = []] = await eventsOf(store, [id])
    for (const event of ['sign_in.cancelled', 'sign_in.denied']) {
      assert.equal(events.filter(one => one === event).length, rounds.length)
    }
  })

  test(`U29: ${name}: what an older node began and a node of today ended is told in that order`, async t => {
    const old = await make(t)
    const { at } = old.left
    const store = await old.open()
    await sealAll(store)
    const id = freshId()
    await createOlderNode(old).update(id, () => ({ next: scanned(id, at), events: ['scan'] }))
    await addEvent(store, id, 'sign_in.denied', at + 1)
    await sealAll(store)
    assert.deepEqual(await eventsOf(store, [id]), [['sign_in.scanned', 'sign_in.denied']])
  })

  test(`U22: ${name}: kiosks that two versions add at once have numbers of their own`, async t => {
    const old = await make(t)
    const { at } = old.left
    const store = await old.open()
    const node = createOlderNode(old)
    const row = {
      name_ko: '1층',
      name_en: 'Ground floor',
      ticket: 'compact',
      claimable: 1,
      credential_hash: null,
      link_hash: null,
      link_expires_at: null,
      revoked_at: null,
      created_at: at,
    }
    const added = Array.from({ length: 10 }, () => [
      node.addKiosk(row),
      patiently(() => store.kiosks.add(kioskRow())).then(({ number }) => number),
    ])
    const numbers = (await Promise.all(added.flat())).toSorted((a, b) => a - b)
    assert.deepEqual(
      numbers,
      numbers.map((_, n) => 104 + n),
    )
    assert.equal((await store.kiosks.all()).length, old.left.kiosks.length + numbers.length)
  })

  test(`U23: ${name}: while older nodes write and the log is sealed, no event is lost or doubled`, async t => {
    const old = await make(t)
    const { at } = old.left
    const store = await old.open()
    const before = (await store.log.waiting({}, { after: 0 }, 1_000)).length
    const each = Array.from({ length: 15 })
    const byOlder = [1, 2, 3].map(async () => {
      const node = createOlderNode(old)
      const ids = each.map(freshId)
      for (const id of ids) await tellStory(node, id, at)
      return ids
    })
    const byNewer = (async () => {
      const ids = each.map(freshId)
      for (const id of ids) {
        await patiently(() => addEvent(store, id, 'sign_in.scanned', at))
        await patiently(() => addEvent(store, id, 'sign_in.denied', at))
      }
      return ids
    })()
    let writing = true
    const sealed = (async () => {
      const lease = await patiently(() => store.leases.take('sealer', 'the only one', hang))
      assert.ok(lease)
      // Few at a time, so that a batch ends within a sign-in; twice at once, as after a lost answer.
      const seal = () => patiently(() => store.log.seal(lease, 7))
      for (; writing; await turns()) await Promise.all([seal(), seal()])
    })()
    const older = (await Promise.all(byOlder)).flat()
    const newer = await byNewer
    writing = false
    await sealed
    await sealAll(store)
    assert.deepEqual(await auditRows(old), [])
    assert.deepEqual(
      await eventsOf(store, older),
      older.map(() => story),
    )
    assert.deepEqual(
      await eventsOf(store, newer),
      newer.map(() => ['sign_in.scanned', 'sign_in.denied']),
    )
    const all = before + older.length * story.length + newer.length * 2
    assert.equal((await store.log.head()).position, all)
  })

  test(`U24: ${name}: a sealer whose lease is lost takes nothing over`, async t => {
    const old = await make(t)
    const store = await old.open()
    const lease = await store.leases.take('sealer', 'one', hang)
    assert.ok(lease)
    await store.leases.release(lease)
    const id = freshId()
    await tellStory(createOlderNode(old), id, old.left.at)
    const rows = await auditRows(old)
    await assert.rejects(store.log.seal(lease, 500), LeaseLost)
    assert.deepEqual(await auditRows(old), rows)
    assert.equal((await store.log.waiting({}, { after: 0 }, 1_000)).length, old.left.rows.audit)
    await sealAll(store)
    assert.deepEqual(await eventsOf(store, [id]), [story])
  })

  test(`U25, F34: ${name}: an upgrade beside older nodes that go on writing loses nothing`, async t => {
    const old = await make(t)
    const { at } = old.left
    await fillAudit(old, 20_000)
    const folder = old.engine === 'SQLite' ? dirname(old.url.slice(7)) : temporaryFolder(t)
    const env = { DATABASE_URL: old.url, QRGATE_DATA_DIR: folder }
    let upgraded = false
    const migration = qrgate(['migrate'], env, folder).finally(() => {
      upgraded = true
    })
    const retries: unknown[] = []
    const told = [1, 2, 3].map(async () => {
      const node = createOlderNode(old, error => retries.push(error))
      const ids: string[] = []
      do {
        const id = freshId()
        await tellStory(node, id, at)
        const user_code = `code ${id}`
        await node.addUserCode({ user_code, sign_in: id, kiosk: 101, expires_at: at + 120_000 })
        ids.push(id)
        await turns()
      } while (!upgraded)
      return ids
    })
    assert.deepEqual(await migration, { code: 0, out: 'The database is up to date.\n', err: '' })
    const ids = (await Promise.all(told)).flat()
    const codes = retries.map(error => (error as { code?: string }).code)
    assert.ok(!codes.includes('40P01'), 'no two transactions waited for each other')

    const store = await old.open()
    await sealAll(store)
    const log = await provenLog(store)
    assert.equal(log.length, old.left.rows.audit + 20_000 + ids.length * story.length)
    const events = Map.groupBy(log, ({ subject }) => subject)
    for (const id of ids) {
      assert.deepEqual(
        events.get(id)?.map(({ event }) => event),
        story,
      )
      assert.equal((await store.userCodes.ofSignIn(id))?.userCode, `code ${id}`)
    }
  })
}

/** Writes an audit row as an older node does, and commits it when the test says so. */
async function holdAudit({ raw, left }: OlderDatabase, id: string) {
  const { promise: wrote, resolve: written, reject: failed } = Promise.withResolvers<number>()
  const { promise: may, resolve: end } = Promise.withResolvers<'commit' | 'roll back'>()
  const rolledBack = new Error('rolled back')
  const over = raw.transaction().execute(async trx => {
    const values = {
      at: left.at,
      event: 'scan',
      sign_in: id,
      kiosk: 101,
      account: null,
      reason: null,
    }
    const insert = trx.insertInto('audit').values(values).returning('row')
    written((await insert.executeTakeFirstOrThrow()).row)
    if ((await may) === 'roll back') throw rolledBack
  })
  over.catch(failed)
  return {
    row: await wrote,
    commit: () => {
      end('commit')
      return over
    },
    rollBack: () => {
      end('roll back')
      return assert.rejects(over, rolledBack)
    },
  }
}

test('U26: Postgres: an older node that commits late, with a lower row number, is not passed over', async t => {
  const old = await postgres(t)
  const store = await old.open()
  const node = createOlderNode(old)
  const [late, soon, never, last] = [freshId(), freshId(), freshId(), freshId()]
  const scan = (id: string) =>
    node.update(id, () => ({ next: scanned(id, old.left.at), events: ['scan'] }))
  const held = await holdAudit(old, late)
  const lost = await holdAudit(old, never)
  await scan(soon)
  const [higher = 0] = await auditRows(old)
  assert.ok(held.row < lost.row && lost.row < higher)

  await sealAll(store)
  assert.deepEqual(await eventsOf(store, [late, soon]), [[], ['sign_in.scanned']])
  assert.equal(await store.log.unsealed(), false)
  await lost.rollBack()
  await held.commit()
  assert.equal(await store.log.unsealed(), true)
  await scan(last)
  await sealAll(store)
  const once = ['sign_in.scanned']
  assert.deepEqual(await eventsOf(store, [late, soon, never, last]), [once, once, [], once])
  assert.deepEqual(await auditRows(old), [])
  assert.equal((await store.log.head()).position, old.left.rows.audit + 3)
})

test('U26: Postgres: what an older node commits while a batch is taken over waits for the next one', async t => {
  const old = await postgres(t)
  const store = await old.open()
  await sealAll(store)
  const [late, soon] = [freshId(), freshId()]
  const held = await holdAudit(old, late)
  await tellStory(createOlderNode(old), soon, old.left.at)
  // The batch has been read, and stands before it is written.
  const { promise: may, resolve: end } = Promise.withResolvers<void>()
  const { promise: closed, resolve: closes } = Promise.withResolvers<void>()
  const holder = old.raw.transaction().execute(async trx => {
    await sql`lock table log in share mode`.execute(trx)
    closes()
    await may
  })
  await closed
  const sealing = sealAll(store)
  const waiting = sql`select from pg_locks where relation = 'log'::regclass and not granted`
  await until('the sealer waits', async () => (await waiting.execute(old.raw)).rows.length > 0)
  await held.commit()
  end()
  await Promise.all([holder, sealing])
  await sealAll(store)
  assert.deepEqual(await eventsOf(store, [late, soon]), [['sign_in.scanned'], story])
  assert.equal((await store.log.head()).position, old.left.rows.audit + 1 + story.length)
})

test('U27: Postgres: an upgrade waits for no older node, and what that commits afterwards is not lost', async t => {
  const old = await postgres(t)
  const id = freshId()
  const held = await holdAudit(old, id)
  const store = await old.open()
  assert.equal((await store.log.waiting({}, { after: 0 }, 1_000)).length, old.left.rows.audit)
  await held.commit()
  await sealAll(store)
  assert.deepEqual(await eventsOf(store, [id]), [['sign_in.scanned']])
  assert.equal((await store.log.head()).position, old.left.rows.audit + 1)
})

test('U27: Postgres: what comes between two batches of an upgrade keeps its order', async t => {
  const old = await postgres(t)
  const id = freshId()
  // The first batch passes over a row that is not committed yet.
  await fillAudit(old, 100)
  const held = await holdAudit(old, id)
  await fillAudit(old, 900)
  const { promise: may, resolve: end } = Promise.withResolvers<void>()
  const { promise: locked, resolve: locks } = Promise.withResolvers<void>()
  // Nobody does this; here it stops the move in its first batch.
  const holder = old.raw.transaction().execute(async trx => {
    await trx.selectFrom('audit').select('row').where('row', '=', 1).forUpdate().execute()
    locks()
    await may
  })
  await locked
  // A migration that had to wait for too long gives up; it is begun anew, for as long as it takes.
  const opening = patiently(() => old.open())
  const waiting = sql`select from pg_locks where not granted`
  await until('the move waits', async () => (await waiting.execute(old.raw)).rows.length > 0)
  await held.commit()
  const next = { at: old.left.at, sign_in: id, kiosk: 101, account: null, reason: null }
  await old.raw
    .insertInto('audit')
    .values({ ...next, event: 'deny' })
    .execute()
  end()
  const [store] = await Promise.all([opening, holder])
  await sealAll(store)
  assert.deepEqual(await eventsOf(store, [id]), [['sign_in.scanned', 'sign_in.denied']])
  assert.equal((await store.log.head()).position, old.left.rows.audit + 1_002)
})

test('U28: Postgres: while audit rows are moved, older nodes find every table open', async t => {
  const old = await postgres(t)
  const { promise: may, resolve: end } = Promise.withResolvers<void>()
  const { promise: held, resolve: holds } = Promise.withResolvers<void>()
  // Nobody does this; here it stops the move at its first batch.
  const holder = old.raw.transaction().execute(async trx => {
    await trx.selectFrom('audit').select('row').forUpdate().execute()
    holds()
    await may
  })
  await held
  let closed: string[] = []
  const locks = sql<{ relation: string | null; granted: boolean }>`
    select relation::regclass::text as relation, granted from pg_locks
    where database is null or relation in
      (select oid from pg_class where relnamespace = 'public'::regnamespace)`
  // A migration that had to wait for too long gives up; it is begun anew, for as long as it takes.
  const opening = patiently(() => old.open())
  await until('the move waits for a row', async () => {
    const { rows } = await locks.execute(old.raw)
    closed = rows.map(({ relation }) => relation ?? '')
    return rows.some(({ granted }) => !granted)
  })
  end()
  await holder
  await opening
  assert.ok(!closed.includes('user_codes'), `${closed}`)
})
