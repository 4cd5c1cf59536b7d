import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { type TestContext, test } from 'node:test'
import websocket from '@fastify/websocket'
import type { FastifyPluginAsync } from 'fastify'
import { WebSocket } from 'ws'
import { createLogger } from '../../logger.ts'
import { createHttpServer } from './server.ts'
import { asWebSocket } from './upgrades.ts'

/** A server with one address for both, and one for plain requests only. */
async function setUp(t: TestContext): Promise<string> {
  const server = createHttpServer(createLogger('silent'), [])
  await server.register(websocket)
  const routes: FastifyPluginAsync = async scope => {
    scope.get('/both', async () => 'plain')
    scope.get('/both', { websocket: true, constraints: asWebSocket }, socket => {
      socket.send('socket')
    })
    scope.get('/plain', async () => 'plain')
    scope.post('/echo', async request => request.body)
  }
  await server.register(routes)
  await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.close())
  return server.listeningOrigin
}

/** The status of a plain request with these headers, which `fetch` would not send. */
async function statusOf(address: string, headers: Record<string, string>): Promise<number> {
  const sent = request(address, { headers }).end()
  const [answer] = await once(sent, 'response')
  answer.resume()
  return answer.statusCode
}

test('H11: one address answers a plain request and opens a socket, each by its own route', async t => {
  const origin = await setUp(t)
  assert.equal(await (await fetch(`${origin}/both`)).text(), 'plain')
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/both`)
  const [data] = await once(socket, 'message')
  assert.equal(String(data), 'socket')
  socket.terminate()
})

test('what only mentions an upgrade is a plain request', async t => {
  const origin = await setUp(t)
  assert.equal(await statusOf(`${origin}/both`, { upgrade: 'websocket', connection: 'close' }), 200)
  assert.equal(await statusOf(`${origin}/both`, { connection: 'close' }), 200)
})

test('N58: an upgrade to what the gate does not speak is passed over, with its body', async t => {
  const origin = await setUp(t)
  const java = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAEAAEAA',
  }
  assert.equal(await statusOf(`${origin}/plain`, java), 200)
  assert.equal(await statusOf(`${origin}/both`, java), 200)
  const posted = request(`${origin}/echo`, {
    method: 'POST',
    headers: { ...java, 'content-type': 'application/json' },
  }).end('{"id":"hong"}')
  const [answer] = await once(posted, 'response')
  const [body] = await once(answer, 'data')
  assert.equal(String(body), '{"id":"hong"}')
})

test('an upgrade is refused at an address that has no socket', async t => {
  const origin = await setUp(t)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/plain`)
  const [, answer] = await once(socket, 'unexpected-response')
  assert.equal(answer.statusCode, 404)
  answer.destroy()
})
