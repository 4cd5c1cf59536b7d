import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { OperatorError } from '../operator-error.ts'
import { foreignAccounts } from './foreign-accounts.ts'
import type { ForeignNames } from './foreign-columns.ts'

const bcrypt = `$2b$12$${'x'.repeat(53)}`

function fileOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'accounts')
}

async function all(file: string) {
  const accounts = []
  for await (const account of foreignAccounts(file, {})) accounts.push(account)
  return accounts
}

const said = (words: RegExp) => (error: unknown) =>
  error instanceof OperatorError && words.test(error.message)

/** A database of the seed's, with its file. */
function seedFile(t: TestContext, ...sql: string[]) {
  const file = fileOf(t)
  const database = new DatabaseSync(file)
  for (const one of sql) database.exec(one)
  return { file, database }
}

const seedTable = 'create table user (id integer primary key, user_id text, user_pwd text)'
const filled = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 500)
  insert into user (user_id, user_pwd) select 'user' || i, '${bcrypt}' from n`

test('N62: a database that is in use, damaged or not whole is one sentence', async t => {
  const { file, database } = seedFile(t, seedTable, filled)
  database.exec('begin exclusive')
  await assert.rejects(all(file), said(/ is in use by another program; stop that, or import a/))
  database.exec('commit')
  assert.equal((await all(file)).length, 500)
  database.close()

  const whole = readFileSync(file)
  for (const size of [10, 15, 16, 50, 100, 512, 4_096, 4_097, 8_192, whole.length - 4_096]) {
    writeFileSync(file, whole.subarray(0, size))
    await assert.rejects(all(file), said(/ is damaged.*Import a whole copy of it\.$/), `${size}`)
  }
  for (const kept of [16, 100]) {
    writeFileSync(file, Buffer.concat([whole.subarray(0, kept), randomBytes(9_000)]))
    await assert.rejects(all(file), said(/ is damaged/), `rubbish behind ${kept}`)
  }
  writeFileSync(file, whole.fill(0xff, 8_192))
  await assert.rejects(all(file), said(/ is damaged/))
})

test('N62: a database without its write-ahead log says what is missing', async t => {
  const { file, database } = seedFile(t, 'pragma journal_mode = wal', seedTable, filled)
  const copy = fileOf(t)
  copyFileSync(file, copy)
  await assert.rejects(all(copy), said(/ has no table; copy .*-wal with it, or stop what writes/))
  copyFileSync(file, copy)
  copyFileSync(`${file}-wal`, `${copy}-wal`)
  assert.equal((await all(copy)).length, 500)
  database.close()
  assert.equal((await all(file)).length, 500)
  const empty = seedFile(t, 'create table a (b)', 'drop table a')
  empty.database.close()
  await assert.rejects(all(empty.file), said(/ has no table\.$/))
})

test('N62: a hash may stand between blanks and line ends, as an id may', async t => {
  const { file, database } = seedFile(t, seedTable)
  const insert = database.prepare('insert into user (user_id, user_pwd) values (?, ?)')
  for (const hash of [` ${bcrypt}`, `${bcrypt}\n`, `\t${bcrypt} \r\n`]) insert.run('hong', hash)
  insert.run('hong', Buffer.from(`${bcrypt}\n`))
  database.close()
  for (const { hash } of await all(file)) assert.equal(hash, bcrypt)
})

test('N62: of several tables and columns those are taken that hold accounts, and it is said which', async t => {
  const values = `('1', 'hong', '${bcrypt}')`
  const ours = 'create table users (id, password)'
  const seeds = `create table user (no, user_id, user_pwd); insert into user values ${values}`
  const both = 'table user, columns user_id and user_pwd'
  const cases: [string, string][] = [
    [`${ours}; ${seeds}`, both],
    [`${ours}; insert into users values ('kim', '${bcrypt}'); ${seeds}`, both],
    [
      `${seeds.replace('user (', 'user (id integer, password, ').replace("('1'", "(1, null, '1'")}`,
      both,
    ],
    [
      `create table user (user_id, user_pwd); ${ours}; insert into users values ('hong', '${bcrypt}')`,
      'table users, columns id and password',
    ],
    [
      `create table users (id integer, user_id, user_pwd, password);
       insert into users values (1, 'hong', '${bcrypt}', null)`,
      'table users, columns user_id and user_pwd',
    ],
    [
      `create table users (id integer, password); insert into users values (1004, '${bcrypt}')`,
      'table users, columns id and password',
    ],
  ]
  for (const [sql, expected] of cases) {
    const { file, database } = seedFile(t, sql)
    database.close()
    const { taken, ids } = await tellingRead(file)
    assert.deepEqual(taken, [expected])
    assert.deepEqual(ids, [/1004/.test(sql) ? '1004' : 'hong'])
  }
  const csv = fileOf(t)
  writeFileSync(csv, `user_id,user_pwd,id,password\nhong,${bcrypt},1,\n`)
  assert.deepEqual(await tellingRead(csv), {
    taken: ['columns user_id and user_pwd'],
    ids: ['hong'],
  })
  writeFileSync(csv, `{"id":1,"user_id":"hong","user_pwd":"${bcrypt}"}\n`.repeat(2))
  const fields = ['fields user_id and user_pwd']
  assert.deepEqual(await tellingRead(csv), { taken: fields, ids: ['hong', 'hong'] })
})

async function tellingRead(file: string, given: ForeignNames = {}) {
  const taken: string[] = []
  const ids: (string | undefined)[] = []
  for await (const { id } of foreignAccounts(file, given, text => taken.push(text))) ids.push(id)
  return { taken, ids }
}

test('N62: a column that may only count rows is nobody’s id unless the operator says so', async t => {
  const named = `create table users (id integer primary key, username, password);
    insert into users values (1, 'hong', '${bcrypt}')`
  const files: [string, RegExp][] = [
    [named, /is it "id" or "username" that people type to sign in\? Say --id-column id or/],
    [named.replace('username', 'login_id'), /is it "id" or "login_id"/],
    [named.replace('username', 'nick'), /"id" of table users is a number.*or one of nick\.$/],
    [named.replace('integer primary key', 'text'), /is it "id" or "username"/],
  ]
  for (const [sql, words] of files) {
    const { file, database } = seedFile(t, sql)
    database.close()
    await assert.rejects(tellingRead(file), said(words))
    assert.deepEqual((await tellingRead(file, { idColumn: 'id' })).ids, ['1'])
  }
  const { file, database } = seedFile(t, named)
  database.close()
  assert.deepEqual((await tellingRead(file, { idColumn: 'username' })).ids, ['hong'])

  const text = fileOf(t)
  writeFileSync(text, `id,username,password\n1,hong,${bcrypt}\n`)
  await assert.rejects(tellingRead(text), said(/is it "id" or "username"/))
  assert.deepEqual((await tellingRead(text, { nameColumn: 'username' })).ids, ['1'])
  writeFileSync(text, JSON.stringify({ id: 1, login: 'hong', password: bcrypt }))
  await assert.rejects(tellingRead(text), said(/is it "id" or "login"/))
})
