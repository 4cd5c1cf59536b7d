import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { OperatorError } from '../operator-error.ts'
import { type ForeignAccount, foreignAccounts } from './foreign-accounts.ts'

const names = { table: 'users', idColumn: 'id', hashColumn: 'password' }
const bcrypt = `$2b$12$${'x'.repeat(53)}`
const argon = '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA'

function fileOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'accounts')
}

async function all(file: string, given = names): Promise<ForeignAccount[]> {
  const accounts = []
  for await (const account of foreignAccounts(file, given)) accounts.push(account)
  return accounts
}

async function read(t: TestContext, lines: string[], given = names) {
  const file = fileOf(t)
  writeFileSync(file, lines.join('\r\n'))
  return (await all(file, given)).map(({ place, id, hash }) => [place, id, hash])
}

test('a CSV file needs no header, and argon2 hashes hold commas', async t => {
  assert.deepEqual(await read(t, [`kim,${bcrypt}`, '', `lee,${argon}`, 'park']), [
    ['line 1', 'kim', bcrypt],
    ['line 3', 'lee', argon],
    ['line 4', 'park', ''],
  ])
})

test('a CSV file with a header has its columns anywhere, quoted or not', async t => {
  const header = '\ufeff"name","login","secret"'
  const lines = [`"Jane ""J"" Doe, MD","ja""ne","${argon}"`, `,"o'brien",${bcrypt}`, 'short']
  const given = { ...names, idColumn: 'login', hashColumn: 'secret' }
  assert.deepEqual(await read(t, [header, ...lines], given), [
    ['line 2', 'ja"ne', argon],
    ['line 3', "o'brien", bcrypt],
    ['line 4', undefined, undefined],
  ])
})

test('JSON lines may hold numbers, and a broken line breaks no other', async t => {
  const lines = [
    JSON.stringify({ id: 'hong', password: argon }),
    '{"id": "broken"',
    JSON.stringify({ id: ['kim'], password: bcrypt }),
    JSON.stringify({ id: 7, password: bcrypt }),
  ]
  assert.deepEqual(await read(t, lines), [
    ['line 1', 'hong', argon],
    ['line 2', undefined, undefined],
    ['line 3', undefined, bcrypt],
    ['line 4', '7', bcrypt],
  ])
})

test('an SQLite file says which tables it has when it lacks the one asked for', async t => {
  const file = fileOf(t)
  const database = new DatabaseSync(file)
  database.exec('create table users (id, password); create table visits (id)')
  database.prepare('insert into users values (?, ?)').run('hong', Buffer.from(bcrypt))
  database.close()
  const using = (given: Partial<typeof names>) => all(file, { ...names, ...given })

  assert.deepEqual(await using({}), [{ place: 'row 1', id: 'hong', hash: bcrypt }])
  const says = (text: string) => (error: unknown) =>
    error instanceof OperatorError && error.message.includes(text)
  await assert.rejects(
    using({ table: 'user' }),
    says('no such table: user. Its tables are: users, visits.'),
  )
  await assert.rejects(using({ hashColumn: 'hashed' }), says('no such column: hashed'))
  await assert.rejects(using({ table: 'users`; drop table users' }), says('no such table'))
})

test('a file that is not there is said in a sentence', async t => {
  const reading = all(fileOf(t))
  await assert.rejects(
    reading,
    error => error instanceof OperatorError && /cannot be read/.test(error.message),
  )
})
