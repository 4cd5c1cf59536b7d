import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Claims, Client, type StartAnswer } from '@qrgate/sdk'
import { createClients } from '../../server/src/clients/clients.ts'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import {
  type Answer,
  cancelled,
  newSecret,
  now,
  requested,
  signature,
} from '../support/example-receiver.ts'
import { freePort, type Gate, startGate, temporaryFolder } from '../support/gate.ts'
import { Phone } from '../support/phone.ts'
import { agreementOn } from '../support/told-clients.ts'

const example = fileURLToPath(new URL('../../examples/backend-node/check-in.ts', import.meta.url))

test('the backend example has 150 lines at most, and needs jose and nothing else', () => {
  const files = ['check-in.ts', 'gate.ts', 'hand-offs.ts']
  const source = files.map(name => readFileSync(join(dirname(example), name), 'utf8')).join('')
  assert.ok(source.split('\n').length - 1 <= 150)
  const imports = [...source.matchAll(/^import (?!type).* from '([^']+)'$/gm)].map(
    ([, name]) => name,
  )
  const others = imports.filter(name => !/^(node:|\.\/)/.test(name ?? ''))
  assert.deepEqual(others, ['jose'])
})

/** What `qrgate client add` and `qrgate kiosk add --backend --client` do. */
async function credentialsAt({ app: { store } }: Gate) {
  const clock = createClock()
  const sealed = sealedTexts(deriveKeyring(['a key of this test'], 'webhook secret'), randomBytes)
  const clients = createClients({ records: store.clients, sealed, clock, randomBytes })
  const name = { ko: '서울내과', en: 'Seoul Clinic' }
  const clinic = { id: 'clinic', name, claims: ['name'] as const, endpoint: null }
  const { credential: client, webhookSecret } = await clients.add(clinic, system)
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const desk = { ko: '1층 접수 1번', en: 'Reception 1' }
  const { credential: kiosk } = await kiosks.enrol(desk, system, 'clinic')
  return { client, kiosk, webhookSecret }
}

/** The example as its reader would run it. */
async function startBackend(
  t: TestContext,
  gate: Pick<Gate, 'url'>,
  credentials: { kiosk: string; client: string; webhookSecret: string },
) {
  const url = `http://127.0.0.1:${await freePort()}`
  const backend = spawn(process.execPath, ['-C', 'source', example], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      PORT: new URL(url).port,
      GATE: gate.url,
      KIOSK_CREDENTIAL: credentials.kiosk,
      CLIENT_CREDENTIAL: credentials.client,
      WEBHOOK_SECRET: credentials.webhookSecret,
      DATA: join(temporaryFolder(t), 'check-in.sqlite'),
    },
  })
  t.after(() => backend.kill())
  const lines = createInterface(backend.stdout)[Symbol.asyncIterator]()
  assert.equal((await lines.next()).value, url)
  return { url, start: () => fetch(`${url}/start`, { method: 'POST' }), lines }
}

test('the backend example starts for its kiosk, and learns who came, each once', async t => {
  const gate = await startGate(t)
  const { start, lines } = await startBackend(t, gate, await credentialsAt(gate))
  const visitor = new Phone(gate.url)
  const password = 'correct horse battery'
  const arrive = async (form: 'sign-up' | 'sign-in', fields: Record<string, string>) => {
    const started = (await (await start()).json()) as StartAnswer
    const { id, page, receipt } = await visitor.open(started.frame.url)
    assert.equal(id, started.id)
    assert.equal((await visitor.post(`/s/${id}/scan`, { receipt })).status, 200)
    const agreement = agreementOn(page)
    await visitor.post(`/s/${id}/${form}`, { ...fields, password, agreement })
    const { value } = await lines.next()
    const [, line = '', claims = '{}'] = /^(\S+ \S+) (.*)$/.exec(`${value}`) ?? []
    return { line, claims: JSON.parse(claims) as Claims, started }
  }
  const first = await arrive('sign-up', { account: 'hong', name: '홍길동' })
  assert.equal(first.line, 'arrived 홍*동')
  assert.match(first.claims.sub, /^[\w-]{43}$/)
  assert.equal(first.claims.name, '홍길동')
  // The page has what the backend gave it, and with it learns what a screen may show.
  const { id, kiosk_secret } = first.started
  const shown = await new Client({ server: gate.url }).claim(id, kiosk_secret)
  assert.deepEqual(shown.account, { name: '홍*동' })
  assert.ok(!/sub|id_token|홍길동/.test(JSON.stringify([first.started, shown])))
  const second = await arrive('sign-in', { account: 'hong' })
  assert.equal(second.line, 'arrived 홍*동')
  assert.deepEqual(second.claims, first.claims)
})

