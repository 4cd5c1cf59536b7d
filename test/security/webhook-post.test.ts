import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Address, Lookup } from '../../server/src/webhooks/address.ts'
import { verdictOf, type WebhookAnswer } from '../../server/src/webhooks/answer.ts'
import { createWebhookPost } from '../../server/src/webhooks/post.ts'
import { freePort } from '../support/gate.ts'
import { turns } from '../support/patience.ts'
import { startReceiver } from '../support/webhook-receiver.ts'

const now = 1_800_000_000_999
const secret = `whsec_${Buffer.from('the webhook secret of this test!').toString('base64')}`
const body = '{"type":"hand_off.requested","data":{"claims":{"name":"김민수"}}}'
const local: Address = { address: '127.0.0.1', family: 4 }

/** A receiver that is listed, and the one webhook that goes to it. */
async function setUp(t: TestContext, answer?: RequestListener, lookup?: Lookup) {
  const receiver = await startReceiver(t, answer && { answer })
  const host = `127.0.0.1:${receiver.port}`
  const named = lookup && `emr.test:${receiver.port}`
  const allowed = [host, ...(named ? [named] : [])]
  const post = createWebhookPost({ allowed, clock: () => now, ...(lookup && { lookup }) })
  const webhook = { client: 'clinic', id: 'hand-off-1', secrets: [secret], body }
  const url = `http://${named ?? host}/hooks?clinic=1`
  return { receiver, send: (change = {}) => post({ url, ...webhook, ...change }) }
}

/** A server that speaks no HTTP, or does so badly. */
async function startRawServer(t: TestContext, speak: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    speak(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const failure = (answer: WebhookAnswer) => (answer.kind === 'failed' ? answer.why : answer.status)

test('a webhook is one signed POST, and its answer is read', async t => {
  const { receiver, send } = await setUp(t)
  const answer = await send()
  assert.deepEqual(answer, { kind: 'answered', status: 200, body: { status: 'accepted' } })
  const [request, ...others] = receiver.received
  assert.deepEqual(others, [])
  assert.ok(request)
  assert.deepEqual([request.method, request.path], ['POST', '/hooks?clinic=1'])
  assert.equal(request.body, body)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = createHmac('sha256', key).update(`hand-off-1.1800000000.${body}`).digest('base64')
  assert.deepEqual(request.headers, {
    host: `127.0.0.1:${receiver.port}`,
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(body)}`,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'QRGate',
    'webhook-id': 'hand-off-1',
    'webhook-timestamp': '1800000000',
    'webhook-signature': `v1,${signed}`,
    connection: 'close',
  })
})

test('only a 200 has a body that counts, and only where it is JSON of 4 KiB at most', async t => {
  const texts: Record<string, unknown> = {
    '{}': {},
    [`"${'x'.repeat(4_094)}"`]: 'x'.repeat(4_094),
    [`"${'x'.repeat(4_095)}"`]: undefined,
    '<html>': undefined,
    '': undefined,
    '{"status":': undefined,
  }
  let [status, text] = [200, '']
  const { send } = await setUp(t, (_request, response) => response.writeHead(status).end(text))
  for (const [sent, read] of Object.entries(texts)) {
    text = sent
    assert.deepEqual(await send(), { kind: 'answered', status: 200, body: read })
  }
  text = '{}'
  for (status of [201, 202, 400, 410, 500, 503]) {
    assert.deepEqual(await send(), { kind: 'answered', status, body: undefined })
  }
})

test('S149 an answer without an end is cut off', async t => {
  const closed = Promise.withResolvers<void>()
  const flood = (response: ServerResponse) => {
    while (response.write('x'.repeat(65_536)));
  }
  const { send } = await setUp(t, (_request, response) => {
    response.on('drain', () => flood(response)).on('close', () => closed.resolve())
    flood(response.writeHead(200))
  })
  assert.deepEqual(await send(), { kind: 'answered', status: 200, body: undefined })
  await closed.promise
})

test('S150 whoever never answers, or only bit by bit, has five seconds in all', async t => {
  const partsOf: Record<string, (response: ServerResponse) => void> = {
    'not a byte': () => {},
    'a head': response => response.writeHead(200).flushHeaders(),
    'a part': response => response.writeHead(200).write('{"status":'),
  }
  for (const [part, answer] of Object.entries(partsOf)) {
    const arrived = Promise.withResolvers<ServerResponse>()
    const { send } = await setUp(t, (_request, response) => {
      answer(response)
      arrived.resolve(response)
    })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let outcome: WebhookAnswer | undefined
    const sent = send().then(answer => {
      outcome = answer
    })
    const response = await arrived.promise
    const closed = once(response, 'close')
    t.mock.timers.tick(4_999)
    await turns(20)
    assert.equal(outcome, undefined, part)
    t.mock.timers.tick(1)
    await sent
    assert.deepEqual(outcome, {
      kind: 'failed',
      why: 'timeout',
      detail: 'no whole answer in 5 s',
    })
    await closed
    t.mock.timers.reset()
  }
})

test('S151 a resolver has its part of the five seconds, and is not dialled when late', async t => {
  const answered = Promise.withResolvers<readonly Address[]>()
  const asked = Promise.withResolvers<void>()
  const { receiver, send } = await setUp(t, undefined, () => {
    asked.resolve()
    return answered.promise
  })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sent = send()
  await asked.promise
  t.mock.timers.tick(5_000)
  assert.equal(failure(await sent), 'timeout')
  answered.resolve([local])
  await turns(20)
  assert.equal(receiver.connections(), 0)
})

test('a failure says what it was, and another try may mend it', async t => {
  const closed = await freePort()
  const reset = await startRawServer(t, socket => socket.destroy())
  const stranger = await startRawServer(t, socket => socket.end('220 mail.example.org ESMTP\r\n'))
  const upgraded = Promise.withResolvers<void>()
  const upgrade = await startRawServer(t, socket => {
    socket.on('close', () => upgraded.resolve())
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
    })
    socket.on('error', () => {})
  })
  const cut = await startRawServer(t, socket => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{'))
  })
  const long = await startRawServer(t, socket => {
    socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(65_536)}\r\n\r\n`))
    socket.on('error', () => {})
  })
  const failures = {
    unreachable: [closed, reset, cut],
    not_http: [stranger, long, upgrade],
  }
  const ports = Object.values(failures).flat()
  const allowed = ports.map(port => `127.0.0.1:${port}`)
  const post = createWebhookPost({ allowed, clock: () => now })
  for (const [why, ports] of Object.entries(failures)) {
    for (const port of ports) {
      const url = `http://127.0.0.1:${port}/`
      const answer = await post({ client: 'clinic', url, id: 'a', secrets: [secret], body })
      assert.equal(failure(answer), why, JSON.stringify(answer))
      assert.equal(verdictOf(answer), 'retry')
    }
  }
  await upgraded.promise
  // Lost in the handshake says nothing of its certificate.
  const lost = await post({
    client: 'clinic',
    url: `https://127.0.0.1:${reset}/`,
    id: 'a',
    secrets: [secret],
    body,
  })
  assert.equal(failure(lost), 'unreachable', JSON.stringify(lost))
})

