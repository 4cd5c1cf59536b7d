import { closeCodes } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'

/** What every socket of this node is held to. */
export interface SocketLimits {
  /** False, and the socket closed, when the node is full or about to stop. */
  admit(socket: WebSocket): boolean
  /**
   * At most three sockets may watch the same sign-in; the newest win.
   * @returns how to leave before the socket closes.
   */
  join(id: string, socket: WebSocket): () => void
  /** The same, but the oldest win: undefined, and the socket closed, when there are three. */
  joinIfRoom(id: string, socket: WebSocket): (() => void) | undefined
  /** Tells every socket to come back later, spread out, and admits no more. */
  close(): void
}

const watchersOfOne = 3
const heartbeat = 30_000
/** A peer that reads so little that this much is waiting is cut off. */
const mostBuffered = 65_536
/** A peer that is gone answers no close handshake and must not hold up the gate's own stop. */
const closeWithin = 1_000
/** Reconnecting kiosks are spread over this long. */
const reconnectSpread = 2_000

export function createSocketLimits(maxSockets: number): SocketLimits {
  const alive = new Map<WebSocket, boolean>()
  const watchers = new Map<string, Set<WebSocket>>()
  let closing = false

  const timer = setInterval(() => {
    for (const [socket, answered] of alive) {
      if (!answered || socket.bufferedAmount > mostBuffered) socket.terminate()
      else {
        alive.set(socket, false)
        socket.ping()
      }
    }
  }, heartbeat)
  timer.unref()

  const retryLater = (socket: WebSocket, code: number) => {
    const retryAfter = Math.round(Math.random() * reconnectSpread)
    socket.close(code, JSON.stringify({ retry_after_ms: retryAfter }))
  }

  const add = (id: string, socket: WebSocket) => {
    const all = watchers.get(id) ?? new Set()
    watchers.set(id, all)
    all.add(socket)
    const leave = () => {
      all.delete(socket)
      if (all.size === 0 && watchers.get(id) === all) watchers.delete(id)
    }
    return { all, leave }
  }

  return {
    admit(socket) {
      // Whatever is wrong with a peer's bytes, ws has closed the socket already.
      socket.on('error', () => socket.terminate())
      if (closing || alive.size >= maxSockets) {
        retryLater(socket, closing ? closeCodes.restarting : closeCodes.tryLater)
        return false
      }
      alive.set(socket, true)
      // Whoever speaks without reading would have the answers pile up here until the next heartbeat.
      const heard = () => {
        if (socket.bufferedAmount > mostBuffered) socket.terminate()
        else alive.set(socket, true)
      }
      socket.on('pong', heard).on('ping', heard).on('message', heard)
      socket.on('close', () => alive.delete(socket))
      return true
    },

    join(id, socket) {
      const { all, leave } = add(id, socket)
      const [oldest] = all
      if (oldest && all.size > watchersOfOne) {
        // At once: until its close handshake is answered the next one would find the same oldest.
        all.delete(oldest)
        oldest.close(closeCodes.replaced)
      }
      return leave
    },

    joinIfRoom(id, socket) {
      if ((watchers.get(id)?.size ?? 0) < watchersOfOne) return add(id, socket).leave
      retryLater(socket, closeCodes.tryLater)
      return undefined
    },

    close() {
      closing = true
      clearInterval(timer)
      for (const socket of alive.keys()) retryLater(socket, closeCodes.restarting)
      setTimeout(() => {
        for (const socket of alive.keys()) socket.terminate()
      }, closeWithin).unref()
    },
  }
}
