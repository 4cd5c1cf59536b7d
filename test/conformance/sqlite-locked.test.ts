import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { account, freshId, kiosk, scan, scanned, start } from './rows.ts'

const lock = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(process.argv[1])
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('locked')
  process.stdin.once('data', () => {
    database.exec('COMMIT')
    process.stdout.write('free')
  })
`

/** A store whose database another process has locked, until it is told to let go. */
async function lockedStore(t: TestContext) {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const opened = t.mock.method(DatabaseSync.prototype, 'exec').mock
  const store = await openSqliteStore(path)
  const connection = opened.calls[0]?.this as DatabaseSync
  opened.restore()
  t.after(() => store.close())
  const known = freshId()
  await store.signIns.update(known, scan(known))
  const other = spawn(process.execPath, ['-e', lock, path], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => other.kill())
  await once(other.stdout, 'data')
  return { store, known, other, connection }
}

test('F19: SQLite: nobody waits inside the database, where waiting would stop the event loop', async t => {
  const { connection } = await lockedStore(t)
  assert.deepEqual({ ...connection.prepare('PRAGMA busy_timeout').get() }, { timeout: 0 })
  const begin = () => connection.exec('BEGIN IMMEDIATE')
  assert.throws(begin, { errcode: 5 }, 'a locked database says so at once')
})

test('F19: SQLite: all that waits behind a lock is done once it is let go', async t => {
  const { store, known, other } = await lockedStore(t)
  // However slow the machine is: nobody gives up here.
  t.mock.method(performance, 'now', () => 0)
  const ids = Array.from({ length: 5 }, freshId)
  let done = 0
  const writes = [
    ...ids.map(id => store.signIns.update(id, scan(id))),
    store.accounts.add(account('a key'), 'hong', 'hong'),
    store.kiosks.add(kiosk()),
    store.signIns.purge(start, 10),
  ].map(async (write: Promise<unknown>) => {
    await write
    done += 1
  })
  assert.deepEqual(await store.signIns.read(known), scanned(known))
  assert.equal(done, 0, 'reading goes on while all writing waits')
  other.stdin.write('let go')
  await once(other.stdout, 'data')
  await Promise.all(writes)
  for (const id of ids) assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.ok(await store.accounts.byIdKey('hong'))
})

test('F19: SQLite: a lock that stays is `storage_busy` and loses nothing', async t => {
  const { store, known, other } = await lockedStore(t)
  const id = freshId()
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'
  const refusals = Promise.all([
    assert.rejects(store.signIns.update(id, scan(id)), busy),
    assert.rejects(store.signIns.update(known, scan(known, { seq: 2 })), busy),
    assert.rejects(store.accounts.add(account('a key'), 'hong', 'hong'), busy),
    assert.rejects(store.kiosks.add(kiosk()), busy),
  ])
  // Longer than anybody waits for a database.
  now = 5_000
  await refusals
  assert.deepEqual(await store.signIns.read(known), scanned(known))

  other.kill()
  await once(other, 'close')
  await store.signIns.update(id, scan(id))
  assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.equal((await store.audit.ofSignIn(known)).length, 1)
})

const opener = `
  import { openSqliteStore } from '${new URL('../../server/src/store/sql/sqlite.ts', import.meta.url)}'
  await (await openSqliteStore(process.argv[1])).close()
`

test('SQLite: several processes may start on one new database at once', async t => {
  const path = join(temporaryFolder(t), 'data', 'qrgate.sqlite')
  const flags = ['-C', 'source', '--input-type=module', '-e', opener, path]
  const opened = Array.from({ length: 3 }, () => spawn(process.execPath, flags))
  const exits = opened.map(async process => {
    const text: string[] = []
    process.stderr.on('data', chunk => text.push(String(chunk)))
    const [code] = await once(process, 'close')
    return code === 0 ? 'open' : text.join('')
  })
  assert.deepEqual(await Promise.all(exits), ['open', 'open', 'open'])
})
