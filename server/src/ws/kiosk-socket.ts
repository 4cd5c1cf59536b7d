import { closeCodes, finalStates, type GateMessage, type KioskMessage } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { Refusal, sentence } from '../errors.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Flow } from '../signin/flow.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Delivery } from '../watch/delivery.ts'
import { parseKioskMessage } from './kiosk-message.ts'
import type { SocketLimits } from './socket-limits.ts'

export interface KioskSocketParts {
  flow: Flow
  delivery: Delivery
  limits: SocketLimits
  clock: Clock
  /** An always-on screen gets its next QR this long before the present one runs out. */
  renewBefore: number
  onError(error: unknown): void
}

const proveWithin = 5_000
const mostWatches = 32
/** Messages that may wait for their turn. */
const mostWaiting = 64

interface Watched {
  kiosk: Kiosk
  stop(): void
}

/** The sockets of this node's kiosks. */
export interface KioskSockets {
  /** Speaks to one page, about all its sign-ins; each is proven by its own kiosk secret. */
  listen(socket: WebSocket): void
  /** Closes the sockets of a kiosk that was revoked. */
  drop(kiosk: number): void
}

export function createKioskSockets(parts: KioskSocketParts): KioskSockets {
  const { flow, delivery, limits, clock } = parts
  const open = new Map<WebSocket, Map<string, Watched>>()

  const drop = (number: number) => {
    for (const [socket, watched] of open) {
      const concerned = [...watched.values()].some(({ kiosk }) => kiosk.number === number)
      if (concerned) socket.close(closeCodes.forbidden)
    }
  }

  const listen = (socket: WebSocket) => {
    if (!limits.admit(socket)) return
    const watched = new Map<string, Watched>()
    open.set(socket, watched)
    let proven = false
    let turn = Promise.resolve()
    let waiting = 0
    const say = (message: GateMessage) => socket.send(JSON.stringify(message))
    const unproven = setTimeout(() => socket.close(closeCodes.unproven), proveWithin)

    const forget = (id: string) => {
      watched.get(id)?.stop()
      watched.delete(id)
    }

    const watch = (id: string, kioskSecret: string, kiosk: Kiosk, renew: boolean) => {
      forget(id)
      const leave = limits.join(id, socket)
      let renewal: NodeJS.Timeout | undefined
      const { stop } = delivery.watch(id, kiosk, signIn => {
        say({ type: 'state', ...signInView(signIn, clock()) })
        clearTimeout(renewal)
        if (finalStates.has(signIn.state)) return forget(id)
        if (!renew || signIn.state !== 'pending' || signIn.deadline === null) return
        const left = signIn.deadline - clock()
        // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
        const rest = Math.max(left - parts.renewBefore, left / 2)
        renewal = setTimeout(() => {
          startNext(id, kioskSecret).catch(error => refuse(error, id))
        }, rest)
      })
      const stopAll = () => {
        stop()
        leave()
        clearTimeout(renewal)
      }
      watched.set(id, { kiosk, stop: stopAll })
    }

    // The one that runs out stays watched: a phone may just be opening its last frame.
    const startNext = async (after: string, kioskSecret: string) => {
      // Always-on screens renew for months: the kiosk may have been switched off since it began.
      const kiosk = await flow.proveKiosk(after, kioskSecret)
      if (!watched.has(after)) return
      const started = flow.start(kiosk)
      say({ type: 'next', after, ...started })
      watch(started.id, started.kiosk_secret, kiosk, true)
    }

    const hear = async (message: KioskMessage) => {
      switch (message.type) {
        case 'watch': {
          if (!watched.has(message.id) && watched.size >= mostWatches) {
            throw new Refusal('malformed', 'too many watches on one socket')
          }
          const { id, kiosk_secret: kioskSecret, renew } = message
          const kiosk = await flow.proveKiosk(id, kioskSecret)
          proven = true
          clearTimeout(unproven)
          if (socket.readyState === socket.OPEN) watch(id, kioskSecret, kiosk, renew === true)
          return
        }
        case 'frames': {
          const entry = watched.get(message.id)
          if (!entry) throw new Refusal('kiosk_secret_wrong')
          const frames = flow.frames(message.id, entry.kiosk)
          say({ type: 'frames', id: message.id, ask: message.ask, frames })
          return
        }
        case 'ping':
          say({ type: 'pong' })
      }
    }

    const refuse = (error: unknown, id: string | undefined) => {
      if (!(error instanceof Refusal)) {
        parts.onError(error)
        return socket.close(closeCodes.tryLater, JSON.stringify({ retry_after_ms: 1_000 }))
      }
      if (error.code === 'kiosk_revoked') return socket.close(closeCodes.forbidden)
      if (!proven && error.code === 'kiosk_secret_wrong') {
        return socket.close(closeCodes.unproven)
      }
      const { code } = error
      say({ type: 'refused', ...(id && { id }), code, message: sentence(code, 'en') })
    }

    socket.on('message', (data, binary) => {
      if (socket.readyState !== socket.OPEN) return
      const flooded = waiting >= mostWaiting
      const message = binary || flooded ? undefined : parseKioskMessage(data.toString())
      if (!message) {
        socket.close(closeCodes.badMessage)
        return
      }
      waiting += 1
      // One after the other: what follows a `watch` may rely on it.
      turn = turn
        .then(() => hear(message))
        .catch(error => refuse(error, 'id' in message ? message.id : undefined))
        .finally(() => {
          waiting -= 1
        })
    })

    socket.on('close', () => {
      clearTimeout(unproven)
      open.delete(socket)
      for (const id of [...watched.keys()]) forget(id)
    })
  }

  return { listen, drop }
}
