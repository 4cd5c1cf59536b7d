import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../support/database.ts'
import { type Gate, type Settings, startGate } from '../support/gate.ts'
import { inBatches, shuffled } from '../support/in-batches.ts'
import { KioskSocket } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

/** So many wrong passwords are looked at, and the proxy's word for where they come from is believed. */
const settings: Settings = {
  // However slow the machine is, nobody is turned away.
  QRGATE_HASH_WAIT_SECONDS: '10',
  QRGATE_TRUSTED_PROXIES: '127.0.0.1',
  QRGATE_FAILURES_PER_ACCOUNT: '1000',
  QRGATE_FAILURES_PER_ACCOUNT_DAY: '100000',
  QRGATE_FAILURES_PER_NETWORK: '100000',
}

interface Tried {
  code: string
  account: string | null
  address: string | null
  count: number
}

/** The rows of refused tries, once the gate has stopped. */
async function triesOf(gate: Gate): Promise<Tried[]> {
  await gate.close()
  const database = openDatabase(gate.dataDir)
  try {
    const rows = database
      .prepare(
        `SELECT subject AS code, account, address, detail ->> '$.count' AS count FROM log
         WHERE event = 'tries.refused' ORDER BY row`,
      )
      .all()
    return rows.map(row => ({ ...row })) as unknown as Tried[]
  } finally {
    database.close()
  }
}

function keyOf({ dataDir }: Gate, id: string): string {
  const database = openDatabase(dataDir)
  try {
    return String(database.prepare('SELECT key FROM accounts WHERE id = ?').get(id)?.key)
  } finally {
    database.close()
  }
}

const sum = (tried: readonly Tried[]) => tried.reduce((sum, { count }) => sum + count, 0)

/** Sends wrong passwords from anywhere, each to a sign-in of its own. */
function guesser(gate: Gate) {
  return async (id: string, from: string) => {
    const client = new SeedClient(gate.url, { 'x-forwarded-for': from })
    const answer = await client.signIn(id, 'a wrong password')
    assert.equal(answer.status, 401, await answer.text())
  }
}

test('wrong passwords leave no row each: a few rows say how many, for whom and from where', async t => {
  const gate = await startGate(t, settings)
  const users = ['hong', 'kim', 'lee']
  for (const user of users) await addAccount(gate, user)
  const guess = guesser(gate)
  const tries: [id: string, from: string][] = [
    ...Array.from({ length: 110 }, (): [string, string] => ['hong', '203.0.113.7']),
    ...Array.from({ length: 70 }, (): [string, string] => ['kim', '2001:db8:1:2::7']),
    ...Array.from({ length: 60 }, (_, n): [string, string] => ['kim', `2001:db8:1:3::${n + 1}`]),
    ...Array.from({ length: 50 }, (): [string, string] => ['nobody', '203.0.113.8']),
    // Everybody at everybody's, from everywhere.
    ...Array.from({ length: 210 }, (_, n): [string, string] => [
      users[n % 3] ?? '',
      `198.51.100.${n}`,
    ]),
  ]
  await inBatches(shuffled(tries), 8, ([id, from]) => guess(id, from))
  const [hong, kim] = [keyOf(gate, 'hong'), keyOf(gate, 'kim')]
  const rows = await triesOf(gate)
  assert.equal(sum(rows), tries.length)
  assert.ok(rows.length <= 11, `${rows.length} rows`)
  const code = 'wrong_credentials'
  assert.deepEqual(rows.slice(0, 4), [
    { code, account: hong, address: '203.0.113.7', count: 110 },
    { code, account: kim, address: '2001:db8:1:2::/64', count: 70 },
    { code, account: kim, address: '2001:db8:1:3::/64', count: 60 },
    { code, account: null, address: '203.0.113.8', count: 50 },
  ])
  assert.deepEqual(rows.at(-1), { code, account: null, address: null, count: 210 - 6 })
})

test('N17: a flood of wrong passwords is one line in the JSON log, without ids and passwords', async t => {
  const gate = await startGate(t, settings)
  for (const user of ['hong', 'kim']) await addAccount(gate, user)
  const guess = guesser(gate)
  for (let n = 0; n < 30; n += 1) await guess(n % 2 ? 'hong' : 'kim', '203.0.113.7')
  await guess('nobody', '2001:db8:1:2::7')
  await gate.close()
  const lines = gate
    .log()
    .split('\n')
    .filter(line => line.includes('many wrong passwords'))
  assert.equal(lines.length, 1)
  const { level, wrong } = JSON.parse(lines[0] ?? '')
  assert.equal(level, 40)
  assert.deepEqual(wrong, {
    count: 31,
    seconds: 60,
    accounts: 2,
    networks: 2,
    largest: { network: '203.0.113.7', count: 30 },
  })
  assert.doesNotMatch(lines[0] ?? '', /hong|kim|nobody|a wrong password/)
})

