import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { StatementSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { DefaultQueryCompiler } from 'kysely'
import pg from 'pg'
import { advance } from '../../server/src/protocol/sign-in.ts'
import { type Step, unscanned } from '../../server/src/protocol/sign-in-row.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Store } from '../../server/src/store/store.ts'
import { temporaryFolder } from '../support/gate.ts'
import { PostgresServer } from '../support/postgres.ts'
import { freshId, start } from './rows.ts'

const timings = { pending: 300, scanned: 300, approved: 300, claimAgain: 300, visit: 300 }

/** A store, and every statement that it has sent to its database. */
interface Watched {
  store: Store
  sent: string[]
}

const engines: Record<string, (t: TestContext) => Promise<Watched>> = {
  async SQLite(t) {
    const store = await openSqliteStore(join(temporaryFolder(t), 'qrgate.sqlite'))
    t.after(() => store.close())
    const sent: string[] = []
    for (const way of ['all', 'run'] as const) {
      const before = StatementSync.prototype[way] as (...values: unknown[]) => unknown
      t.mock.method(
        StatementSync.prototype,
        way,
        function (this: StatementSync, ...values: unknown[]) {
          sent.push(this.sourceSQL)
          return before.apply(this, values)
        },
      )
    }
    return { store, sent }
  },
  async Postgres(t) {
    const store = await openPostgresStore(await (await PostgresServer.start(t)).database())
    t.after(() => store.close())
    const sent: string[] = []
    const before = pg.Client.prototype.query as (...values: unknown[]) => unknown
    t.mock.method(pg.Client.prototype, 'query', function (this: pg.Client, ...values: unknown[]) {
      const [query] = values as [string | { text: string }]
      sent.push(typeof query === 'string' ? query : query.text)
      return before.apply(this, values)
    })
    return { store, sent }
  },
}

/** A statement in as many words as matter here. */
function inShort(sql: string): string {
  const [, verb, table] =
    /^(begin|commit|select|insert|update)\b(?:.*?"(sign_ins|log)")?/.exec(sql) ?? []
  return [verb, table].filter(Boolean).join(' ')
}

for (const [name, watch] of Object.entries(engines)) {
  test(`${name}: a sign-in is three row writes, each with its log in one transaction`, async t => {
    const { store, sent } = await watch(t)
    const id = freshId()
    const take = async (step: Step) => {
      sent.length = 0
      await store.signIns.update(id, old =>
        advance(old ?? unscanned(id, 101, true), step, start + 1, timings),
      )
      // Savepoints, in which several share a commit, are not worth counting.
      return sent.map(inShort).filter(short => short !== '')
    }
    const change = (write: string) => ['begin', 'select sign_ins', write, 'insert log', 'commit']

    const phoneHash = 'a phone'
    const scan: Step = { type: 'scan', phoneHash, phoneKind: 'iphone' }
    assert.deepEqual(await take(scan), change('insert sign_ins'))
    const approve: Step = {
      type: 'approve',
      method: 'password',
      epoch: 0,
      phoneHash,
      account: 'u1',
      amr: ['pwd'],
    }
    assert.deepEqual(await take(approve), change('update sign_ins'))
    assert.deepEqual(await take({ type: 'claim' }), change('update sign_ins'))
    assert.equal((await store.log.waiting({}, 'newest', 10)).length, 3)

    // A repeat writes nothing at all.
    assert.deepEqual(await take({ type: 'claim' }), ['begin', 'select sign_ins', 'commit'])
    assert.equal((await store.log.waiting({}, 'newest', 10)).length, 3)
  })
}

for (const [name, watch] of Object.entries(engines)) {
  test(`N73: ${name}: what every sign-in asks is built for the first one alone`, async t => {
    const { store } = await watch(t)
    const signIn = async (n: number) => {
      const id = freshId()
      const take = (step: Step) =>
        store.signIns.update(id, old =>
          advance(old ?? unscanned(id, 101, true), step, start + 1, timings),
        )
      await take({ type: 'scan', phoneHash: 'a phone', phoneKind: 'iphone' })
      await store.accounts.byIdKey(`a${n}`)
      await store.accounts.byKey(`b${n}`)
      await store.usualPlaces.of(`b${n}`, ['a network', 'a phone'])
      const seen = ['a network', 'a phone'].map(place => ({ account: `b${n}`, place, seenAt: n }))
      await store.usualPlaces.remember(seen, 8)
      await take({
        type: 'approve',
        method: 'password',
        epoch: 0,
        phoneHash: 'a phone',
        account: `b${n}`,
        amr: ['pwd'],
      })
      return store.signIns.read(id)
    }
    await signIn(1)
    const compile = t.mock.method(DefaultQueryCompiler.prototype, 'compileQuery')
    assert.equal((await signIn(2))?.account, 'b2')
    assert.equal(compile.mock.callCount(), 0)
  })
}

test('N73: SQLite: that its file is still its own is looked at once in a turn of the loop', async t => {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  const stat = t.mock.method(fs, 'statSync')
  syncBuiltinESMExports()
  t.after(() => {
    stat.mock.restore()
    syncBuiltinESMExports()
  })
  const looks = () => stat.mock.calls.filter(call => call.arguments[0] === path).length
  await Promise.all(Array.from({ length: 10 }, () => store.signIns.read(freshId())))
  assert.equal(looks(), 1)
  await new Promise(resolve => setImmediate(resolve))
  await store.signIns.read(freshId())
  assert.equal(looks(), 2)
})

test('N73: Postgres: a change waits for its database three times', async t => {
  const store = await openPostgresStore(await (await PostgresServer.start(t)).database())
  t.after(() => store.close())
  const id = freshId()
  const take = (step: Step) =>
    store.signIns.update(id, old =>
      advance(old ?? unscanned(id, 101, true), step, start + 1, timings),
    )
  // The first one on its connection waits for `begin` too.
  await take({ type: 'scan', phoneHash: 'a phone', phoneKind: 'iphone' })
  let waits = 0
  let unanswered = 0
  const before = pg.Client.prototype.query as (...values: unknown[]) => Promise<unknown>
  t.mock.method(pg.Client.prototype, 'query', function (this: pg.Client, ...values: unknown[]) {
    if (unanswered === 0) waits += 1
    unanswered += 1
    return before.apply(this, values).finally(() => {
      unanswered -= 1
    })
  })
  await take({
    type: 'approve',
    method: 'password',
    epoch: 0,
    phoneHash: 'a phone',
    account: 'u1',
    amr: ['pwd'],
  })
  assert.equal(waits, 3)
})
