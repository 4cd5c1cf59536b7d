import { closeCodes } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import { Held } from '../held.ts'
import { networkOf } from '../limits/network.ts'
import { leaverOf, mostInCrowd } from './crowd.ts'
import { placeCaps, SocketPlaces } from './socket-places.ts'

/** What every socket of this node is held to. */
export interface SocketLimits {
  /**
   * False, and the socket closed, when there is no place for it or the node is about to stop.
   * @param address where the peer is.
   * @param pageOf the kiosk whose own page this is; absent for everybody else.
   */
  admit(socket: WebSocket, address: string, pageOf?: number): boolean
  /** The socket turned out to be a kiosk's own page. */
  becomesPage(socket: WebSocket, kiosk: number): void
  /** The socket watches a sign-in of this kiosk. False, and the socket closed, when too many do. */
  watches(socket: WebSocket, kiosk: number): boolean
  /** The socket watches nothing any more. */
  rests(socket: WebSocket): void
  /**
   * At most three sockets may watch the same sign-in; the newest win.
   * @returns how to leave before the socket closes.
   */
  join(id: string, socket: WebSocket): () => void
  /** The same where everybody may know the ticket: up to {@link mostInCrowd}, and {@link leaverOf} goes. */
  joinCrowd(id: string, socket: WebSocket): () => void
  /** Tells every socket to come back later, spread out, and admits no more. */
  close(): void
}

/** A screen and its last two connections, which may be dead without anybody knowing yet. */
const watchersOfOne = 3
const pinged = 2
/** How often is looked who has said nothing: a kiosk's page speaks more often, and costs no ping. */
const heartbeat = 20_000
/** A peer that reads so little that this much is waiting is cut off. */
const mostBuffered = 65_536
/** A peer that is gone answers no close handshake and must not hold up the gate's own stop. */
const closeWithin = 1_000
/** Reconnecting kiosks are spread over this long. */
const reconnectSpread = 2_000

function cutOff(this: WebSocket): void {
  this.terminate()
}

/** @param maxSockets in all; the shares of it are {@link placeCaps}. */
export function createSocketLimits(maxSockets: number): SocketLimits {
  /** How many looks ago each was heard: at one it may be quiet, at two it is pinged, then it is gone. */
  const quietFor = new Map<WebSocket, number>()
  const places = new SocketPlaces<WebSocket>(placeCaps(maxSockets))
  const watchers = new Held<string, WebSocket>()
  let closing = false

  const timer = setInterval(() => {
    for (const [socket, looks] of quietFor) {
      if (looks >= pinged || socket.bufferedAmount > mostBuffered) {
        socket.terminate()
        continue
      }
      quietFor.set(socket, looks + 1)
      if (looks + 1 === pinged) socket.ping()
    }
  }, heartbeat)
  timer.unref()

  const retryLater = (socket: WebSocket, code: number) => {
    const retryAfter = Math.round(Math.random() * reconnectSpread)
    socket.close(code, JSON.stringify({ retry_after_ms: retryAfter }))
  }
  const sendAway = (socket: WebSocket, code: number) => {
    if (code === closeCodes.tryLater) retryLater(socket, code)
    else socket.close(code)
  }

  const add = (id: string, socket: WebSocket) => {
    watchers.add(id, socket)
    return { all: watchers.of(id), leave: () => watchers.delete(id, socket) }
  }

  // One for all sockets: most of what a waiting kiosk takes are listeners.
  function heard(this: WebSocket): void {
    // Whoever speaks without reading would have the answers pile up here until the next heartbeat.
    if (this.bufferedAmount > mostBuffered) this.terminate()
    else quietFor.set(this, 0)
  }
  function left(this: WebSocket): void {
    quietFor.delete(this)
    places.leave(this)
  }

  return {
    admit(socket, address, pageOf) {
      // Whatever is wrong with a peer's bytes, ws has closed the socket already. In place of the plugin's own
      // listener, which does the same and keeps the request and the reply of the handshake in memory.
      socket.removeAllListeners('error').on('error', cutOff)
      if (closing) {
        retryLater(socket, closeCodes.restarting)
        return false
      }
      const { admitted, evicted } = places.admit(socket, networkOf(address), pageOf)
      if (evicted) sendAway(evicted.holder, evicted.code)
      if (!admitted) {
        retryLater(socket, closeCodes.tryLater)
        return false
      }
      quietFor.set(socket, 0)
      socket.on('pong', heard).on('ping', heard).on('message', heard).on('close', left)
      return true
    },

    becomesPage(socket, kiosk) {
      const evicted = places.becomesPage(socket, kiosk)
      if (evicted) sendAway(evicted.holder, evicted.code)
    },

    watches(socket, kiosk) {
      const { admitted, evicted } = places.watches(socket, kiosk)
      if (evicted) sendAway(evicted.holder, evicted.code)
      if (!admitted) retryLater(socket, closeCodes.tryLater)
      return admitted
    },

    rests: socket => places.rests(socket),

    join(id, socket) {
      const { all, leave } = add(id, socket)
      const [oldest] = all
      if (oldest && all.length > watchersOfOne) {
        // At once: until its close handshake is answered the next one would find the same oldest.
        watchers.delete(id, oldest)
        oldest.close(closeCodes.replaced)
      }
      return leave
    },

    joinCrowd(id, socket) {
      const { all, leave } = add(id, socket)
      if (all.length > mostInCrowd) {
        const crowd = all.map(member => ({
          member,
          network: places.networkOf(member) ?? '',
          silent: quietFor.get(member) === pinged,
        }))
        const leaver = leaverOf(crowd)?.member
        if (leaver) {
          watchers.delete(id, leaver)
          retryLater(leaver, closeCodes.tryLater)
        }
      }
      return leave
    },

    close() {
      closing = true
      clearInterval(timer)
      for (const socket of quietFor.keys()) retryLater(socket, closeCodes.restarting)
      setTimeout(() => {
        for (const socket of quietFor.keys()) socket.terminate()
      }, closeWithin).unref()
    },
  }
}
