import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How long a client may keep a stopping gate waiting, in milliseconds. A form that has been begun
 * comes through within it even over a bad line, and most of the 5 s that a stop may take stays for
 * answers that the gate itself owes.
 */
const patience = 1_000

/**
 * Once a server closes, Node looks at none of its time-outs any more, so whoever sends or reads
 * slowly enough could keep it for ever. A WebSocket that has been told to go has as long.
 *
 * @returns to be called when the server begins to close: from then on a connection that is waiting
 *   for its client is cut, one whose request is complete and unanswered never.
 */
export function watchSlowClients(server: Server): () => void {
  const connections = new Set<Socket>()
  const answers = new Set<ServerResponse>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  server.on('request', (_request, answer) => {
    answers.add(answer)
    answer.once('close', () => answers.delete(answer))
  })

  const waitingForClients = () => {
    const waiting = new Set(connections)
    for (const { req, headersSent } of answers) {
      if (req.complete && !headersSent) waiting.delete(req.socket)
    }
    return waiting
  }

  return () => {
    let before = waitingForClients()
    const timer = setInterval(() => {
      const now = waitingForClients()
      for (const socket of now) if (before.has(socket)) socket.destroy()
      before = now
    }, patience)
    server.once('close', () => clearInterval(timer))
  }
}
