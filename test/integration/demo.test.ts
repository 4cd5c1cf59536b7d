import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type KioskView, paths, type Service } from '@qrgate/sdk/protocol'
import { WebSocket } from 'ws'
import { qrgate } from '../support/command.ts'
import { openDatabase } from '../support/database.ts'
import { startDemo } from '../support/demo.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { choose, handOffOf, service } from '../support/hand-off-gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { agreementOn } from '../support/told-clients.ts'

interface ReadyVisitor {
  account: string
  password: string
}

async function nextVisitor(url: string): Promise<ReadyVisitor> {
  return (await (await fetch(`${url}/demo/visitor`)).json()) as ReadyVisitor
}

/** Somebody signs in at a screen that has no kiosk of its own. */
async function visit(
  { url }: { url: string },
  who: ReadyVisitor,
  kiosk = new Kiosk(url),
  origin = url,
) {
  const signIn = await kiosk.start()
  const phone = new Phone(url, { 'accept-language': 'ko', origin })
  const { page, receipt } = await phone.open(await kiosk.frame(signIn))
  const fields = { ...who, receipt, agreement: agreementOn(page) }
  const { status } = await phone.post(`/s/${signIn.id}/sign-in`, fields)
  return { kiosk, signIn, phone, status }
}

/** The whole of it: a number from reception. */
async function numberFor(gate: { url: string }, who: ReadyVisitor): Promise<string> {
  const { kiosk, signIn, status } = await visit(gate, who)
  assert.equal(status, 200)
  const { services = [] } = await kiosk.claimed(signIn)
  const [first] = services as Service[]
  if (services.length > 1) await choose(kiosk, signIn, first?.id ?? '')
  const { ticket } = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  return ticket?.number ?? ''
}

