import {
  closeCodes,
  finalStates,
  type GateMessage,
  type KioskMessage,
  type KioskPolicy,
} from '@qrgate/sdk/protocol'
import type { RawData, WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { shownPolicy } from '../protocol/policy.ts'
import type { Observed } from '../protocol/sign-in-row.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Flow } from '../signin/flow.ts'
import type { ClaimingScreen } from '../signin/screen.ts'
import type { WithHandOff } from '../signin/watched.ts'
import type { Kiosk } from '../store/kiosk.ts'
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

/** Who is at the other end, as far as the handshake says. */
export interface Peer {
  address: string
  /** There when it is our own page, and sent a kiosk's credential along. */
  page?: OwnPage
}

export interface OwnPage {
  /** The number of its kiosk; absent where the handshake could not tell. */
  kiosk?: number
  /** Looks the credential up, good for one call. @throws Refusal when it is no enrolled kiosk's (any more). */
  prove(): Promise<Pick<Kiosk, 'number' | 'policy'>>
}

/** How long a socket may watch nothing; time for a page to go on with its next sign-in. */
const grace = 5_000
const mostWatched = 32
/** Messages that may wait for their turn. */
const mostQueued = 64

/** A sign-in that this page watches. */
interface Watched {
  kiosk: number
  /** Proves the screen again for every message that yields something. */
  secret: string
  renew: boolean
  /** It has been told, and was not over: a secret of a finished sign-in keeps no socket open. */
  live: boolean
  renewal?: NodeJS.Timeout
  stop(): void
}

/** One kiosk page, about all its sign-ins. */
export class KioskSocket {
  readonly #socket: WebSocket
  readonly #parts: KioskSocketParts
  readonly #address: string
  readonly #watched = new Map<string, Watched>()
  #page: OwnPage | undefined
  #kiosk: number | undefined
  /** It has said `hello`, and may stay while it watches nothing. */
  #stays = false
  /** The version of the policy that it was told last. */
  #policyVersion = 0
  #proven = false
  #queued = 0
  #queue = Promise.resolve()
  #resting: NodeJS.Timeout | undefined
  /** It has watched nothing for long enough. */
  #overdue = false

  constructor(socket: WebSocket, { address, page }: Peer, parts: KioskSocketParts) {
    this.#socket = socket
    this.#parts = parts
    this.#address = address
    this.#page = page
    this.#kiosk = page?.kiosk
    this.#rest()
    socket.on('message', (data, binary) => this.#received(data, binary))
    socket.on('close', () => {
      clearTimeout(this.#resting)
      for (const id of [...this.#watched.keys()]) this.#unwatch(id)
    })
  }

  /** Whether it is a page of this kiosk, or watches a sign-in of it. */
  concerns(number: number): boolean {
    return this.#kiosk === number || this.#some(({ kiosk }) => kiosk === number)
  }

  /** The kiosk whose own page has said `hello` here, and which policy it was told. */
  get told(): { kiosk: number; policy: number } | undefined {
    if (!this.#stays || this.#kiosk === undefined) return undefined
    return { kiosk: this.#kiosk, policy: this.#policyVersion }
  }

  /** Tells an own page the present policy of its kiosk. */
  tellPolicy(): void {
    this.#queue = this.#queue
      .then(async () => {
        const kiosk = await this.#provePage()
        if (kiosk && this.#isOpen) this.#send({ type: 'policy', policy: this.#policyOf(kiosk) })
      })
      .catch(error => {
        // It is told at the next look; who is revoked is dropped by a look of its own.
        if (!(error instanceof Refusal)) this.#parts.onError(error)
      })
  }

  close(code: number): void {
    this.#socket.close(code)
  }

  #some(holds: (watched: Watched) => boolean): boolean {
    return [...this.#watched.values()].some(holds)
  }

  #received(data: RawData, binary: boolean): void {
    if (!this.#isOpen) return
    const flooded = this.#queued >= mostQueued
    const message = binary || flooded ? undefined : parseKioskMessage(data.toString())
    if (!message) {
      this.close(closeCodes.badMessage)
      return
    }
    // Most of what ten thousand waiting kiosks say; where nothing waits there is nothing to wait for.
    if (message.type === 'ping' && this.#queued === 0) {
      this.#send({ type: 'pong' })
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

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  async #handle(message: KioskMessage): Promise<void> {
    switch (message.type) {
      case 'hello':
        return this.#greet()
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

  async #greet(): Promise<void> {
    const kiosk = await this.#provePage()
    if (!kiosk) throw new Refusal('kiosk_not_enrolled')
    if (!this.#isOpen) return
    this.#parts.limits.becomesPage(this.#socket, kiosk.number)
    this.#kiosk = kiosk.number
    this.#proven = true
    this.#stays = true
    this.#busy()
    this.#send({ type: 'hello', policy: this.#policyOf(kiosk) })
  }

  #policyOf({ policy: stored }: Pick<Kiosk, 'policy'>): KioskPolicy {
    const policy = shownPolicy(stored)
    this.#policyVersion = policy.version
    return policy
  }

  /** The kiosk whose own page this is. @throws Refusal `kiosk_revoked` from the moment it is switched off. */
  async #provePage(): Promise<Pick<Kiosk, 'number' | 'policy'> | undefined> {
    try {
      return await this.#page?.prove()
    } catch (error) {
      // A made-up credential costs one look and not one for every message.
      if (error instanceof Refusal && error.code === 'kiosk_not_enrolled') this.#page = undefined
      throw error
    }
  }

  async #startWatching(message: Extract<KioskMessage, { type: 'watch' }>): Promise<void> {
    const { id, kiosk_secret: secret, renew = false } = message
    if (!this.#watched.has(id) && this.#watched.size >= mostWatched) {
      throw new Refusal('malformed', 'too many watches on one socket')
    }
    const screen = await this.#parts.flow.proveKiosk(id, secret)
    this.#proven = true
    if (this.#isOpen) this.#watch(id, screen, secret, renew)
  }

  #watch(id: string, screen: ClaimingScreen, secret: string, renew: boolean): void {
    this.#unwatch(id)
    const leave = this.#parts.limits.join(id, this.#socket)
    const watch = this.#parts.flow.watch(screen, now => this.#changed(now))
    const stop = () => {
      watch.stop()
      leave()
    }
    // Before it is told: a slow database must not make proven screens look like silent ones.
    const { kiosk } = watch
    if (this.#parts.limits.watches(this.#socket, kiosk)) {
      this.#watched.set(id, { kiosk, secret, renew, live: false, stop })
    } else {
      stop()
    }
  }

  #changed({ signIn, handOff }: WithHandOff): void {
    const watched = this.#watched.get(signIn.id)
    if (!watched) return
    const over = finalStates.has(signIn.state)
    if (!over && !watched.live) {
      watched.live = true
      this.#busy()
    }
    this.#send({ type: 'state', ...signInView(signIn, this.#parts.clock(), handOff) })
    clearTimeout(watched.renewal)
    if (over) {
      this.#unwatch(signIn.id)
      this.#rest()
    } else if (signIn.state === 'pending') {
      this.#renewInTime(signIn, watched)
    }
  }

  /**
   * A successor has a kiosk secret of its own, and a kiosk secret must yield no other: it comes to the
   * kiosk's own page and to nobody else.
   */
  #renewInTime({ id, deadline }: Observed, watched: Watched): void {
    if (!watched.renew || deadline === null || watched.kiosk !== this.#kiosk) return
    const { clock, renewBefore } = this.#parts
    const left = deadline - clock()
    // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
    const rest = Math.max(left - renewBefore, left / 2, 0)
    watched.renewal = setTimeout(() => {
      this.#startNext(id, watched).catch(error => this.#refuse(error, id))
    }, rest)
  }

  /** The one that runs out stays watched: a phone may just be opening its last frame. */
  async #startNext(after: string, { kiosk, secret }: Watched): Promise<void> {
    const { flow } = this.#parts
    // Always-on screens renew for months: the kiosk may have been switched off since it began.
    if ((await this.#provePage())?.number !== kiosk) return
    const { id, kiosk_secret, ...rest } = flow.startNext(await flow.proveKiosk(after, secret))
    const screen = await flow.proveKiosk(id, kiosk_secret)
    // The page may have gone meanwhile, and nobody would ever forget what is watched for it now.
    if (!this.#watched.has(after)) return
    this.#send({ type: 'next', after, id, kiosk_secret, ...rest })
    this.#watch(id, screen, kiosk_secret, true)
  }

  #unwatch(id: string): void {
    const watched = this.#watched.get(id)
    this.#watched.delete(id)
    clearTimeout(watched?.renewal)
    watched?.stop()
  }

  /** There is a reason to stay. */
  #busy(): void {
    clearTimeout(this.#resting)
    this.#resting = undefined
    this.#overdue = false
  }

  /** Where nothing is watched any more, the time begins after which the socket is closed. */
  #rest(): void {
    if (this.#stays || this.#some(({ live }) => live)) return
    this.#parts.limits.rests(this.#socket)
    if (this.#overdue) this.#closeIfIdle()
    this.#resting ??= setTimeout(() => this.#restedEnough(this.#resting), grace)
  }

  /** A slow server is no fault of the page: first whatever has come meanwhile is read and answered. */
  #restedEnough(timer: NodeJS.Timeout | undefined): void {
    setImmediate(() => {
      this.#queue = this.#queue.then(() => {
        if (this.#resting !== timer) return
        this.#overdue = true
        this.#closeIfIdle()
      })
    })
  }

  #closeIfIdle(): void {
    // What is watched but not told yet decides when it is told.
    if (!this.#overdue || this.#watched.size > 0) return
    this.close(this.#proven ? closeCodes.idle : closeCodes.unproven)
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
