import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { OperatorError } from '../operator-error.ts'
import type { ForeignAccount } from './foreign-account.ts'
import { foreignAccounts } from './foreign-accounts.ts'
import type { ForeignNames } from './foreign-columns.ts'

const names: ForeignNames = { table: 'users', idColumn: 'id', hashColumn: 'password' }
const more: ForeignNames = { ...names, nameColumn: 'full_name', externalIdColumn: 'chart' }
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

test('S053: a field may have several lines, and none of them passes for an account', async t => {
  const name = `"two lines\r\nadmin,${bcrypt}\n\n"`
  assert.deepEqual(
    await read(t, ['id,password,name', `kim,${bcrypt},${name}`, `lee,${bcrypt},x`]),
    [
      ['line 5', 'kim', bcrypt],
      ['line 6', 'lee', bcrypt],
    ],
  )
})

test('where quotes do not match, no line after them is taken for an account', async t => {
  const wrong = ['"lee', '"lee"x', '"lee" x']
  for (const id of wrong) {
    const file = fileOf(t)
    writeFileSync(file, `kim,${bcrypt}\n${id},${bcrypt}\npark,"${bcrypt}"\nchoi,"${bcrypt}"\n`)
    const seen: (string | undefined)[] = []
    await assert.rejects(
      async () => {
        for await (const account of foreignAccounts(file, names)) seen.push(account.id)
      },
      error => error instanceof OperatorError && /at line \d\. Mend it/.test(error.message),
      id,
    )
    // Those before it may have been read by then; importing again leaves them alone.
    assert.deepEqual(
      seen.filter(id => id !== 'kim'),
      [],
    )
  }
})

test('a quote that is never closed is said before the whole file is read', async t => {
  const file = fileOf(t)
  writeFileSync(file, `kim,${bcrypt}\nlee,"${'x,\n'.repeat(1_000_000)}`)
  await assert.rejects(
    all(file),
    error => error instanceof OperatorError && error.message.includes('Max Record Size'),
  )
})

test('quotes inside a field, either kind of line end and blank lines are all welcome', async t => {
  const file = fileOf(t)
  writeFileSync(file, `\n5" kim,${bcrypt}\r\n  \nlee , ${bcrypt} \r\n\r\npark,"${bcrypt}"`)
  assert.deepEqual(
    (await all(file)).map(({ place, id, hash }) => [place, id, hash]),
    [
      ['line 2', '5" kim', bcrypt],
      ['line 4', 'lee', bcrypt],
      ['line 6', 'park', bcrypt],
    ],
  )
  writeFileSync(file, `kim,${bcrypt}\rlee,${bcrypt}\r`)
  assert.deepEqual(
    (await all(file)).map(({ id }) => id),
    ['kim', 'lee'],
  )
})

test('JSON lines may hold numbers, and a broken line breaks no other', async t => {
  const lines = [
    JSON.stringify({ id: 'hong', password: argon }),
    '{"id": "broken"',
    JSON.stringify({ id: ['kim'], password: bcrypt }),
    JSON.stringify({ id: 7, password: bcrypt }),
    'null',
    '["kim"]',
  ]
  assert.deepEqual(await read(t, lines), [
    ['line 1', 'hong', argon],
    ['line 2', undefined, undefined],
    ['line 3', undefined, bcrypt],
    ['line 4', '7', bcrypt],
    ['line 5', undefined, undefined],
    ['line 6', undefined, undefined],
  ])
})

test('an SQLite file says which tables it has when it lacks the one asked for', async t => {
  const file = fileOf(t)
  const database = new DatabaseSync(file)
  database.exec('create table users (id, password); create table visits (id)')
  database.prepare('insert into users values (?, ?)').run('hong', Buffer.from(bcrypt))
  database.close()
  const using = (given: Partial<typeof names>) => all(file, { ...names, ...given })

  const none = { name: '', externalId: '' }
  assert.deepEqual(await using({}), [{ place: 'row 1', id: 'hong', hash: bcrypt, ...none }])
  const says = (text: string) => (error: unknown) =>
    error instanceof OperatorError && error.message.includes(text)
  await assert.rejects(
    using({ table: 'user' }),
    says('no such table: user. Its tables are: users, visits.'),
  )
  await assert.rejects(using({ hashColumn: 'hashed' }), says('no such column: hashed'))
  await assert.rejects(using({ table: 'users`; drop table users' }), says('no such table'))
})

test('N62: the table of the seed is found by itself, and so are its columns in other files', async t => {
  const byItself = async (sql: string, given: ForeignNames = {}) => {
    const file = fileOf(t)
    const database = new DatabaseSync(file)
    database.exec(sql)
    database.close()
    return (await all(file, given)).map(({ id, hash }) => [id, hash])
  }
  const values = `values (1, 'hong', '${bcrypt}')`
  const found = [['hong', bcrypt]]
  const seed = `create table user (no integer primary key, user_id text unique, user_pwd text)`
  assert.deepEqual(await byItself(`${seed}; insert into user ${values}`), found)
  assert.deepEqual(
    await byItself(`${seed}; create table visits (id); insert into user ${values}`),
    found,
  )
  const capitals = 'create table USER (no, User_Id, USER_PWD)'
  assert.deepEqual(await byItself(`${capitals}; insert into user ${values}`), found)
  const plural = seed.replace('table user', 'table users')
  assert.deepEqual(await byItself(`${plural}; insert into users ${values}`), found)
  const singular = 'create table user (no, id, password)'
  assert.deepEqual(await byItself(`${singular}; insert into user ${values}`), found)
  // A number that only this table counts by is nobody's id.
  const numbered = 'create table user (id integer primary key, user_id, user_pwd)'
  assert.deepEqual(await byItself(`${numbered}; insert into user ${values}`), found)
  // One name that was said leaves the others to be found.
  const hashed = 'create table user (no, user_id, hashed)'
  assert.deepEqual(
    await byItself(`${hashed}; insert into user ${values}`, { hashColumn: 'hashed' }),
    found,
  )
  assert.deepEqual(
    await byItself(`${numbered}; insert into user ${values}`, { table: 'user' }),
    found,
  )
  await assert.rejects(byItself('create table user (name, secret)'), (error: Error) =>
    error.message.endsWith('no such column: id. Its tables are: user.'),
  )
  assert.deepEqual(await read(t, ['user_pwd,user_id', `${bcrypt},hong`], {}), [
    ['line 2', 'hong', bcrypt],
  ])
  assert.deepEqual(await read(t, [JSON.stringify({ user_id: 'hong', user_pwd: bcrypt })], {}), [
    ['line 1', 'hong', bcrypt],
  ])
})

