import { closeCodes, finalStates, type GateMessage, type KioskMessage } from '@qrgate/sdk/protocol'
import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Observed } from '../protocol/sign-in.ts'
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
  /** What a refusal says to people; screens have words of their own, so one language will do. */
  sentence(code: RefusalCode): string
  /** Told of every refusal, and where the page is. */
  onRefused(refusal: Refusal, address: string): void
  onError(error: unknown): void
}

const proveWithin = 5_000
const mostWatched = 32
/** Messages that may wait for their turn. */
const mostQueued = 64

/** A sign-in that this page watches. */
interface Watched {
  kiosk: number
  /** Proves the screen again for every message that yields something. */
  secret: string
  renew: boolean
  renewal?: NodeJS.Timeout
  stop(): void
}

/** One kiosk page, about all its sign-ins. */
export class KioskSocket {
  readonly #socket: WebSocket
  readonly #address: string
  readonly #parts: KioskSocketParts
  readonly #watched = new Map<string, Watched>()
  readonly #unproven: NodeJS.Timeout
  #proven = false
  #queued = 0
  #queue = Promise.resolve()

  constructor(socket: WebSocket, address: string, parts: KioskSocketParts) {
    this.#socket = socket
    this.#address = address
    this.#parts = parts
    this.#unproven = setTimeout(() => socket.close(closeCodes.unproven), proveWithin)
    socket.on('message', (data, binary) => this.#received(data, binary))
    socket.on('close', () => {
      clearTimeout(this.#unproven)
      for (const id of [...this.#watched.keys()]) this.#forget(id)
    })
  }

  /** Whether it watches a sign-in of this kiosk. */
  concerns(number: number): boolean {
    return [...this.#watched.values()].some(({ kiosk }) => kiosk === number)
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  #received(data: RawData, binary: boolean): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    const flooded = this.#queued >= mostQueued
    const message = binary || flooded ? undefined : parseKioskMessage(data.toString())
    if (!message) {
      this.close(closeCodes.badMessage)
      return
    }
    this.#queued += 1
    // One after the other: what follows a `watch` may rely on it.
    this.#queue = this.#queue
      .then(() => this.#handle(message))
      .catch(error => this.#refuse(error, 'id' in message ? message.id : undefined))
      .finally(() => {
        this.#queued -= 1
      })
  }

  async #handle(message: KioskMessage): Promise<void> {
    switch (message.type) {
      case 'watch':
        return this.#startWatching(message)
      case 'frames': {
        const { id, ask } = message
        const secret = this.#watched.get(id)?.secret
        if (secret === undefined) throw new Refusal('kiosk_secret_wrong')
        const screen = await this.#parts.flow.proveKiosk(id, secret)
        return this.#send({ type: 'frames', id, ask, frames: this.#parts.flow.frames(screen) })
      }
      case 'ping':
        return this.#send({ type: 'pong' })
    }
  }

  async #startWatching(message: Extract<KioskMessage, { type: 'watch' }>): Promise<void> {
    const { id, kiosk_secret: secret, renew = false } = message
    if (!this.#watched.has(id) && this.#watched.size >= mostWatched) {
      throw new Refusal('malformed', 'too many watches on one socket')
    }
    const screen = await this.#parts.flow.proveKiosk(id, secret)
    this.#proven = true
    clearTimeout(this.#unproven)
    if (this.#socket.readyState === this.#socket.OPEN) this.#watch(id, screen, secret, renew)
  }

  #watch(id: string, screen: ClaimingScreen, secret: string, renew: boolean): void {
    this.#forget(id)
    const leave = this.#parts.limits.join(id, this.#socket)
    const watch = this.#parts.flow.watch(screen, signIn => this.#changed(signIn))
    const stop = () => {
      watch.stop()
      leave()
    }
    this.#watched.set(id, { kiosk: watch.kiosk, secret, renew, stop })
  }

  #changed(signIn: Observed): void {
    const { clock, renewBefore } = this.#parts
    this.#send({ type: 'state', ...signInView(signIn, clock()) })
    const watched = this.#watched.get(signIn.id)
    clearTimeout(watched?.renewal)
    if (finalStates.has(signIn.state)) this.#forget(signIn.id)
    if (!watched?.renew || signIn.state !== 'pending' || signIn.deadline === null) return
    const left = signIn.deadline - clock()
    // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
    const rest = Math.max(left - renewBefore, left / 2)
    watched.renewal = setTimeout(() => {
      this.#startNext(signIn.id, watched.secret).catch(error => this.#refuse(error, signIn.id))
    }, rest)
  }

  /** The one that runs out stays watched: a phone may just be opening its last frame. */
  async #startNext(after: string, secret: string): Promise<void> {
    const { flow } = this.#parts
    // Always-on screens renew for months: the kiosk may have been switched off since it began.
    const { id, kiosk_secret, ...rest } = flow.startNext(await flow.proveKiosk(after, secret))
    const screen = await flow.proveKiosk(id, kiosk_secret)
    // The page may have gone meanwhile, and nobody would ever forget what is watched for it now.
    if (!this.#watched.has(after)) return
    this.#send({ type: 'next', after, id, kiosk_secret, ...rest })
    this.#watch(id, screen, kiosk_secret, true)
  }

  #forget(id: string): void {
    const watched = this.#watched.get(id)
    this.#watched.delete(id)
    clearTimeout(watched?.renewal)
    watched?.stop()
  }

  #refuse(error: unknown, id: string | undefined): void {
    if (!(error instanceof Refusal)) {
      this.#parts.onError(error)
      this.#socket.close(closeCodes.tryLater, JSON.stringify({ retry_after_ms: 1_000 }))
      return
    }
    const { code } = error
    this.#parts.onRefused(error, this.#address)
    if (code === 'kiosk_revoked') this.close(closeCodes.forbidden)
    else if (!this.#proven && code === 'kiosk_secret_wrong') this.close(closeCodes.unproven)
    else
      this.#send({ type: 'refused', ...(id && { id }), code, message: this.#parts.sentence(code) })
  }

  #send(message: GateMessage): void {
    this.#socket.send(JSON.stringify(message))
  }
}
