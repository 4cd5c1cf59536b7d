import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { freshId, scan, scanned, signInEvent } from './rows.ts'

/** A store, the connection that it writes by, and one of somebody else's. */
async function open(t: TestContext) {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const own: { connection?: DatabaseSync; commits: number } = { commits: 0 }
  const { prepare } = DatabaseSync.prototype
  t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, text: string) {
    own.connection = this
    const statement = prepare.call(this, text)
    if (text === 'commit') {
      const run = statement.run.bind(statement)
      statement.run = () => {
        own.commits += 1
        return run()
      }
    }
    return statement
  })
  const store = await openSqliteStore(path)
  const other = new DatabaseSync(path)
  t.after(() => Promise.all([store.close(), other.close()]))
  own.commits = 0
  const isThere = (id: string) =>
    other.prepare('select 1 from sign_ins where id = ?').get(id) !== undefined
  return { store, own, isThere }
}

test('N68: SQLite: what waits in one turn shares a commit, and no commit keeps the loop for many', async t => {
  const { store, own } = await open(t)
  const ids = Array.from({ length: 60 }, freshId)
  const updates = ids.map(id => store.signIns.update(id, scan(id)))
  const places = [{ account: 'a key', place: 'a place', seenAt: 1 }]
  await Promise.all([...updates, store.usualPlaces.remember(places, 5)])
  assert.equal(own.commits, 3)
  for (const id of ids) assert.deepEqual(await store.signIns.read(id), scanned(id))
})

test('N68: SQLite: nobody is answered before the commit, least of all by a refusal that rests on it', async t => {
  const { store, isThere } = await open(t)
  const id = freshId()
  const seen: boolean[] = []
  const see = () => void seen.push(isThere(id))
  const taken = new Refusal('in_use')
  await Promise.all([
    store.signIns.update(id, scan(id)).then(see),
    assert.rejects(
      store.signIns
        .update(id, old => {
          // Written by the one before, and on no disk yet.
          assert.ok(old)
          assert.equal(isThere(id), false)
          throw taken
        })
        .finally(see),
      taken,
    ),
    store.signIns.update(id, () => ({ next: scanned(id), events: [] })).then(see),
  ])
  assert.deepEqual(seen, [true, true, true])
})

test('N68: SQLite: where there is no room for a commit nothing has happened, and each is told so', async t => {
  const { store, own, isThere } = await open(t)
  const { connection } = own
  assert.ok(connection)
  const pages = Number(connection.prepare('PRAGMA page_count').get()?.page_count)
  connection.exec(`PRAGMA max_page_count = ${pages + 2}`)
  const ids = Array.from({ length: 20 }, freshId)
  const long = 'x'.repeat(1_500)
  const write = () =>
    Promise.allSettled(
      ids.map(id => {
        const events = [signInEvent(id, 'sign_in.scanned', { detail: { long } })]
        return store.signIns.update(id, () => ({ next: scanned(id), events }))
      }),
    )
  const refused = await write()
  for (const [n, result] of refused.entries()) {
    const code = result.status === 'rejected' && (result.reason as Refusal).code
    assert.equal(code, 'storage_busy', `update ${n}`)
    assert.equal(isThere(ids[n] ?? ''), false, `update ${n}`)
  }
  connection.exec('PRAGMA max_page_count = 1000000')
  for (const { status } of await write()) assert.equal(status, 'fulfilled')
})
