// The floor of the gate's answers: a Fastify with one JSON route, and a socket that a POST answers at once.
import websocket from '@fastify/websocket'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import type { WebSocket } from 'ws'

const server = Fastify()
await server.register(websocket)
const waiting = new Map<string, WebSocket>()
server.get('/json', async () => ({ hello: 'world', success: true }))
const sockets: FastifyPluginAsync = async scope => {
  scope.get('/wait/:id', { websocket: true }, (socket, request) => {
    const { id } = request.params as { id: string }
    waiting.set(id, socket)
    socket.send('ready')
  })
}
await server.register(sockets)
server.post('/done/:id', async request => {
  const { id } = request.params as { id: string }
  waiting.get(id)?.send('success')
  waiting.delete(id)
  return { success: true }
})
await server.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