const rowsOf = (dataDir: string, sql: string) => {
  const database = openDatabase(dataDir)
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

test('a demo gives numbers from its own address, after a restart too, and one signal ends it all', async t => {
  const { gate, printed } = await startDemo(t)
  assert.match(await printed(), new RegExp(`^${gate.url}/demo#desk=[\\w-]{16,}$`))
  assert.equal((await fetch(`${gate.url}/reception/board`)).status, 200)
  assert.equal((await fetch(`${gate.url}/reception/desk/session`)).status, 401)
  const who = await nextVisitor(gate.url)
  assert.match(await numberFor(gate, who), /^[A-Z]-\d{3}$/)
  assert.deepEqual(
    rowsOf(gate.dataDir, 'SELECT id, claims, endpoint, staff_calls FROM clients').map(row => ({
      ...row,
    })),
    [
      {
        id: 'demo-reception',
        claims: 'masked_name external_id',
        endpoint: `${gate.url}/reception/webhook`,
        staff_calls: 1,
      },
    ],
  )

  // A board that stays open holds nobody up.
  const board = await fetch(`${gate.url}/reception/board/live`)
  assert.equal(board.status, 200)
  assert.deepEqual(await gate.kill('SIGINT'), { code: 0, signal: null })
  await board.text().catch(() => {})

  const before = await printed()
  await gate.boot()
  await until('it has printed another address', async () => (await printed()) !== before)
  assert.match(await printed(), /#desk=/, 'its client is known again')
  assert.equal((await visit(gate, who)).status, 401, 'the password before is good no more')
  assert.match(await numberFor(gate, await nextVisitor(gate.url)), /^[A-Z]-\d{3}$/)
})

test('a socket at reception’s address is refused like any other stray one, and a body is reception’s', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  const socket = new WebSocket(`${gate.url.replace('http', 'ws')}/reception/board/live`)
  const status = await new Promise(resolve => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.on('open', () => resolve('open')).on('error', () => {})
  })
  assert.equal(status, 404)
  // Longer than the gate takes anywhere, and of no type that it knows.
  const forged = await fetch(`${gate.url}/reception/webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-unheard-of' },
    body: 'x'.repeat(20_000),
  })
  assert.ok(forged.status >= 400 && forged.status < 500)
  assert.doesNotMatch(await forged.text(), /unsupported_media_type/)
})

test('ready visitors come in turn, each with a masked name and an external id', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  const visitors: ReadyVisitor[] = []
  for (const _ of [1, 2, 3, 4, 5, 6]) visitors.push(await nextVisitor(gate.url))
  assert.equal(new Set(visitors.map(({ account }) => account)).size, 5)
  assert.equal(new Set(visitors.map(({ password }) => password)).size, 5)
  assert.deepEqual(visitors[5], visitors[0])
  const rows = rowsOf(gate.dataDir, 'SELECT external_id FROM accounts ORDER BY external_id')
  assert.deepEqual(rows[0], Object.assign(Object.create(null), { external_id: 'P-0042' }))
})

test('serve on the data of a demo has no open kiosk, no reception, and nobody ready', async t => {
  const { gate: demo, printed } = await startDemo(t)
  await printed()
  const who = await nextVisitor(demo.url)
  const headers = { origin: demo.url }
  const screen = await fetch(demo.url + paths.kioskEnrol, { method: 'POST', headers })
  assert.equal(((await screen.json()) as KioskView).staff_call, true, 'reception hears of calls')
  assert.match(await numberFor(demo, who), /^[A-Z]-\d{3}$/)
  await demo.kill('SIGINT')

  const env = {
    QRGATE_DATA_DIR: demo.dataDir,
    SECRET_KEY: readFileSync(join(demo.dataDir, 'secret-key'), 'utf8').trim(),
    PUBLIC_URL: 'https://gate.test',
  }
  const gate = await GateProcess.start(t, env, 'serve')
  assert.equal((await new Kiosk(gate.url).tryStart()).status, 401)
  for (const path of ['/demo', '/demo/visitor', '/reception', '/reception/board']) {
    assert.equal((await fetch(gate.url + path)).status, 404, path)
  }
  // Screens that enrolled themselves were reception's in the demo's process only.
  const clients = rowsOf(demo.dataDir, 'SELECT client FROM kiosks').map(({ client }) => client)
  assert.deepEqual(clients, [null])
  const doctor = await qrgate(['doctor'], env, demo.dataDir)
  assert.doesNotMatch(doctor.out, /^fail .*demo/m, 'nothing is wrong with what a demo has left')
  // Even whoever has written the password down.
  const { out } = await qrgate(['kiosk', 'add', '1층', '--backend'], env, demo.dataDir)
  const kiosk = new Kiosk(gate.url, /[\w-]{43}/.exec(out)?.[0])
  assert.equal((await visit(gate, who, kiosk, 'https://gate.test')).status, 401)
})

test('a client, and people, that somebody else has made or changed are never touched', async t => {
  const folder = temporaryFolder(t)
  const env = {
    QRGATE_DATA_DIR: folder,
    SECRET_KEY: 'a secret key that only this test uses: 32 bytes',
  }
  const run = async (args: string[], input = '') => {
    const { code, out, err } = await qrgate(args, env, folder, input)
    assert.equal(code, 0, err)
    return out
  }
  await run(['migrate'])
  await run(['client', 'add', 'demo-reception', '우리 접수', '--claims', 'name'])
  await run(['account', 'add', 'demo.hong'], 'correct horse battery\ncorrect horse battery\n')
  const mine = 'SELECT credential_hash, webhook_secret, claims, endpoint FROM clients'
  const hash = "SELECT password_hash FROM accounts WHERE id = 'demo.hong'"
  const before = [rowsOf(folder, mine), rowsOf(folder, hash)]
  const { gate, printed } = await startDemo(t, env)
  assert.equal(await printed(), `${gate.url}/demo`)
  assert.match(gate.output, /Without reception: a client demo-reception/)
  assert.equal((await fetch(`${gate.url}/reception/board`)).status, 404)
  assert.deepEqual([rowsOf(folder, mine), rowsOf(folder, hash)], before)
  const { account } = await nextVisitor(gate.url)
  assert.equal(account, 'demo.jane')
  await gate.kill('SIGINT')

  // Removed: its id goes to nobody else.
  await run(['client', 'remove', 'demo-reception'])
  await gate.boot()
  await until('it says so again', () => gate.output.split('Without reception').length > 2)
})

test('a client of the demo that an operator has changed is the operator’s from then on', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  await gate.kill('SIGINT')
  const env = { QRGATE_DATA_DIR: gate.dataDir }
  const { code, err } = await qrgate(['client', 'rotate', 'demo-reception'], env, gate.dataDir)
  assert.equal(code, 0, err)
  const { code: set } = await qrgate(
    ['account', 'set', 'demo.hong', '--name', '홍길순'],
    env,
    gate.dataDir,
  )
  assert.equal(set, 0)
  await gate.boot()
  await until('it says so', () => gate.output.includes('Without reception'))
  assert.equal((await nextVisitor(gate.url)).account, 'demo.jane')
})

test('the gate’s own address is an endpoint for the client that it serves itself, and for no other', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  const env = { QRGATE_DATA_DIR: gate.dataDir }
  const run = async (args: string[], input = '') => {
    const { code, out, err } = await qrgate(args, env, gate.dataDir, input)
    assert.equal(code, 0, err)
    return out
  }
  const endpoint = `${gate.url}/reception/webhook`
  const added = await run(['client', 'add', 'other', '다른 곳', '--endpoint', endpoint])
  assert.match(added, /Nothing is sent to its endpoint/)
  await run(['client', 'services', 'other', '-'], JSON.stringify({ services: [service('exam')] }))
  const kiosk = await run(['kiosk', 'add', '2층', '--backend', '--client', 'other'])
  const credential = /[\w-]{43}/.exec(kiosk)?.[0] ?? ''
  const who = await nextVisitor(gate.url)
  const { kiosk: screen, signIn } = await visit(gate, who, new Kiosk(gate.url, credential))
  await screen.claimed(signIn)
  await until('it was tried', async () =>
    (await run(['client', 'show', 'other'])).includes('nothing got through since'),
  )
  assert.equal((await screen.view(signIn)).hand_off?.state, 'requested')
  assert.match(await numberFor(gate, who), /^[A-Z]-\d{3}$/, 'its own client is told')
})
