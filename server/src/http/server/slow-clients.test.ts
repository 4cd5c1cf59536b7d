import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { watchSlowClients } from './slow-clients.ts'

test('N10: a connection that has had its answer is closed where no other request comes whole', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const waiting = Promise.withResolvers<ServerResponse>()
  const server = createServer((request, answer) => {
    if (request.url === '/slow') waiting.resolve(answer)
    else answer.end('done')
  })
  watchSlowClients(server, 0)
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Yes\r\n\r\n'))
  t.after(() => server.close().closeAllConnections())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const open = async (path: string, more = '') => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    t.after(() => socket.destroy())
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n${more}\r\n`)
    if (path !== '/slow') await once(socket, 'data')
    return socket
  }

  const kept = await open('/')
  // Line ends are no request.
  kept.write('\r\n\r\n')
  const slow = await open('/slow')
  const upgraded = await open('/', 'connection: upgrade\r\nupgrade: websocket\r\n')
  const answer = await waiting.promise
  t.mock.timers.tick(5_000)
  await once(kept, 'close')
  assert.deepEqual([slow.destroyed, upgraded.destroyed], [false, false])
  answer.end('at last')
  await once(slow, 'data')
})