test('where one address of a name answers nothing, the next one is dialled', async t => {
  const { receiver, send } = await setUp(t, undefined, async () => [
    { address: '127.0.0.2', family: 4 },
    local,
  ])
  assert.equal(failure(await send()), 200)
  assert.equal(receiver.received.length, 1)
})

test('S152 nothing is sent unsigned, and no failure tells a secret or a body', async t => {
  const { receiver, send } = await setUp(t)
  const broken = 'whsec_not base64!'
  const failures = [
    await send({ secrets: [] }),
    await send({ secrets: [broken] }),
    await send({ secrets: [secret, broken] }),
    await send({ id: 'a\r\nx-forged: 1' }),
    await send({ url: 'not a url' }),
    await send({ url: 'http://127.0.0.1:1/hooks?key=in-the-address' }),
    await send({ url: 'https://127.0.0.1:1/hooks?key=in-the-address' }),
    // It is listed, and speaks no TLS.
    await send({ url: `https://127.0.0.1:${receiver.port}/hooks?key=in-the-address` }),
  ]
  assert.deepEqual(failures.map(failure), [
    'unsigned',
    'unsigned',
    'unsigned',
    'unreachable',
    'address_refused',
    'address_refused',
    'address_refused',
    'tls',
  ])
  assert.deepEqual(receiver.received, [])
  for (const told of failures.map(answer => JSON.stringify(answer))) {
    for (const hidden of [secret, broken, '김민수', 'hand_off', 'in-the-address', 'forged']) {
      assert.ok(!told.includes(hidden), told)
    }
  }
})
