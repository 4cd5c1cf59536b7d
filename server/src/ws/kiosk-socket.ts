import { closeCodes, finalStates, type GateMessage, type KioskMessage } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { Refusal, sentence } from '../errors.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Flow } from '../signin/flow.ts'
import type { ClaimingScreen } from '../signin/screen.ts'
import { parseKioskMessage } from './kiosk-message.ts'
import type { SocketLimits } from './socket-limits.ts'

export interface KioskSocketParts {
  flow: Flow
  limits: SocketLimits
  clock: Clock
  /** An always-on screen gets its next QR this long before the current one runs out. */
  renewBefore: number
  onError(error: unknown): void
}

const proveWithin = 5_000
const mostWatches = 32
/** Messages that may wait for their turn. */
const mostWaiting = 64

interface Watched {
  kiosk: number
  /** To prove the screen again for every message that yields something. */
  secret: string
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
  const { flow, limits, clock } = parts
  const open = new Map<WebSocket, Map<string, Watched>>()

  const drop = (number: number) => {
    for (const [socket, watched] of open) {
      const concerned = [...watched.values()].some(({ kiosk }) => kiosk === number)
      if (concerned) socket.close(closeCodes.forbidden)
    }
  }

  const listen = (socket: WebSocket) => {
    if (!limits.admit(socket)) return
    const watched = new Map<string, Watched>()
    open.set(socket, watched)
    let proven = false
    let queue = Promise.resolve()
    let waiting = 0
    const send = (message: GateMessage) => socket.send(JSON.stringify(message))
    const unproven = setTimeout(() => socket.close(closeCodes.unproven), proveWithin)

    const forget = (id: string) => {
      watched.get(id)?.stop()
      watched.delete(id)
    }

    const watch = (screen: ClaimingScreen, secret: string, renew: boolean) => {
      const { id, kiosk } = screen
      forget(id)
      const leave = limits.join(id, socket)
      let renewal: NodeJS.Timeout | undefined
      const { stop } = flow.watch(screen, signIn => {
        send({ type: 'state', ...signInView(signIn, clock()) })
        clearTimeout(renewal)
        if (finalStates.has(signIn.state)) return forget(id)
        if (!renew || signIn.state !== 'pending' || signIn.deadline === null) return
        const left = signIn.deadline - clock()
        // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
        const rest = Math.max(left - parts.renewBefore, left / 2)
        renewal = setTimeout(() => {
          startNext(id, secret).catch(error => refuse(error, id))
        }, rest)
      })
      const stopAll = () => {
        stop()
        leave()
        clearTimeout(renewal)
      }
      watched.set(id, { kiosk: kiosk.number, secret, stop: stopAll })
    }

    // The one that runs out stays watched: a phone may just be opening its last frame.
    const startNext = async (after: string, secret: string) => {
      // Always-on screens renew for months: the kiosk may have been switched off since it began.
      const { kiosk } = await flow.proveKiosk(after, secret)
      if (!watched.has(after)) return
      const started = flow.start(kiosk)
      send({ type: 'next', after, ...started })
      const { id, kiosk_secret: nextSecret } = started
      watch(await flow.proveKiosk(id, nextSecret), nextSecret, true)
    }

    const handle = async (message: KioskMessage) => {
      switch (message.type) {
        case 'watch': {
          const { id, kiosk_secret: secret, renew } = message
          if (!watched.has(id) && watched.size >= mostWatches) {
            throw new Refusal('malformed', 'too many watches on one socket')
          }
          const screen = await flow.proveKiosk(id, secret)
          proven = true
          clearTimeout(unproven)
          if (socket.readyState === socket.OPEN) watch(screen, secret, renew === true)
          return
        }
        case 'frames': {
          const { id, ask } = message
          const secret = watched.get(id)?.secret
          if (secret === undefined) throw new Refusal('kiosk_secret_wrong')
          const frames = flow.frames(await flow.proveKiosk(id, secret))
          send({ type: 'frames', id, ask, frames })
          return
        }
        case 'ping':
          send({ type: 'pong' })
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
      send({ type: 'refused', ...(id && { id }), code, message: sentence(code, 'en') })
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
      queue = queue
        .then(() => handle(message))
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
