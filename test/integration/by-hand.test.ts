import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { delivery } from '../conformance/rows.ts'
import { cli, qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'

/** An operator at a machine with a new database. */
async function startOperating(t: TestContext) {
  const folder = temporaryFolder(t)
  const database = join(folder, 'gate.sqlite')
  const env = {
    DATABASE_URL: `sqlite:${database}`,
    QRGATE_DATA_DIR: folder,
    PUBLIC_URL: 'https://gate.example.org',
    SECRET_KEY: 'a secret key that only this test uses: 32 bytes and more',
  }
  const run = (args: string[], input = '') => qrgate(args, env, folder, input)
  const does = async (args: string[], input = ''): Promise<string> => {
    const ran = await run(args, input)
    assert.equal(ran.code, 0, ran.err)
    return ran.out
  }
  /** @returns the sentence. */
  const refuses = async (...args: string[]): Promise<string> => {
    const ran = await run(args)
    assert.deepEqual([ran.code, ran.out], [1, ''], args.join(' '))
    const lines = ran.err.split('\n').filter(line => line.startsWith('qrgate: '))
    assert.equal(lines.length, 1, ran.err)
    assert.ok(!ran.err.includes('    at '), ran.err)
    return lines[0]?.slice('qrgate: '.length) ?? ''
  }
  await does(['migrate'])
  return { folder, database, env, run, does, refuses }
}

test('N54: kiosks are named, linked, switched off and removed by hand', async t => {
  const { run, does, refuses } = await startOperating(t)
  await does(['kiosk', 'add', '1층 접수', '--name-en', 'Desk'])
  const same = await run(['kiosk', 'add', '2층 접수', '--name-en', 'desk', '--backend'])
  assert.equal(same.code, 0)
  const warned = /^Kiosk 100 has that name too: visitors cannot tell the two apart\.$/m
  assert.match(same.err, warned)
  await does(['kiosk', 'set', '101', '--name-en', 'Upstairs'])
  assert.match((await run(['kiosk', 'set', '101', '--name', '1층 접수'])).err, warned)
  assert.doesNotMatch((await run(['kiosk', 'set', '101', '--name', '2층'])).err, warned)

  const unreadable = ['', '\u3164', 'a\u202eb']
  const sentence = 'A name has 1 to 64 characters, and no invisible ones. Please enter it again.'
  for (const name of unreadable) {
    assert.equal(await refuses('kiosk', 'set', '100', '--name', name), sentence)
  }
  assert.equal(await refuses('kiosk', 'add', 'x'.repeat(300)), sentence)
  assert.equal(await refuses('kiosk', 'add', '접수', '--name-en', '\u2066'), sentence)
  assert.equal(await refuses('client', 'add', 'clinic', 'x'.repeat(300)), sentence)
  assert.equal(await refuses('client', 'add', 'clinic', '\u3164'), sentence)

  const link = await does(['kiosk', 'link', '100'])
  assert.match(link, /^ {2}https:\/\/gate\.example\.org\/enrol\/[\w-]{43}$/m)
  assert.doesNotMatch(link, /present screen/)
  assert.match(await does(['kiosk', 'link', '101']), /^Its present screen works until then/m)

  assert.equal(
    await refuses('kiosk', 'remove', '101'),
    'Kiosk 101 is in use. First: qrgate kiosk revoke 101',
  )
  await does(['kiosk', 'revoke', '101'])
  for (const verb of ['revoke', 'link', 'set']) {
    const options = verb === 'set' ? ['--name', 'x'] : []
    const why = await refuses('kiosk', verb, '101', ...options)
    assert.equal(why, 'Kiosk 101 was switched off, for good; add a new one.')
  }
  await does(['kiosk', 'remove', '101'])
  for (const [number, verb] of [
    ['101', 'revoke'],
    ['101', 'remove'],
    ['101', 'link'],
    ['999', 'remove'],
    ['x', 'link'],
    ['-1', 'revoke'],
  ] as const) {
    assert.equal(await refuses('kiosk', verb, '--', number), `There is no kiosk ${number}.`)
  }
  assert.match(await does(['kiosk', 'list']), /^ +100 {2}invited +- +1층 접수\n$/)
  assert.match(await does(['kiosk', 'add', '3층']), /^Kiosk 102 added\./)
})

test('N54: an import says what becomes of each row, and takes who has another id', async t => {
  const { folder, run, does, refuses } = await startOperating(t)
  const hash = await bcrypt('secure_password', 4)
  const file = join(folder, 'users.csv')
  const people = ['Kim,김하나', 'kim,김두나', 'two words,이', 'lee,', 'old,박']
  const rows = people.map(person => `${person.replace(',', `,${hash},`)}`)
  writeFileSync(file, `\ufeffuser_id,user_pwd,user_name\r\n${rows.join('\r\n')}\r\n`)
  const ids = join(folder, 'ids.csv')
  writeFileSync(ids, 'old,new\ntwo words,two.words\n')

  const rehearsed = await run(['account', 'import', file, '--dry-run'])
  assert.equal(rehearsed.code, 2)
  assert.match(rehearsed.out, /^Reading columns user_id and user_pwd, names from user_name\.$/m)
  const summary = /^Nothing was written\. It would add 3, leave 0 alone .*, skip 2\.$/m
  assert.match(rehearsed.out, summary)
  assert.match(rehearsed.err, /^line 3 "kim" skipped: its id is the same here as .* 2 "Kim"/m)
  assert.match(rehearsed.err, /^line 4 "two words" skipped: the id is not one/m)
  assert.match(rehearsed.err, /--rename OLD=NEW, or --ids/)
  assert.equal(await does(['account', 'list']), '')

  const all = ['account', 'import', file, '--rename', 'Kim=kim.h', '--ids', ids, '--json']
  const taken = await run(all)
  assert.equal(taken.code, 0, taken.err)
  const report = JSON.parse(taken.out)
  assert.deepEqual([report.added, report.left_alone, report.left_out], [5, 0, 0])
  assert.deepEqual(report.rows[0], {
    place: 'line 2',
    id: 'Kim',
    outcome: 'added',
    account: 'kim.h',
  })
  assert.ok(!taken.out.includes('$2'))
  const list = await does(['account', 'list'])
  assert.equal(list.match(/^enabled/gm)?.length, 5)
  assert.match(list, /^enabled {3}kim\.h {2}김하나$/m)
  assert.match(list, /^enabled {3}kim {2}김두나$/m)

  await does(['account', 'set', 'lee', '--name', '이하나'])
  await does(['account', 'set', 'kim', '--name', '김'])
  const again = JSON.parse((await run(all)).out)
  assert.deepEqual([again.added, again.left_alone], [0, 5])
  assert.deepEqual(again.rows[1], {
    place: 'line 3',
    id: 'kim',
    outcome: 'left_alone',
    account: 'kim',
    differs: ['name'],
  })
  // What the file does not say is no difference.
  assert.deepEqual(again.rows[3].differs, [])

  const unused = await run(['account', 'import', file, '--rename', 'Kimm=x', '--rename', 'Kim=y'])
  assert.equal(unused.code, 2)
  assert.match(unused.err, /^Nobody in the file has the id "Kimm"/m)
  assert.match(await refuses('account', 'import', file, '--rename', 'Kim'), /^--rename is OLD=NEW/)
  assert.match(
    await refuses('account', 'import', file, '--ids', 'no.csv'),
    /^no\.csv cannot be read/,
  )
  await does(['account', 'import', file, ...all.slice(3, 7), '--name-column', 'none'])
})

test('N54: what is shown to people is one JSON document for programs, as docs/commands.md has it', async t => {
  const { database, does, run } = await startOperating(t)
  await does(['account', 'add', 'kim', '--name', '김'], 'correct horse battery\n')
  await does(['client', 'add', 'clinic', '서울내과', '--endpoint', 'https://emr.example.org/'])
  await does(['kiosk', 'add', '1층', '--client', 'clinic'])
  await does(['keys', 'rotate'])
  const store = await openSqliteStore(database)
  await store.deliveries.add([delivery()])
  await store.close()

  const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
  const fieldsOf = (command: string): string[] => {
    const row = page.split('\n').find(line => line.startsWith(`| \`${command}\` |`))
    assert.ok(row, `${command} stands in the table`)
    // What stands in brackets are values, or fields of a field.
    const [, , cell = ''] = row.replaceAll(/\([^)]*\)/g, '').split('|')
    return [...cell.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name ?? '')
  }
  const listed = ['account list', 'kiosk list', 'client list', 'delivery list', 'keys list']
  for (const command of [...listed, 'log show']) {
    const ran = await run([...command.split(' '), '--json'])
    assert.equal(ran.code, 0, ran.err)
    const rows = JSON.parse(ran.out)
    assert.ok(Array.isArray(rows) && rows.length > 0, command)
    const fields = fieldsOf(command).filter(name => name !== 'sub')
    assert.deepEqual(Object.keys(rows[0]).toSorted(), fields.toSorted(), command)
    for (const [field, value] of Object.entries(rows[0])) {
      const isTime = /(^|_)(at|from|until)$/.test(field) && value !== null
      if (isTime) assert.match(`${value}`, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, `${command} ${field}`)
    }
    assert.doesNotMatch(ran.out, /argon2|whsec|hash|password/)
  }
  const [{ sub }] = JSON.parse(await does(['account', 'list', '--client', 'clinic', '--json']))
  assert.match(sub, /^[\w-]{43}$/)
  const shown = JSON.parse(await does(['client', 'show', 'clinic', '--json']))
  const fields = [...fieldsOf('client list'), ...fieldsOf('client show')]
  assert.deepEqual(Object.keys(shown).toSorted(), fields.toSorted())
  const verified = JSON.parse((await run(['log', 'verify', '--json'])).out)
  assert.deepEqual(Object.keys(verified).toSorted(), fieldsOf('log verify').toSorted())
  // Nothing is a document too.
  assert.deepEqual(JSON.parse(await does(['delivery', 'list', '--failed', '--json'])), [])
})

