import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { createHttpServer } from '../../server/src/http/server/server.ts'
import { until } from '../support/patience.ts'
import { openRaw, request } from '../support/raw-http.ts'
import { upgradeHeaders } from '../support/raw-socket.ts'

/** More than a connection holds that nobody reads from. */
const long = 'x'.repeat(20_000_000)

/** A server with one route that answers when the test says so, and one that says a lot. */
async function startServer(t: TestContext) {
  const server = createHttpServer(pino({ level: 'silent' }), [])
  const asked = Promise.withResolvers<void>()
  const decided = Promise.withResolvers<string>()
  server.post('/slow', () => {
    asked.resolve()
    return decided.promise
  })
  server.get('/long', () => long)
  // Whoever takes an upgrade and never lets go of it.
  server.server.on('upgrade', (_request, socket) => socket.on('error', () => {}))
  const connections = new Set<Socket>()
  server.server.on('connection', socket => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => server.server.closeAllConnections())
  return { server, url, connections, asked: asked.promise, answer: decided.resolve }
}

test('N10 a server that closes cuts who keeps it waiting, and nobody whom it keeps waiting', async t => {
  const { server, url, connections, asked, answer } = await startServer(t)
  const whole = request(url, 'POST /slow', { connection: 'keep-alive', 'content-length': '0' })
  const json = { 'content-type': 'application/json', 'content-length': '9' }
  const words = {
    nothing: '',
    'half a line': 'POST /sl',
    'half a head': whole.slice(0, -2),
    'half a body': request(url, 'POST /slow', json, '{'),
    'an upgrade, and then nothing': request(url, 'GET /', upgradeHeaders()),
    'all, without ever reading the answer': request(url, 'GET /long'),
  }
  const slow = Object.values(words).map(said => {
    const socket = openRaw(url, true)
    socket.write(said)
    return socket
  })
  const patient = openRaw(url)
  // What is begun behind a whole request does not cost it its answer.
  patient.write(`${whole}GET /never`)
  t.after(() => {
    for (const socket of [...slow, patient]) socket.destroy()
  })
  await asked
  await until('all have come', () => connections.size === slow.length + 1)

  const closed = server.close()
  await until('only who waits is left', () => connections.size === 1)
  answer('at last')
  assert.match(await text(patient), /^HTTP\/1\.1 200 .*at last$/s)
  await closed
})
