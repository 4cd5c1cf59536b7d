import type { CancelReason, ClaimOptions, Client, EndReason } from './client.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import { type Asking, FrameSchedule } from './frames.ts'
import type { GateError } from './gate-error.ts'
import type {
  ClaimAnswer,
  Frame,
  HandOffView,
  Language,
  SignInView,
  StartAnswer,
  UserCodeAnswer,
} from './protocol.ts'
import { Queue } from './queue.ts'
import { repeatedFor } from './repeated-for.ts'
import { retry } from './retry.ts'
import type { KioskSocket } from './socket.ts'
import type { StartedSignIn, Starter } from './starter.ts'
import { WatchedSignIn } from './watched-sign-in.ts'
import type { Watcher } from './watcher.ts'

/** What a sign-in's kiosk learns at every change; the QR and the connection are parts of it. */
export type SignInUpdate = SignInView & {
  /** The QR's content; when it is absent there is no QR to show. */
  qr?: string
  connection: Connection
}

export interface SignInParts {
  client: Pick<
    Client,
    'cancel' | 'chooseService' | 'claim' | 'end' | 'extend' | 'leave' | 'userCode'
  >
  socket: Pick<KioskSocket, 'connection' | 'watch' | 'unwatch' | 'askFrames' | 'restart'> & {
    readonly renews?: boolean
  }
  clock: Clock
  /** Goes on with a successor in time, whether the gate sends it or {@link starter} starts it. */
  renew?: boolean
  starter?: Starter
  random?: () => number
}

/** With fewer frames than this in hand the kiosk asks for more: just before it would ping, in place of that. */
const lowMs = 16_000
const checkEveryMs = 1_000
/** A question without an answer is asked again after this long. */
const forgetAskMs = 5_000
/** A successor is on the screen this long before the present one runs out, as where the gate sends it. */
const renewBeforeMs = 30_000
/** For how long a renewing screen waits for the successor of a sign-in that ran out. */
const successorMs = 2_000

/**
 * One sign-in, from the QR to the end of the visit: iterate over it to learn what to show.
 *
 * An update comes at every change of state, QR content or connection.
 * The iteration ends after a final state and on {@link SignIn.close}; whoever only wants to know who
 * came closes it after the claim. It throws a {@link GateError} when the gate will never answer for
 * this sign-in.
 */
export class SignIn implements AsyncIterable<SignInUpdate> {
  readonly #parts: SignInParts
  readonly #frames: FrameSchedule
  readonly #updates = new Queue<SignInUpdate>(() => this.close())
  readonly #life = new AbortController()
  readonly #watched = new Map<string, WatchedSignIn>()
  #shown: WatchedSignIn
  /** Started already, and not shown before there is a QR of it. */
  #successor: WatchedSignIn | undefined
  /** The one for which a successor was started, or could not be. */
  #succeeding: { of: WatchedSignIn; failed: boolean } | undefined
  #asked: { ask: number; asking: Asking } | undefined
  #lastNotified = ''
  #claiming: { credential: string | undefined; answer: Promise<ClaimAnswer> } | undefined
  #stopChecking = () => {}
  #stopSuccession: (() => void) | undefined

  /** @param started when the start was asked for; absent where a backend has started it. */
  constructor(parts: SignInParts, answer: StartAnswer | StartedSignIn, started?: Asking) {
    this.#parts = parts
    this.#frames = new FrameSchedule(parts.clock)
    this.#shown = this.#watch(answer)
    parts.socket.watch(this.#watcher(this.#shown))
    if ('frame' in answer && started) this.#frames.take(started, [answer.frame])
    this.#check()
  }

  /** Changes when an always-on screen goes on to a successor. */
  get id(): string {
    return this.#shown.id
  }

  /** What `resume` needs to go on with it in another page; whoever has it can claim. */
  get started(): StartedSignIn {
    const { id, secret } = this.#shown
    return { id, kiosk_secret: secret }
  }

  [Symbol.asyncIterator](): AsyncIterator<SignInUpdate> {
    return this.#updates
  }

  /** Gives the sign-in up; resolves when the gate knows. */
  cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    const { id, secret } = this.#shown
    return this.#until(repeatedFor.end, () => this.#parts.client.cancel(id, secret, reason))
  }

