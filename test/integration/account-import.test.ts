import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { openStore } from '../../server/src/store/open-store.ts'
import { qrgate } from '../support/command.ts'
import { startGate, temporaryFolder } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'

/** `qrgate account …`, as an operator types it, on a database of its own. */
async function commandLine(t: TestContext) {
  const folder = temporaryFolder(t)
  const databaseUrl = `sqlite:${join(folder, 'gate.sqlite')}`
  await (await openStore(databaseUrl)).close()
  const run = (args: string[], input = '') =>
    qrgate(['account', ...args], { DATABASE_URL: databaseUrl }, folder, input)
  return { folder, databaseUrl, run }
}

function seedDatabase(file: string, rows: [unknown, unknown][]): void {
  const database = new DatabaseSync(file)
  database.exec('create table user (no integer primary key, user_id, user_pwd)')
  const insert = database.prepare('insert into user (user_id, user_pwd) values (?, ?)')
  for (const [id, hash] of rows) insert.run(id as string, hash as string)
  database.close()
}

test('S053, N62: the accounts of a seed database sign in here with their old passwords', async t => {
  const { folder, databaseUrl, run } = await commandLine(t)
  const hash = await bcrypt('secure_password', 4)
  const file = join(folder, 'seed.db')
  seedDatabase(file, [
    ['user_example', hash],
    ['as_bytes', Buffer.from(hash)],
    [1004, hash.replace('$2b$', '$2y$')],
    ['garbage', 'secure_password'],
    ['truncated', hash.slice(0, 40)],
    ['two words', hash],
    ['user_exampIe', hash],
    ['user_examp1e', hash],
    ['USER_EXAMPLE', hash],
    [null, hash],
    ['no_hash', null],
  ])

  const first = await run(['import', file])
  assert.equal(first.code, 2, first.err)
  assert.match(first.out, /^Reading table user, columns user_id and user_pwd\.$/m)
  assert.match(first.out, /^Added 3, left 0 alone that were here already, skipped 8\.$/m)
  assert.match(first.err, /^row 4 "garbage" skipped: its password is no hash that is known here/m)
  assert.match(first.err, /^row 5 "truncated" skipped: its password is a bcrypt hash that is not/m)
  assert.match(first.err, /^row 6 "two words" skipped: the id is not one that can be used here$/m)
  assert.match(first.err, /^row 7 "user_exampIe" skipped: the id looks like another one here$/m)
  assert.match(first.err, /^row 9 "USER_EXAMPLE" skipped: .* that of row 1 "user_example"; cap/m)
  assert.match(first.err, /^row 10 skipped: there is no id$/m)
  assert.match(first.err, /^row 11 "no_hash" skipped: there is no password hash$/m)
  assert.ok(!(first.out + first.err).includes('$2'))
  const second = await run(['import', file])
  assert.match(second.out, /^Added 0, left 3 alone/m)
  assert.match(second.err, /^row 1 "user_example" left alone: it is here already$/m)

  const gate = await startGate(t, { DATABASE_URL: databaseUrl })
  const client = new SeedClient(gate.url)
  for (const id of ['user_example', 'as_bytes', '1004']) {
    assert.equal((await client.signIn(id, 'wrong password')).status, 401)
    assert.equal((await client.signIn(id, 'secure_password')).status, 200)
    const account = await gate.app.store.accounts.byIdKey(id)
    assert.match(account?.passwordHash ?? '', /^\$argon2id\$/)
    assert.equal((await client.signIn(id, 'secure_password')).status, 200)
  }
  assert.equal((await client.signIn('garbage', 'secure_password')).status, 401)
})

test('S047: an operator disables, enables and gives a new password while the gate runs', async t => {
  const { databaseUrl, run } = await commandLine(t)
  assert.equal((await run(['add', 'Hong', '--name', '홍길동'], 'correct horse battery\n')).code, 0)
  const gate = await startGate(t, { DATABASE_URL: databaseUrl })
  const client = new SeedClient(gate.url)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  assert.equal((await phone.signIn(signIn.id, 'hong', 'correct horse battery')).status, 200)

  assert.match((await run(['disable', 'hong'])).out, /^Hong can no longer sign in\.$/m)
  assert.equal((await client.signIn('hong', 'correct horse battery')).status, 401)
  assert.equal((await kiosk.claim(signIn)).status, 403)
  assert.match((await run(['list'])).out, /^disabled {2}Hong {2}홍길동$/m)

  assert.equal((await run(['enable', 'HONG'])).code, 0)
  assert.equal((await kiosk.claim(signIn)).status, 403, 'what was approved before is over')
  const next = await kiosk.start()
  await phone.scan(next.frame.url)
  assert.equal((await phone.signIn(next.id, 'hong', 'correct horse battery')).status, 200)
  assert.equal((await kiosk.claimed(next)).account.name, '홍*동')
  assert.equal((await run(['password', 'hong'], 'staple for a battery\n')).code, 0)
  assert.equal((await client.signIn('hong', 'correct horse battery')).status, 401)
  assert.equal((await client.signIn('hong', 'staple for a battery')).status, 200)
  const nobody = await run(['disable', 'nobody'])
  assert.equal(nobody.code, 1)
  assert.match(nobody.err, /^qrgate: There is no account "nobody"\.$/m)
})
