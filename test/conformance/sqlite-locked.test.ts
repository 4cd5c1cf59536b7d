import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../server/src/errors.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { account, freshId, kiosk, scan, scanned, start } from './rows.ts'

const lock = `
  const { DatabaseSync } = require('node:sqlite')
  const [, path, ms] = process.argv
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  process.stdout.write('locked')
  setTimeout(() => database.exec('COMMIT'), Number(ms))
`

/** A store whose database another process has locked for so long. */
async function lockedStore(t: TestContext, ms: number) {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  const known = freshId()
  await store.signIns.update(known, scan(known))
  const other: ChildProcess = spawn(process.execPath, ['-e', lock, path, `${ms}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => other.kill())
  assert.ok(other.stdout)
  await once(other.stdout, 'data')
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  // The first turn has nothing to be compared with.
  await sleep(30)
  return { store, known, other, longestDelay: () => delay.max / 1e6 }
}

test('F19: SQLite: all that waits behind a lock of 600 ms is done, and the loop goes on', async t => {
  const { store, known, longestDelay } = await lockedStore(t, 600)
  const ids = Array.from({ length: 5 }, freshId)
  const writes = Promise.all([
    ...ids.map(id => store.signIns.update(id, scan(id))),
    store.accounts.add(account('a key'), 'hong', 'hong'),
    store.kiosks.add(kiosk()),
    store.signIns.purge(start, 10),
  ])
  assert.deepEqual(await store.signIns.read(known), scanned(known))
  await writes
  for (const id of ids) assert.deepEqual(await store.signIns.read(id), scanned(id))
  assert.ok(await store.accounts.byIdKey('hong'))
  assert.ok(longestDelay() < 200, `the loop stood still for ${longestDelay()} ms`)
})

test('F19: SQLite: a lock that stays is `storage_busy` in bounded time and loses nothing', async t => {
  const { store, known, other, longestDelay } = await lockedStore(t, 60_000)
  const id = freshId()
  const started = performance.now()
  const busy = (error: unknown) => error instanceof Refusal && error.code === 'storage_busy'
  await Promise.all([
    assert.rejects(store.signIns.update(id, scan(id)), busy),
    assert.rejects(store.signIns.update(known, scan(known, { seq: 2 })), busy),
    assert.rejects(store.accounts.add(account('a key'), 'hong', 'hong'), busy),
    assert.rejects(store.kiosks.add(kiosk()), busy),
  ])
  assert.ok(performance.now() - started < 8_000)
  assert.ok(longestDelay() < 200, `the loop stood still for ${longestDelay()} ms`)
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