test('N54: a password from a file is its first line, whatever ends it', async t => {
  const { database, does, run } = await startOperating(t)
  const password = 'correct horse 가나다'
  const files = { lf: `${password}\nmore`, crlf: `${password}\r\n`, none: password }
  for (const [id, input] of Object.entries({ ...files, bom: `\ufeff${password}\r\n` })) {
    await does(['account', 'add', id], input)
  }
  const store = await openSqliteStore(database)
  const { matches } = await createPasswordHasher(60_000)
  for (const { id, passwordHash } of await store.accounts.all()) {
    assert.ok(await matches(password, passwordHash, []), id)
  }
  await store.close()
  const utf16 = await run(['account', 'add', 'utf16'], `${[...password].join('\0')}\0\n`)
  assert.equal(utf16.code, 1)
  assert.match(utf16.err, /^qrgate: What stands on standard input is no text in UTF-8\.$/m)
  const empty = await run(['account', 'add', 'empty'])
  assert.match(empty.err, /^qrgate: A password has 8 characters or more\.$/m)
})

test('N54: what is already so, nobody’s and somebody else’s is said in one sentence', async t => {
  const { does, refuses } = await startOperating(t)
  for (const id of ['kim', 'lee']) await does(['account', 'add', id], 'correct horse battery\n')
  await does(['account', 'set', 'lee', '--external-id', 'P-1'])
  assert.equal(await does(['account', 'set', 'kim', '--id', 'kim']), 'kim is so already.\n')
  assert.match(await refuses('account', 'set', 'kim', '--id', 'Lee'), /^This user ID is taken/)
  const taken = await refuses('account', 'set', 'kim', '--external-id', 'P-1')
  assert.match(taken, /^Another account has this external ID\./)
  for (const args of [
    ['set', 'x', '--name', 'y'],
    ['disable', 'x'],
    ['enable', 'x'],
  ]) {
    assert.equal(await refuses('account', ...args), 'There is no account "x".')
  }
  for (const args of [
    ['password', 'x'],
    ['remove', 'x', '--yes'],
    ['remove', ' ', '--yes'],
  ]) {
    assert.match(await refuses('account', ...args), /^There is no account "/)
  }
  for (const args of [
    ['show', 'x'],
    ['set', 'x', '--name', 'y'],
    ['remove', 'x'],
  ]) {
    assert.equal(await refuses('client', ...args), 'There is no client "x".')
  }
  const none = 'There is no client "x".'
  assert.equal(await refuses('account', 'list', '--client', 'x'), none)
  assert.equal(await refuses('delivery', 'list', '--client', 'x', '--json'), none)
})

test('N48, N54: whoever stops reading what is said ends nothing', async t => {
  const { folder, env, does } = await startOperating(t)
  const file = join(folder, 'users.jsonl')
  const hash = await bcrypt('secure_password', 4)
  // More than any pipe holds.
  const bad = Array.from({ length: 3_000 }, (_, n) => ({ id: `nobody ${n}`, password: hash }))
  const good = [{ id: 'last', password: hash }]
  writeFileSync(file, [...bad, ...good].map(row => JSON.stringify(row)).join('\n'))
  const args = ['-C', 'source', cli, 'account', 'import', file, '--json']
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } })
  child.stdout.destroy()
  child.stderr.once('data', () => child.stderr.destroy())
  const [code] = await once(child, 'exit')
  assert.equal(code, 2)
  assert.equal(await does(['account', 'list']), 'enabled   last\n')
})