  /**
   * Learns who signed in; repeats until the gate answers, since a lost answer must not lose a login.
   * It stays watched: the visit that begins with it ends one day.
   */
  claim(options: Pick<ClaimOptions, 'credential' | 'language'> = {}): Promise<ClaimAnswer> {
    const { credential } = options
    if (this.#claiming && this.#claiming.credential === credential) return this.#claiming.answer
    const answer = this.#claim(options).catch(error => {
      this.#claiming = undefined
      throw error
    })
    this.#claiming = { credential, answer }
    return answer
  }

  /**
   * The visitor asks for a service; repeats until the gate answers, as the same again is the same
   * hand-off. What becomes of it comes with the updates.
   * @param language what the screen speaks. @throws {GateError} `service_closed`, `service_unknown` …
   */
  async chooseService(service: string, language?: Language): Promise<HandOffView | undefined> {
    const chosen = this.#shown
    const { id, secret } = chosen
    const { signal } = this.#life
    const options = { signal, ...(language && { language }) }
    const ask = () => this.#parts.client.chooseService(id, secret, service, options)
    const view = await this.#until(repeatedFor.choose, ask, signal)
    this.#receivedView(chosen, view)
    return chosen.view?.hand_off
  }

  /** Gives the visitor more time to sign in, while {@link SignInView.extendable}. */
  async extend(): Promise<void> {
    const extended = this.#shown
    const { id, secret } = extended
    const { signal } = this.#life
    const ask = () => this.#parts.client.extend(id, secret)
    this.#receivedView(extended, await this.#until(repeatedFor.extend, ask, signal))
  }

  /** Ends the visit; resolves when the gate knows. */
  async end(reason: EndReason = 'kiosk'): Promise<void> {
    const { id, secret } = this.#shown
    await this.#until(repeatedFor.end, () => this.#parts.client.end(id, secret, reason))
  }

  /** The page is being closed, perhaps to come back at once; see {@link Client.leave}. */
  leave(): void {
    const { id, secret } = this.#shown
    this.#parts.client.leave(id, secret)
  }

  /** The page is there after all: the gate hears of it by being asked once more. */
  comeBack(): void {
    if (!this.#life.signal.aborted) this.#parts.socket.watch(this.#watcher(this.#shown))
  }

  /**
   * A code to type on the phone where its camera cannot help; it lasts two minutes.
   * To be asked for only when a visitor wants it: a photograph of the screen would carry it.
   */
  userCode(): Promise<UserCodeAnswer> {
    const { id, secret } = this.#shown
    const { signal } = this.#life
    const ask = () => this.#parts.client.userCode(id, secret, signal)
    return this.#until(repeatedFor.userCode, ask, signal)
  }

  /** Stops watching; the gate is not notified. */
  close(): void {
    this.#finish()
  }

  async #claim(given: Pick<ClaimOptions, 'credential' | 'language'>): Promise<ClaimAnswer> {
    const { client } = this.#parts
    const claimed = this.#shown
    const { id, secret } = claimed
    const { signal } = this.#life
    const options = { ...given, signal }
    const ask = () => client.claim(id, secret, options)
    const answer = await this.#until(repeatedFor.claim, ask, signal)
    // The gate's own word of it may take a while, and says how long the visit may last.
    if (claimed.claim(answer.hand_off)) this.#check()
    return answer
  }

  /** Repeats a call until the gate answers or the window is over. */
  #until<T>(windowMs: number, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock, random } = this.#parts
    return retry(call, { clock, windowMs, random, signal })
  }

  #watch(answer: StartAnswer | StartedSignIn): WatchedSignIn {
    const { id, kiosk_secret } = answer
    const watched = new WatchedSignIn(id, kiosk_secret)
    if ('expires_in' in answer) {
      const left = answer.expires_in * 1000
      watched.take({ id, seq: 0, state: 'pending', expires_in_ms: left }, this.#parts.clock.now())
    }
    this.#watched.set(id, watched)
    return watched
  }

  #watcher(watched: WatchedSignIn): Watcher {
    return {
      id: watched.id,
      kiosk_secret: watched.secret,
      // Only the one on the screen, or every reconnection would begin another line of successors.
      renews: () => this.#isToRenew && this.#shown === watched,
      view: view => this.#receivedView(watched, view),
      frames: (ask, frames) => this.#receivedFrames(watched, ask, frames),
      next: answer => this.#succeeded(watched, answer),
      connection: () => {
        this.#asked = undefined
        this.#check()
      },
      failed: error => this.#finish(error),
    }
  }

  #receivedView(watched: WatchedSignIn, view: SignInView): void {
    const wasOpen = watched.open
    if (watched.take(view, this.#parts.clock.now())) this.#changed(watched, wasOpen)
    if (!this.#life.signal.aborted) this.#check()
  }

  #changed(watched: WatchedSignIn, wasOpen: boolean): void {
    if (watched !== this.#shown) this.#changedAside(watched)
    // A visitor is on the way with what is on the screen.
    if (!this.#shown.open && !this.#shown.final && this.#successor) this.#forget(this.#successor)
    if (watched !== this.#shown || !watched.final) return
    const hopeless = this.#succeeding?.of === watched && this.#succeeding.failed
    if (this.#parts.renew && wasOpen && watched.view?.state === 'expired' && !hopeless) {
      this.#stopSuccession ??= this.#parts.clock.after(successorMs, () => {
        this.#stopSuccession = undefined
        this.#notify()
        this.#finish()
      })
      return
    }
    this.#notify()
    this.#finish()
  }

  /** A visitor may scan the last frame of a sign-in whose successor is on the screen already. */
  #changedAside(watched: WatchedSignIn): void {
    if (watched.final) {
      this.#forget(watched)
    } else if (!watched.open && this.#shown.open) {
      this.#shown = watched
      this.#frames.drop()
    } else if (!watched.open) {
      this.#forget(watched)
      // Nobody can go on with it on this screen; if the gate does not hear it, time ends it.
      this.#parts.client.cancel(watched.id, watched.secret, 'kiosk').catch(() => {})
    }
  }

  #succeeded(previous: WatchedSignIn, answer: StartAnswer): void {
    if (!this.#maySucceed(previous)) return
    const successor = this.#watch(answer)
    this.#goOnWith(successor)
    this.#parts.socket.watch(this.#watcher(successor), true)
    this.#frames.take(this.#frames.asking(), [answer.frame])
    this.#check()
  }

  /** Whether nobody has scanned it: it is open, or has just run out. */
  #maySucceed(previous: WatchedSignIn): boolean {
    if (this.#life.signal.aborted || previous !== this.#shown) return false
    return previous.open || this.#stopSuccession !== undefined
  }

  #goOnWith(successor: WatchedSignIn): void {
    const previous = this.#shown
    this.#stopSuccession?.()
    this.#stopSuccession = undefined
    this.#shown = successor
    this.#successor = undefined
    this.#asked = undefined
    if (previous.final) this.#forget(previous)
  }

  /** A successor may be asked for: once for each sign-in, however often its socket is lost. */
  get #isToRenew(): boolean {
    return this.#parts.renew === true && this.#succeeding?.of !== this.#shown
  }

  /** Where the gate sends no successor, it is started as the first one was. */
  #succeedInTime(): void {
    const { starter, socket, clock } = this.#parts
    if (!starter || !this.#isToRenew || socket.renews) return
    // Where a sign-in lives hardly longer than a frame is accepted, half of it must do.
    const due = Math.min(renewBeforeMs, this.#shown.lifeMs / 2)
    if (this.#shown.remainingMs(clock.now()) <= due) void this.#startSuccessor(starter)
  }

  async #startSuccessor(starter: Starter): Promise<void> {
    const { clock, random, socket } = this.#parts
    const { signal } = this.#life
    const succeeding = { of: this.#shown, failed: false }
    this.#succeeding = succeeding
    try {
      const options = { clock, windowMs: renewBeforeMs, random, signal }
      const answer = await retry(() => starter(signal), options)
      if (!this.#maySucceed(succeeding.of)) return
      this.#successor = this.#watch(answer)
      socket.watch(this.#watcher(this.#successor))
      this.#check()
    } catch {
      // The one on the screen runs out, and whoever shows it starts anew.
      succeeding.failed = true
    }
  }

  #receivedFrames(watched: WatchedSignIn, ask: number, frames: readonly Frame[]): void {
    if (ask !== this.#asked?.ask) return
    const { asking } = this.#asked
    this.#asked = undefined
    const taken = this.#frames.take(asking, frames)
    if (taken && watched === this.#successor) this.#goOnWith(watched)
    this.#check()
  }

  /** Checks what is due by the clock, and does it. */
  #check(): void {
    if (this.#life.signal.aborted) return
    const { clock, socket } = this.#parts
    this.#stopChecking()
    if (this.#shown.open) {
      if (this.#frames.slept()) {
        this.#frames.drop()
        socket.restart()
      }
      const remaining = this.#shown.remainingMs(clock.now())
      const low = this.#frames.heldMs() < Math.min(lowMs, remaining - checkEveryMs)
      if (low) this.#askFrames(this.#shown)
      this.#succeedInTime()
    }
    if (this.#successor) this.#askFrames(this.#successor)
    if (this.#shown.open || this.#successor) {
      const wait = Math.min(this.#frames.untilChange(), checkEveryMs)
      this.#stopChecking = clock.after(wait, () => this.#check())
    }
    this.#notify()
  }

  #askFrames({ id }: WatchedSignIn): void {
    const { clock, socket } = this.#parts
    if (this.#asked && clock.now() - this.#asked.asking.at < forgetAskMs) return
    const asking = this.#frames.asking()
    const ask = socket.askFrames(id)
    this.#asked = ask === undefined ? undefined : { ask, asking }
  }

  #notify(): void {
    const { view } = this.#shown
    if (!view || this.#stopSuccession) return
    const remaining = this.#shown.remainingMs(this.#parts.clock.now())
    const { connection } = this.#parts.socket
    const qr = this.#shown.open && remaining > 0 ? this.#frames.current() : undefined
    const left = view.expires_in_ms === undefined ? {} : { expires_in_ms: Math.round(remaining) }
    const { id, seq, state, hand_off } = view
    const handOff = hand_off && [hand_off.id, hand_off.seq]
    const notified = JSON.stringify([id, seq, state, handOff, Object.keys(left), qr, connection])
    if (notified === this.#lastNotified) return
    this.#lastNotified = notified
    const update: SignInUpdate = { ...view, ...left, ...(qr && { qr }), connection }
    this.#updates.push(update, unread => unread.id === update.id && unread.state === update.state)
  }

  #forget(watched: WatchedSignIn): void {
    this.#watched.delete(watched.id)
    if (watched === this.#successor) this.#successor = undefined
    this.#parts.socket.unwatch(watched.id)
  }

  #finish(error?: GateError): void {
    if (this.#life.signal.aborted) return
    this.#life.abort()
    this.#stopChecking()
    this.#stopSuccession?.()
    for (const watched of [...this.#watched.values()]) this.#forget(watched)
    this.#updates.end(error)
  }
}
