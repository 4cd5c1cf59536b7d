import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { patience } from '../../server/src/store/sql/retry-while-busy.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { turns } from '../support/patience.ts'
import { account, addAccount, freshId, kiosk, logOf, scan, scanned, start } from './rows.ts'

/** Holds the lock until it is told to let go. */
const lock = `
  const { DatabaseSync } = require('node:sqlite')
  const database = new DatabaseSync(process.argv[1])
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('locked')
  process.stdin.once('data', () => {
    database.exec('COMMIT')
    process.exit()
  })
`

/**
 * A store whose database another process has locked. Its patience runs out only when the test lets
 * time pass, however slow the machine is.
 */
async function lockedStore(t: TestContext) {
  const connections = new Set<DatabaseSync>()
  const { prepare } = DatabaseSync.prototype
  t.mock.method(DatabaseSync.prototype, 'prepare', function (this: DatabaseSync, text: string) {
    connections.add(this)
    return prepare.call(this, text)
  })
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
  let now = 0
  t.mock.method(performance, 'now', () => now)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return {
    store,
    known,
    other,
    unlock: () => other.stdin?.write('let go'),
    pass: (ms: number) => {
      now += ms
    },
    /** How long each connection may wait inside SQLite, where waiting stops the event loop. */
    waitsInside: () =>
      [...connections]
        .filter(({ isOpen }) => isOpen)
        .map(connection => connection.prepare('PRAGMA busy_timeout').get()?.timeout),
  }
}

test('F19: SQLite: all that waits behind a lock is done, and meanwhile the loop goes on', async t => {
  const { store, known, unlock, waitsInside } = await lockedStore(t)
  assert.deepEqual(waitsInside(), [0])
  const ids = Array.from({ length: 5 }, freshId)
  let done = 0
  const writes = [
    ...ids.map(id => store.signIns.update(id, scan(id))),
    addAccount(store, account('a key', { idKey: 'hong' })),
    store.kiosks.add(kiosk()),
    store.signIns.purge(start, 10),
  ].map(async write => {
    await write
    done += 1
  })
  assert.deepEqual(await store.signIns.read(known), scanned(known))
  // The loop turns while the lock stands; a write that waited inside SQLite would stop it.
  await turns(1_000)
  assert.equal(done, 0)
  unlock()
  await Promise.all(writes)
  for (const id of ids) assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.ok(await store.accounts.byIdKey('hong'))
})

test('F19: SQLite: a lock that stays is `storage_busy` in bounded time and loses nothing', async t => {
  const { store, known, other, pass } = await lockedStore(t)
  const id = freshId()
  const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'
  let refused = 0
  const refusals = [
    store.signIns.update(id, scan(id)),
    store.signIns.update(known, scan(known, { seq: 2 })),
    addAccount(store, account('a key', { idKey: 'hong' })),
    store.kiosks.add(kiosk()),
  ].map(async write => {
    await assert.rejects(write, busy)
    refused += 1
  })
  await turns(1_000)
  assert.equal(refused, 0)
  pass(patience)
  await Promise.all(refusals)
  assert.deepEqual(await store.signIns.read(known), scanned(known))

  other.kill()
  await once(other, 'close')
  await store.signIns.update(id, scan(id))
  assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.equal((await logOf(store, known)).length, 1)
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

test('I7: SQLite: what comes too late for whoever has asked is taken back, and refused', async t => {
  const { store, known, unlock, pass } = await lockedStore(t)
  unlock()
  const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'
  const late = store.signIns.update(known, () => {
    const change = scan(known, { seq: 2 })()
    pass(patience)
    return change
  })
  await assert.rejects(late, busy)
  assert.deepEqual(await store.signIns.read(known), scanned(known))
  const code = { userCode: 'WDJB-MJHT', signIn: known, kiosk: 100, network: '', expiresAt: start }
  let asked = 0
  const clock = performance.now.bind(performance)
  // What comes after the first looks at the time, the insert with it, takes too long.
  const slow = t.mock.method(performance, 'now', () => {
    asked += 1
    return asked > 2 ? clock() + patience : clock()
  })
  await assert.rejects(store.userCodes.give(code, start - 1), busy)
  slow.mock.restore()
  assert.equal(await store.userCodes.find(code.userCode), null)
})
