import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Kysely, SqliteDialect } from 'kysely'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { temporaryFolder } from '../support/gate.ts'
import { turns } from '../support/patience.ts'
import { logLookupPromises } from './log-lookup-promises.ts'
import type { OpenDatabase } from './open-store.ts'
import { storeSuite } from './store-suite.ts'

const open: OpenDatabase = async t => {
  const path = join(temporaryFolder(t), 'data', 'qrgate.sqlite')
  const [one, other] = [await openSqliteStore(path), await openSqliteStore(path)]
  const raw = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openNodeSqlite(path) }) })
  t.after(() => Promise.all([one.close(), other.close(), raw.destroy()]))
  return { one, other, raw }
}

storeSuite('SQLite', open)
logLookupPromises('SQLite', open, 'explain query plan')

test('N46: SQLite: while all work gets through, whoever asks how it is writes nothing', async t => {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  // Rises with each commit of somebody else (https://sqlite.org/pragma.html).
  const commits = () => other.prepare('PRAGMA data_version').get()?.data_version
  const before = commits()
  for (let n = 0; n < 3; n += 1) assert.equal(await store.trouble(), null)
  assert.equal(commits(), before)
  assert.equal(await store.trouble({ byWriting: true }), null)
  assert.notEqual(commits(), before)
})

test('N46: SQLite: that somebody else is just writing is no trouble', async t => {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('begin immediate')
  const asked = store.trouble({ byWriting: true })
  await turns(20)
  other.exec('commit')
  assert.equal(await asked, null)
})

test('F21, S134: SQLite: a commit is on the disk, and what was erased is in no byte of the file', async t => {
  const path = join(temporaryFolder(t), 'qrgate.sqlite')
  await (await openSqliteStore(path)).close()
  const database = openNodeSqlite(path)
  const all = (text: string) => database.prepare(text).all([])
  const full = 2
  assert.deepEqual({ ...(all('PRAGMA synchronous')[0] as object) }, { synchronous: full })
  const canary = 'nobody is to read this again'
  database.prepare('insert into locks (name) values (?)').run([canary])
  database.prepare('delete from locks where name = ?').run([canary])
  database.close()
  assert.ok(!readFileSync(path).includes(canary))
})

test('F20, F34: SQLite: neither an empty file nor the tables of a newer gate are taken for our own', async t => {
  const folder = temporaryFolder(t)
  const empty = join(folder, 'empty.sqlite')
  writeFileSync(empty, '')
  await assert.rejects(openSqliteStore(empty), { trouble: 'damaged' })
  assert.equal(readFileSync(empty).length, 0)
  const newer = join(folder, 'newer.sqlite')
  await (await openSqliteStore(newer)).close()
  const database = new DatabaseSync(newer)
  t.after(() => database.close())
  const add = 'insert into kysely_migration (name, timestamp) values (?, ?)'
  database.prepare(add).run('9999-12-what-comes', '9999-12-31')
  for (const opening of ['make', 'use', 'look'] as const) {
    await assert.rejects(openSqliteStore(newer, opening), { trouble: 'newer' }, opening)
  }
})