test('a backend without a right credential is refused every start', async t => {
  const { start } = await startBackend(t, await startGate(t), {
    kiosk: 'wrong',
    client: 'wrong',
    webhookSecret: newSecret(),
  })
  assert.equal((await start()).status, 502)
  assert.equal((await start()).status, 502)
})

test('the backend example gives numbers by webhook, calls them in order, and ends them', async t => {
  // A stand-in for the gate, which notes what it is told; one hand-off is over by then.
  const calls: unknown[] = []
  const over = randomUUID()
  const gate = createServer(async (request, response) => {
    const id = request.url?.split('/').at(-1)
    calls.push([request.method, id, request.headers.authorization, await json(request)])
    response.writeHead(id === over ? 409 : 200).end('{}')
  })
  await new Promise<void>(listening => gate.listen(0, '127.0.0.1', listening))
  t.after(() => gate.close())
  const { port } = gate.address() as AddressInfo
  const secret = newSecret()
  const credentials = { kiosk: '', client: 'a client credential', webhookSecret: secret }
  const { url } = await startBackend(t, { url: `http://127.0.0.1:${port}` }, credentials)
  const time = now()
  const send = (id: string, body: string, signedBy = secret) =>
    fetch(`${url}/webhook`, {
      method: 'POST',
      headers: {
        'webhook-id': id,
        'webhook-timestamp': `${time}`,
        'webhook-signature': signature(signedBy, id, time, body),
      },
      body,
    })
  const ask = async (id: string) => (await (await send(id, requested(id))).json()) as Answer
  const [first, gone, last, never] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  assert.equal((await send(first, requested(first), newSecret())).status, 401)
  assert.equal((await send(first, '{')).status, 400)
  for (const [at, id] of [first, gone, over, last].entries()) {
    assert.deepEqual(await ask(id), { status: 'accepted', number: `A-00${at + 1}` })
  }
  assert.equal((await ask(first)).number, 'A-001')
  assert.equal((await send(randomUUID(), cancelled(gone))).status, 200)
  assert.equal((await send(randomUUID(), cancelled(never))).status, 200)
  assert.equal((await ask(never)).status, 'refused')

  const call = (headers = {}) => fetch(`${url}/call`, { method: 'POST', headers })
  await (await call({ origin: 'https://elsewhere.example' })).body?.cancel()
  assert.deepEqual(calls, [])
  // Two desks at once call two numbers.
  const called = await Promise.all([call(), call(), call()])
  const numbers = await Promise.all(called.map(async answer => (await answer.json()) as Answer))
  assert.deepEqual(numbers.map(({ number }) => number).toSorted(), ['A-001', 'A-004', undefined])
  const told = (id: string, status = 'called') => {
    return ['PATCH', id, 'Bearer a client credential', { status }]
  }
  assert.deepEqual(calls, [told(first), told(over), told(last)])

  const end = async () => (await fetch(`${url}/end`, { method: 'POST' })).json()
  assert.deepEqual(await end(), { number: 'A-001' })
  // "Not today", on the phone, after the call.
  await send(randomUUID(), cancelled(last))
  assert.deepEqual(await end(), {})
  assert.deepEqual(calls.slice(3), [told(first, 'done')])
})
