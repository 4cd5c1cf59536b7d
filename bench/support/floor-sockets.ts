// The floor of a waiting kiosk: nothing but ws, which answers the first message and keeps the socket.
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

const server = createServer((_request, response) => response.end('ok'))
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const waiting = new Set<WebSocket>()
sockets.on('connection', socket => {
  waiting.add(socket)
  socket.on('message', () => socket.send('ready'))
  socket.on('close', () => waiting.delete(socket))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