/** Names and external ids in a file of these lines. */
async function readMore(t: TestContext, lines: string[]) {
  const file = fileOf(t)
  writeFileSync(file, lines.join('\n'))
  return (await all(file, more)).map(({ id, name, externalId }) => [id, name, externalId])
}

const saysMissing = (text: string) => (error: unknown) =>
  error instanceof OperatorError && error.message.endsWith(text)

test('names and external ids are read from a CSV file whose first line names them', async t => {
  const lines = [
    'chart,id,full_name,password',
    `0042,kim,"Kim, A",${bcrypt}`,
    `,lee,,${bcrypt}`,
    `7,park,Park,"${argon}"`,
    '8,short',
  ]
  assert.deepEqual(await readMore(t, lines), [
    ['kim', 'Kim, A', '0042'],
    ['lee', '', ''],
    ['park', 'Park', '7'],
    ['short', '', '8'],
  ])
  for (const first of [`kim,${bcrypt}`, 'id,password,name,CHART', 'full_name,chart,password']) {
    const reading = readMore(t, [first, `lee,${bcrypt}`])
    await assert.rejects(reading, error => error instanceof OperatorError, first)
  }
  const reading = readMore(t, ['id,password,full_name,number'])
  await assert.rejects(reading, saysMissing(': its first line names no "chart".'))
})

test('names and external ids are read from JSON lines, of which some may lack them', async t => {
  const bare = { id: 'kim', password: bcrypt }
  const objects = [
    bare,
    { ...bare, chart: ' 42 ' },
    { ...bare, full_name: '김철수', chart: 42 },
    { ...bare, full_name: null, chart: null },
    { ...bare, full_name: ['김'], chart: { no: 1 } },
  ]
  // JavaScript reads another number there, which may well be somebody else's.
  const large = `{"id":"kim","password":"${bcrypt}","chart":9007199254740993}`
  assert.deepEqual(await readMore(t, [...objects.map(object => JSON.stringify(object)), large]), [
    ['kim', '', ''],
    ['kim', '', '42'],
    ['kim', '김철수', '42'],
    ['kim', '', ''],
    ['kim', undefined, undefined],
    ['kim', '', undefined],
  ])
  const reading = readMore(t, [JSON.stringify({ ...bare, chart: 1 }), JSON.stringify(bare)])
  await assert.rejects(reading, saysMissing(': no object has a field "full_name".'))
})

test('an SQLite file has numbers of any size, and none of them ends the import', async t => {
  const file = fileOf(t)
  const database = new DatabaseSync(file)
  database.exec('create table users (id, password, full_name, chart)')
  const insert = database.prepare('insert into users values (?, ?, ?, ?)')
  insert.run('kim', bcrypt, '김철수', 9007199254740993n)
  insert.run(1004, bcrypt, null, 'A-1   ')
  insert.run('lee', bcrypt, 1.5, null)
  database.close()
  assert.deepEqual(
    (await all(file, more)).map(({ id, name, externalId }) => [id, name, externalId]),
    [
      ['kim', '김철수', '9007199254740993'],
      ['1004', '', 'A-1'],
      ['lee', '1.5', ''],
    ],
  )
  const reading = all(file, { ...more, externalIdColumn: 'number' })
  await assert.rejects(reading, saysMissing('no such column: number. Its tables are: users.'))
})

const said = (words: RegExp) => (error: unknown) =>
  error instanceof OperatorError && words.test(error.message)

test('what cannot be read, or is no file, is said in a sentence', async t => {
  await assert.rejects(all(fileOf(t)), said(/cannot be read: there is no such file\.$/))
  await assert.rejects(all(tmpdir()), said(/cannot be read: it is no file\.$/))
})

test('N62: what is empty, binary or one JSON array is said once, and not by the line', async t => {
  const file = fileOf(t)
  const cases: [string | Buffer, RegExp][] = [
    ['', / is empty\.$/],
    [randomBytes(5_000), / is no SQLite database, and no text in UTF-8/],
    [Buffer.from([0x50, 0x4b, 3, 4, 0x14, 0]), / is no SQLite database/],
    [Buffer.from(`kim,${bcrypt}`, 'utf16le'), / is no SQLite database/],
    [JSON.stringify([{ id: 'kim', password: bcrypt }], null, 2), / is one JSON array/],
  ]
  for (const [content, words] of cases) {
    writeFileSync(file, content)
    await assert.rejects(all(file), said(words))
  }
})

test('N54: a CSV file of another separator is named, and shows no hash', async t => {
  for (const [sign, name] of [
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ] as const) {
    const reading = read(t, [`id${sign}password`, `lee${sign}${bcrypt}`])
    await assert.rejects(reading, new RegExp(`its columns are separated by ${name}; save it with`))
  }
})
