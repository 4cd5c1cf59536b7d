import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { assertUnharmed } from '../support/aftermath.ts'
import { attack } from '../support/attack.ts'
import { openDatabase, stored } from '../support/database.ts'
import { startGate } from '../support/gate.ts'
import { exchange, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { hostileTexts, validators } from '../support/validators.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor

/** Where the log says that a refused try came from, once the gate has stopped. */
function addressesOfTries(dataDir: string): unknown[] {
  const database = openDatabase(dataDir)
  try {
    const rows = database.prepare("SELECT address FROM log WHERE event = 'tries.refused'").all()
    return rows.map(({ address }) => address)
  } finally {
    database.close()
  }
}

const peer = '127.0.0.1'

test('S071 a forwarding header of an untrusted peer changes nothing at all', async t => {
  const gate = await startGate(t)
  const plain = await exchange(gate.url, request(gate.url, 'GET /q/x'))
  const body = (text: string) => text.split('\r\n\r\n')[1]
  const hops = Array.from({ length: 50 }, (_, n) => `10.0.0.${n}`).join(', ')
  const values = [
    'a',
    '',
    '127.0.0.1',
    hops,
    'fe80::1%eth0',
    '::ffff:127.0.0.1',
    '9'.repeat(10_000),
  ]
  for (const value of values) {
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-forwarded-proto']) {
      const answer = await exchange(gate.url, request(gate.url, 'GET /q/x', { [name]: value }))
      assert.equal(answer.status, plain.status)
      assert.equal(body(answer.text), body(plain.text))
    }
  }
  assert.ok(!gate.log().includes('10.0.0.'))
  await assertUnharmed(gate)
  await gate.close()
  assert.deepEqual(new Set(addressesOfTries(gate.dataDir)), new Set([peer]))
})

const spoofed = '198.51.100.9'
const client = '203.0.113.7'
const inner = '10.1.2.3'
const origins: [of: string, trusted: string, forwarded: string, from: string][] = [
  ['a peer while nobody is trusted', '', client, peer],
  ['a peer that is not the trusted one', '10.0.0.0/8', client, peer],
  ['a peer that is not the trusted one, of IPv6', '::1, fd00::/8', `${spoofed}, ${client}`, peer],
  ['a trusted proxy', peer, client, client],
  ['a trusted proxy whose client made up more', peer, `${spoofed}, ${client}`, client],
  ['a chain of trusted proxies', `${peer}, 10.0.0.0/8`, `${spoofed}, ${client}, ${inner}`, client],
  ['a chain whose inner proxy is not trusted', peer, `${client}, ${inner}`, inner],
]
for (const [of, trusted, forwarded, from] of origins) {
  test(`S071 the address that counts is the rightmost untrusted one: ${of}`, async t => {
    const gate = await startGate(t, { QRGATE_TRUSTED_PROXIES: trusted })
    const tried = request(gate.url, 'GET /q/x', { 'x-forwarded-for': forwarded })
    assert.equal((await exchange(gate.url, tried)).status, 404)
    await gate.close()
    assert.deepEqual(addressesOfTries(gate.dataDir), [from])
  })
}

const sql = [
  "' OR '1'='1",
  "hong'--",
  "hong' --",
  `hong"; DROP TABLE accounts; --`,
  "') UNION SELECT key, id, id_key, name, password_hash FROM accounts --",
  "hong'/**/OR/**/1=1",
  '%',
  'h_ng%',
  'hong\u0000',
  '\\',
  "hong' AND sleep(5) --",
  'CHAR(39)',
  '?1',
  ':id',
  '@p1;',
  '$1',
]

attack(
  'S072 the language of the database means nothing in any field',
  async gate => {
    await addAccount(gate)
    const { phone, id, kiosk, signIn } = await scannedSignIn(gate)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    const before = stored(gate.dataDir)
    for (const text of sql) {
      const said = JSON.stringify(text)
      assert.equal((await phone.signIn(id, text, password)).status, 401, said)
      assert.equal((await phone.signIn(id, visitor.id, text)).status, 401, said)
      assert.equal((await client.auth(token, text, password)).status, 401, said)
      assert.equal((await client.auth(text, visitor.id, password)).status, 401, said)
      assert.equal((await phone.signUp(id, text, text, 'short')).status, 422, said)
      const secret = { ...signIn, kiosk_secret: encodeURIComponent(text) }
      assert.equal((await kiosk.claim(secret)).status, 401, said)
      const path = paths.signIn(encodeURIComponent(`${id}${text}`))
      assert.equal((await fetch(gate.url + path)).status, 400, said)
    }
    assert.deepEqual(stored(gate.dataDir), before)
    for (const text of sql) {
      // Signs are allowed in ids, so some of these are ids like any other: stored to the letter.
      const inserted = await client.insert(text, password)
      const { success = false } = (await inserted.json()) as { success?: boolean }
      const ids = (await gate.app.store.accounts.all()).map(account => account.id)
      assert.ok(inserted.status === 422 || inserted.status === 200, text)
      assert.equal(ids.includes(text), success, text)
    }
    assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
  },
  {
    settings: {
      QRGATE_FAILURES_PER_ACCOUNT: '1000',
      QRGATE_TRIES_PER_SIGN_IN: '1000',
      QRGATE_FAILURES_PER_NETWORK: '10000',
    },
  },
)

