import { closeCodes, finalStates, type GateMessage, type KioskMessage } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { Refusal, sentence } from '../errors.ts'
import type { Delivery } from '../signin/delivery.ts'
import { type Flow, signInView } from '../signin/flow.ts'
import type { Kiosk } from '../store/store.ts'
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

interface Watched {
  kiosk: Kiosk
  stop(): void
}

/** One socket of a kiosk's page, for all its sign-ins; each is proven by its own kiosk secret. */
export function kioskSocket(parts: KioskSocketParts): (socket: WebSocket) => void {
  const { flow, delivery, limits, clock } = parts

  return socket => {
    if (!limits.admit(socket)) return
    const watched = new Map<string, Watched>()
    let proven = false
    let turn = Promise.resolve()
    const say = (message: GateMessage) => socket.send(JSON.stringify(message))
    const unproven = setTimeout(() => socket.close(closeCodes.unproven), proveWithin)

    const forget = (id: string) => {
      watched.get(id)?.stop()
      watched.delete(id)
    }

    const watch = (id: string, kiosk: Kiosk, renew: boolean) => {
      forget(id)
      const leave = limits.join(id, socket)
      let renewal: NodeJS.Timeout | undefined
      const { stop } = delivery.watch(id, kiosk, signIn => {
        say({ type: 'state', ...signInView(signIn, clock()) })
        clearTimeout(renewal)
        if (finalStates.has(signIn.state)) return forget(id)
        if (!renew || signIn.state !== 'pending' || signIn.deadline === null) return
        const rest = signIn.deadline - clock() - parts.renewBefore
        renewal = setTimeout(() => startNext(id, kiosk), Math.max(0, rest))
      })
      const stopAll = () => {
        stop()
        leave()
        clearTimeout(renewal)
      }
      watched.set(id, { kiosk, stop: stopAll })
    }

    // The one that runs out stays watched: a phone may just be opening its last frame.
    const startNext = (after: string, kiosk: Kiosk) => {
      const started = flow.start(kiosk)
      say({ type: 'next', after, ...started })
      watch(started.id, kiosk, true)
    }

    const hear = async (message: KioskMessage) => {
      switch (message.type) {
        case 'watch': {
          if (!watched.has(message.id) && watched.size >= mostWatches) {
            throw new Refusal('malformed', 'too many watches on one socket')
          }
          const kiosk = await flow.proveKiosk(message.id, message.kiosk_secret)
          proven = true
          clearTimeout(unproven)
          if (socket.readyState === socket.OPEN) watch(message.id, kiosk, message.renew === true)
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
      const message = binary ? undefined : parseKioskMessage(data.toString())
      if (!message) {
        socket.close(closeCodes.badMessage)
        return
      }
      // One after the other: what follows a `watch` may rely on it.
      turn = turn
        .then(() => hear(message))
        .catch(error => refuse(error, 'id' in message ? message.id : undefined))
    })

    socket.on('close', () => {
      clearTimeout(unproven)
      for (const id of [...watched.keys()]) forget(id)
    })
  }
}