test('N14 N17: whoever asks at sign-up which ids are taken leaves a trace', async t => {
  const gate = await startGate(t, settings)
  const users = ['hong', 'kim', 'lee']
  for (const user of users) await addAccount(gate, user)
  const { phone, id } = await scannedSignIn(gate, { 'x-forwarded-for': '203.0.113.7' })
  for (const user of users) {
    assert.equal((await phone.signUp(id, user, '', 'long and new, and not theirs')).status, 409)
  }
  assert.deepEqual(await triesOf(gate), [
    { code: 'account_exists', account: null, address: '203.0.113.7', count: 3 },
  ])
})

test('a forged X-Forwarded-For leaves no text in the log', async t => {
  const gate = await startGate(t, settings)
  await addAccount(gate)
  const guess = guesser(gate)
  const forged = [
    'canary',
    '<b>canary</b>',
    'canary/64',
    '203.0.113.7 canary',
    '::1%canary',
    "' OR 1=1--",
  ]
  for (const from of [...forged, '203.0.113.9, canary', 'canary, 203.0.113.9']) {
    await guess(visitor.id, from)
  }
  const rows = await triesOf(gate)
  assert.equal(sum(rows), 8)
  assert.deepEqual(
    rows.map(({ address, count }) => [address, count]),
    [
      [null, 6],
      ['::/64', 1],
      ['203.0.113.9', 1],
    ],
  )
})

test('without trusted proxies it is the peer that counts, whatever it says of itself', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const guess = guesser(gate)
  for (const from of ['203.0.113.7', 'canary']) await guess(visitor.id, from)
  const rows = await triesOf(gate)
  assert.deepEqual(
    rows.map(({ address, count }) => [address, count]),
    [['127.0.0.1', 2]],
  )
})

test('what is late, broken or nowhere is no try, and neither is a right password', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const { phone, id, kiosk, signIn } = await scannedSignIn(gate)
  assert.equal((await kiosk.claim(signIn)).status, 409, 'not approved yet')
  assert.equal((await fetch(`${gate.url}/nowhere`)).status, 404)
  const headers = { 'content-type': 'application/json' }
  const broken = { method: 'POST', headers, body: '{' }
  assert.equal((await fetch(`${gate.url}/api/qr/auth/x`, broken)).status, 422)
  const later = await scannedSignIn(gate)
  gate.passTime(200_000)
  const late = await later.phone.signIn(later.id, visitor.id, 'a wrong password')
  assert.equal(late.status, 410, 'expired')
  assert.equal((await phone.deny(id)).status, 410)
  const good = await scannedSignIn(gate)
  assert.equal((await good.phone.signIn(good.id, visitor.id, visitor.password)).status, 200)
  assert.deepEqual(await triesOf(gate), [])
})

test('every other refusal of a try is counted, whoever answered it', async t => {
  const gate = await startGate(t, settings)
  await addAccount(gate)
  const { id, phone } = await scannedSignIn(gate)
  const stranger = new Phone(gate.url)
  assert.equal((await stranger.signIn(id, visitor.id, visitor.password)).status, 403)
  // Pages count as their JSON does, and forms that are shown again.
  assert.equal((await stranger.get('/q/NO-TICKET-AT-ALL')).status, 404)
  assert.equal((await phone.post(`/s/${id}/sign-in`, wrong, 'text/html')).status, 401)
  assert.equal((await stranger.get('/enrol/no-link')).status, 404)
  const foreign = new Phone(gate.url, { origin: 'https://elsewhere.test' })
  assert.equal((await foreign.post(`/s/${id}/deny`, {})).status, 403)
  const tried = await triesOf(gate)
  assert.deepEqual(tried.map(({ code, count }) => `${code} ${count}`).toSorted(), [
    'cross_site 1',
    'link_unknown 1',
    'not_your_phone 1',
    'ticket_unknown 1',
    'wrong_credentials 1',
  ])
})

const wrong = { account: visitor.id, password: 'a wrong password' }

test('sockets with wrong kiosk secrets are counted, at the address where they are', async t => {
  const gate = await startGate(t, settings)
  const { signIn } = await scannedSignIn(gate)
  const headers = { 'x-forwarded-for': '203.0.113.7' }
  for (const n of [1, 2, 3]) {
    const socket = await KioskSocket.open(gate.url, headers)
    socket.say({ type: 'watch', id: signIn.id, kiosk_secret: `wrong ${n}` })
    await socket.closed
  }
  assert.deepEqual(await triesOf(gate), [
    { code: 'kiosk_secret_wrong', account: null, address: '203.0.113.7', count: 3 },
  ])
})

test('a database that is busy while the gate stops loses no count', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const guess = guesser(gate)
  for (let n = 0; n < 3; n += 1) await guess(visitor.id, '')
  const other = openDatabase(gate.dataDir)
  other.exec('BEGIN IMMEDIATE')
  const closing = gate.close()
  // The edge is closed; what is counted is being written, and cannot be.
  await until('nobody listens any more', () => isGone(gate))
  other.exec('COMMIT')
  other.close()
  await closing
  assert.equal(sum(await triesOf(gate)), 3)
})

async function isGone({ url }: Gate): Promise<boolean> {
  const answer = await fetch(`${url}/healthz`).catch(() => undefined)
  await answer?.body?.cancel()
  return answer === undefined
}
