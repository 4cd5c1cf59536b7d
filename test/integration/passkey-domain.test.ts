import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Finding } from '../../server/src/boot/doctor/finding.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { passkey } from '../conformance/passkey-promises.ts'
import { accountEvent, adding, start } from '../conformance/rows.ts'
import { Authenticator } from '../support/authenticator.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { entered, ownPage, visiting } from '../support/owner.ts'
import { startLocal, toMake } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'

const SECRET_KEY = 'a key of this test only: 6dJq0PzT81yXw'
const said = 'passkeys of other domains do not work here'

/** A database with passkeys of these domains; one of them was removed. */
async function databaseWith(t: TestContext, ...domains: string[]) {
  const folder = temporaryFolder(t)
  const file = join(folder, 'gate.sqlite')
  const store = await openSqliteStore(file)
  const rows = domains.map((domain, n) => passkey(`key ${n}`, { domain }))
  for (const row of [...rows, passkey('gone', { domain: 'gone.example', removedAt: start })]) {
    await store.passkeys.update(row.id, adding(row, accountEvent('hong', 'passkey.added')))
  }
  await store.close()
  return { folder, DATABASE_URL: `sqlite:${file}` }
}

test('a gate whose domain has become another one says how many passkeys work no more', async t => {
  const { DATABASE_URL } = await databaseWith(t, 'old.example', 'old.example', 'localhost')
  const gate = await startLocal(t, { DATABASE_URL })
  await until('it is said', () => gate.log().includes(said))
  const line = gate
    .log()
    .split('\n')
    .find(line => line.includes(said))
  const { level, passkeys, madeFor, domain } = JSON.parse(line ?? '')
  assert.deepEqual([level, passkeys, madeFor, domain], [40, 2, ['old.example'], 'localhost'])
})

test('doctor says so too, and nothing where all passkeys work', async t => {
  const { folder, DATABASE_URL } = await databaseWith(t, 'old.example', 'gate.example')
  const about = async (more: Record<string, string>) => {
    const env = { QRGATE_DATA_DIR: folder, DATABASE_URL, SECRET_KEY, ...more }
    const findings = JSON.parse((await qrgate(['doctor', '--json'], env, folder)).out) as Finding[]
    return findings.filter(({ about }) => about === 'passkeys').map(({ words }) => words)
  }
  const [words = ''] = await about({ PUBLIC_URL: 'https://gate.example' })
  assert.match(words, /^1 were made for old\.example, and do not work: not gate\.example; set /)
  const [bare = ''] = await about({ PUBLIC_URL: 'http://127.0.0.1:1' })
  assert.match(bare, /^2 were made for gate\.example, old\.example, .*: no passkey works at this/)
  const all = await databaseWith(t, 'gate.example')
  const env = { ...all, QRGATE_DATA_DIR: all.folder, SECRET_KEY }
  const { out } = await qrgate(['doctor'], { ...env, PUBLIC_URL: 'https://gate.example' }, folder)
  assert.doesNotMatch(out, /passkeys/)
})

test('passkeys that work no more keep nobody from making one, however many there are', async t => {
  const gate = await startLocal(t)
  const { phone, signIn, id } = await visiting(gate)
  const { accounts, passkeys } = gate.app.store
  const { key: account } = (await accounts.byIdKey(id)) ?? assert.fail()
  for (let n = 0; n < 20; n += 1) {
    const row = passkey(`old ${n}`, { account, domain: 'old.example' })
    await passkeys.update(row.id, adding(row, accountEvent(account, 'passkey.added')))
  }
  const asked = toMake(await ownPage(phone, `/s/${signIn.id}`), gate) ?? assert.fail()
  const credential = new Authenticator().create(asked)
  assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)
  assert.equal((await passkeys.of(account)).length, 21)
})

test('their owner sees which passkeys work no more', async t => {
  const gate = await startLocal(t)
  const { id } = await visiting(gate)
  const { accounts, passkeys } = gate.app.store
  const { key: account } = (await accounts.byIdKey(id)) ?? assert.fail()
  for (const domain of ['old.example', 'localhost']) {
    const row = passkey(domain, { account, domain, name: domain })
    await passkeys.update(row.id, adding(row, accountEvent(account, 'passkey.added')))
  }
  const page = await ownPage(await entered(gate, id))
  const rows = [...page.matchAll(/<strong>(old\.example|localhost)<\/strong> <span>([^<]*)/g)]
  assert.deepEqual(
    rows.map(([, name, more = '']) => [name, more.includes('another address')]),
    [
      ['old.example', true],
      ['localhost', false],
    ],
  )
})
