import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * How long a client may keep a stopping gate waiting, in milliseconds. A form that has been begun
 * comes through within it even over a bad line, and most of the 5 s that a stop may take stays for
 * answers that the gate itself owes.
 */
const patience = 1_000

/** How often kept connections are looked at, in milliseconds. */
const lookEvery = 5_000

/**
 * Keeps an eye on the connections of a server. Of several kinds of slowness Node's own time-outs know nothing:
 *
 * Line ends between two requests belong to neither (RFC 9112 §2.2), yet each sets Node's clock of idle
 * connections back, so whoever sends one now and then would be kept for ever: a connection that has
 * had its answer is closed where no other request has come whole within `longest` milliseconds.
 *
 * And once a server closes, Node looks at none of its time-outs any more, so whoever sends or reads
 * slowly enough could keep it for ever. A WebSocket that has been told to go has as long.
 *
 * @returns to be called when the server begins to close: from then on a connection that is waiting
 *   for its client is cut, one whose request is complete and unanswered never.
 */
export function watchSlowClients(server: Server, longest: number): () => void {
  const connections = new Set<Socket>()
  const answers = new Set<ServerResponse>()
  const answeredAt = new Map<Socket, number>()
  // One function for all: each request passes here, and a kiosk's socket keeps for months what is made for it.
  function forget(this: Socket): void {
    connections.delete(this)
    answeredAt.delete(this)
  }
  function answered(this: ServerResponse): void {
    const { socket } = this.req
    answers.delete(this)
    if (!socket.destroyed) answeredAt.set(socket, performance.now())
  }
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('close', forget)
  })
  server.on('request', ({ socket }, answer) => {
    answeredAt.delete(socket)
    answers.add(answer)
    answer.on('close', answered)
  })
  server.on('upgrade', ({ socket }) => answeredAt.delete(socket))
  const timer = setInterval(() => {
    for (const [socket, at] of answeredAt) if (performance.now() - at > longest) socket.destroy()
  }, lookEvery)
  timer.unref()
  server.once('close', () => clearInterval(timer))

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