attack('S073 a field is text, and an object in its place is refused', async gate => {
  await addAccount(gate)
  const token = await new SeedClient(gate.url).start()
  const odd = [{ $gt: '' }, ['hong'], 7, true, null]
  const bodies = [
    ...odd.map(id => ({ id, pwd: password })),
    ...odd.map(pwd => ({ id: visitor.id, pwd })),
    { id: visitor.id },
    {},
    [],
    'text',
    7,
  ]
  for (const body of bodies) {
    const answer = await fetch(`${gate.url}/api/qr/auth/${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.equal(answer.status, 422, JSON.stringify(body))
  }
  const twice = '?user_id=a1&user_id=a2&user_pwd=x'
  assert.equal((await fetch(`${gate.url}/api/test/insert${twice}`)).status, 422)
  assert.equal(stored(gate.dataDir).accounts?.length, 1)
})

attack('S074 no name of a field reaches the prototype of anything', async gate => {
  await addAccount(gate)
  const { phone, id } = await scannedSignIn(gate)
  const token = await new SeedClient(gate.url).start()
  const json = [
    '{"__proto__":{"polluted":1},"id":"hong","pwd":"x"}',
    '{"constructor":{"prototype":{"polluted":1}},"id":"hong","pwd":"x"}',
    '{"id":"hong","pwd":"x","__proto__":{"polluted":1}}',
    '{"\\u005f_proto__":{"polluted":1},"id":"hong","pwd":"x"}',
  ]
  for (const body of json) {
    for (const path of [`/api/qr/auth/${token}`, paths.signIns, `/s/${id}/sign-in`]) {
      const answer = await fetch(gate.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: phone.cookies, origin: gate.url },
        body,
      })
      assert.ok([400, 422].includes(answer.status), `${path} ${body}: ${answer.status}`)
    }
  }
  const names = [
    '__proto__[polluted]',
    '__proto__.polluted',
    'constructor[prototype][polluted]',
    '__proto__',
  ]
  for (const name of names) {
    await phone.post(`/s/${id}/sign-in`, { [name]: '1', account: 'x', password: 'x' })
    await phone.get(`/s/${id}?${encodeURIComponent(name)}=1`)
    await fetch(`${gate.url}/healthz`, { headers: { cookie: `${name}=1` } })
  }
  for (const account of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal((await phone.signIn(id, account, password)).status, 401, account)
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

/** So long that whatever takes its time by the square of the length would never end. */
const size = 200_000

test('S076 two hundred thousand letters keep no validator busy', async () => {
  const texts = hostileTexts(size)
  for (const validate of Object.values(validators)) {
    for (const text of texts) {
      try {
        await validate(text)
      } catch {
        // A refusal is the right answer.
      }
    }
  }
})

attack('S077 a flood of starts costs no storage, not one look at it', async (gate, t) => {
  const { signIns, kiosks } = gate.app.store
  const looks = [
    t.mock.method(signIns, 'read'),
    t.mock.method(signIns, 'update'),
    t.mock.method(kiosks, 'byNumber'),
  ]
  for (let wave = 0; wave < 20; wave += 1) {
    const flood = Array.from({ length: 100 }, () =>
      fetch(gate.url + paths.signIns, { method: 'POST' }),
    )
    const answers = await Promise.all(flood)
    for (const answer of answers) {
      assert.equal(answer.status, 201)
      await answer.arrayBuffer()
    }
  }
  assert.deepEqual(
    looks.map(({ mock }) => mock.callCount()),
    [0, 0, 0],
  )
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
  // Only the start's own event, which is there before anybody comes.
  const log = stored(gate.dataDir).log as { event: string }[]
  assert.deepEqual(
    log.map(({ event }) => event),
    ['signing_key.added'],
  )
})
