import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { turns } from '../support/patience.ts'
import { account, freshId, kiosk, scan, scanned, start } from './rows.ts'

const lock = `
  const { DatabaseSync } = require('node:sqlite')
  const [, path] = process.argv
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('locked')
  process.stdin.once('data', () => database.exec('COMMIT'))
`

/** A store whose database another process has locked until it is told to let go. */
async function lockedStore(t: TestContext) {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  const known = freshId()
  await store.signIns.update(known, scan(known))
  const other: ChildProcess = spawn(process.execPath, ['-e', lock, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => other.kill())
  assert.ok(other.stdout)
  await once(other.stdout, 'data')
  return { store, known, other, release: () => other.stdin?.end('now') }
}

test('F19: SQLite: all that waits behind a lock is done when it goes, and the loop goes on meanwhile', async t => {
  const { store, known, release } = await lockedStore(t)
  const ids = Array.from({ length: 5 }, freshId)
  let done = false
  const writes = Promise.all([
    ...ids.map(id => store.signIns.update(id, scan(id))),
    store.accounts.add(account('a key'), 'hong', 'hong'),
    store.kiosks.add(kiosk()),
    store.signIns.purge(start, 10),
  ]).finally(() => {
    done = true
  })
  // A read is answered and the loop turns, all while the lock stands: nobody waits inside SQLite.
  assert.deepEqual(await store.signIns.read(known), scanned(known))
  await turns(200)
  assert.equal(done, false)
  release()
  await writes
  for (const id of ids) assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.ok(await store.accounts.byIdKey('hong'))
})

test('F19: SQLite: a lock that stays is `storage_busy`, stops no loop and loses nothing', async t => {
  const { store, known, other } = await lockedStore(t)
  const id = freshId()
  let ticks = 0
  const ticking = setInterval(() => void ticks++, 1)
  const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'
  await Promise.all([
    assert.rejects(store.signIns.update(id, scan(id)), busy),
    assert.rejects(store.signIns.update(known, scan(known, { seq: 2 })), busy),
    assert.rejects(store.accounts.add(account('a key'), 'hong', 'hong'), busy),
    assert.rejects(store.kiosks.add(kiosk()), busy),
  ])
  clearInterval(ticking)
  assert.ok(ticks > 10, 'who waits inside SQLite stops the loop: it turned only once for each try')
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
