import type { CancelReason, Client } from './client.ts'
import type { Clock } from './clock.ts'
import { type Asking, FrameSchedule } from './frames.ts'
import type { GateError } from './gate-error.ts'
import type { ClaimAnswer, Frame, SignInView, StartAnswer, UserCodeAnswer } from './protocol.ts'
import { retry } from './retry.ts'
import type { Connection, KioskSocket, Watcher } from './socket.ts'
import { Steps } from './steps.ts'
import { Track } from './track.ts'

/** What a kiosk is to show now. */
export type Step = SignInView & {
  /** What the QR says; when it is absent there is no QR to show. */
  qr?: string
  connection: Connection
}

export interface SignInParts {
  client: Pick<Client, 'cancel' | 'claim' | 'userCode'>
  socket: Pick<KioskSocket, 'connection' | 'watch' | 'unwatch' | 'askFrames' | 'restart'>
  clock: Clock
  renew?: boolean
  random?: () => number
}

/** With fewer frames than this in hand the kiosk asks for more. */
const lowMs = 10_000
const lookEveryMs = 1_000
/** A question without an answer is asked again after this long. */
const forgetAskMs = 5_000
/** For how long a renewing screen waits for the successor of a sign-in that ran out. */
const successorMs = 2_000
/** The gate keeps an approved sign-in for its kiosk this long. */
const claimWindowMs = 120_000
const cancelWindowMs = 60_000
/** Somebody stands there and waits for the code. */
const userCodeWindowMs = 5_000

/**
 * One attempt to sign in, from QR to claim: iterate over it to learn what to show.
 *
 * A step comes at every change of state, QR content or connection.
 * The iteration ends after a final state, after a claim, and on {@link SignIn.close}; it throws a
 * {@link GateError} when the gate will never answer for this sign-in.
 */
export class SignIn implements AsyncIterable<Step> {
  readonly #parts: SignInParts
  readonly #frames: FrameSchedule
  readonly #steps = new Steps<Step>(() => this.close())
  readonly #life = new AbortController()
  readonly #tracks = new Map<string, Track>()
  #shown: Track
  #asked: { ask: number; asking: Asking } | undefined
  #lastTold = ''
  #claiming: Promise<ClaimAnswer> | undefined
  #stopLooking = () => {}
  #stopSuccession: (() => void) | undefined

  /** @param started when the start was asked for; absent where a backend has started it. */
  constructor(
    parts: SignInParts,
    answer: StartAnswer | Pick<StartAnswer, 'id' | 'kiosk_secret'>,
    started?: Asking,
  ) {
    this.#parts = parts
    this.#frames = new FrameSchedule(parts.clock)
    this.#shown = this.#trackOf(answer)
    parts.socket.watch(this.#watcher(this.#shown))
    if ('frame' in answer && started) this.#frames.take(started, [answer.frame])
    this.#look()
  }

  /** Changes when an always-on screen goes on to a successor. */
  get id(): string {
    return this.#shown.id
  }

  [Symbol.asyncIterator](): AsyncIterator<Step> {
    return this.#steps
  }

  /** Gives the sign-in up; resolves when the gate knows. */
  cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    const { id, secret } = this.#shown
    return this.#until(cancelWindowMs, () => this.#parts.client.cancel(id, secret, reason))
  }

  /** Learns who signed in; repeats until the gate answers, since a lost answer must not lose a login. */
  claim(): Promise<ClaimAnswer> {
    this.#claiming ??= this.#claim().catch(error => {
      this.#claiming = undefined
      throw error
    })
    return this.#claiming
  }

  /**
   * A code to type on the phone where its camera cannot help; it lasts two minutes.
   * To be asked for only when a visitor wants it: a photograph of the screen would carry it.
   */
  userCode(): Promise<UserCodeAnswer> {
    const { id, secret } = this.#shown
    const { signal } = this.#life
    const ask = () => this.#parts.client.userCode(id, secret, signal)
    return this.#until(userCodeWindowMs, ask, signal)
  }

  /** Stops looking, without telling the gate. */
  close(): void {
    this.#finish()
  }

  async #claim(): Promise<ClaimAnswer> {
    const { client, clock } = this.#parts
    const { id, secret, view } = this.#shown
    const { signal } = this.#life
    const answer = await this.#until(claimWindowMs, () => client.claim(id, secret, signal), signal)
    this.#shown.take({ id, seq: (view?.seq ?? 0) + 1, state: 'claimed' }, clock.now())
    this.#tell()
    this.#finish()
    return answer
  }

  /** Repeats a call until the gate answers or the window is over. */
  #until<T>(windowMs: number, call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { clock, random } = this.#parts
    return retry(call, { clock, windowMs, random, signal })
  }

  #trackOf(answer: StartAnswer | Pick<StartAnswer, 'id' | 'kiosk_secret'>): Track {
    const { id, kiosk_secret } = answer
    const track = new Track(id, kiosk_secret)
    if ('expires_in' in answer) {
      const left = answer.expires_in * 1000
      track.take({ id, seq: 0, state: 'pending', expires_in_ms: left }, this.#parts.clock.now())
    }
    this.#tracks.set(id, track)
    return track
  }

  #watcher(track: Track): Watcher {
    return {
      id: track.id,
      kiosk_secret: track.secret,
      // Only the one on the screen, or every reconnection would begin another line of successors.
      renews: () => this.#parts.renew === true && this.#shown === track,
      view: view => this.#viewed(track, view),
      frames: (ask, frames) => this.#framed(ask, frames),
      next: answer => this.#succeeded(track, answer),
      connection: () => {
        this.#asked = undefined
        this.#look()
      },
      failed: error => this.#finish(error),
    }
  }

  #viewed(track: Track, view: SignInView): void {
    const wasOpen = track.open
    if (track.take(view, this.#parts.clock.now())) this.#moved(track, wasOpen)
    if (!this.#life.signal.aborted) this.#look()
  }

  #moved(track: Track, wasOpen: boolean): void {
    if (track !== this.#shown) this.#movedAside(track)
    if (track !== this.#shown || !track.final) return
    if (this.#parts.renew && wasOpen && track.view?.state === 'expired') {
      this.#stopSuccession ??= this.#parts.clock.after(successorMs, () => {
        this.#stopSuccession = undefined
        this.#tell()
        this.#finish()
      })
      return
    }
    this.#tell()
    this.#finish()
  }

  /** A visitor may scan the last frame of a sign-in whose successor is on the screen already. */
  #movedAside(track: Track): void {
    if (track.final) {
      this.#forget(track)
    } else if (!track.open && this.#shown.open) {
      this.#shown = track
      this.#frames.drop()
    } else if (!track.open) {
      this.#forget(track)
      // Nobody can go on with it on this screen; if the gate does not hear it, time ends it.
      this.#parts.client.cancel(track.id, track.secret, 'kiosk').catch(() => {})
    }
  }

  #succeeded(previous: Track, answer: StartAnswer): void {
    if (previous !== this.#shown || (!previous.open && !this.#stopSuccession)) return
    this.#stopSuccession?.()
    this.#stopSuccession = undefined
    this.#shown = this.#trackOf(answer)
    this.#parts.socket.watch(this.#watcher(this.#shown), true)
    this.#asked = undefined
    this.#frames.take(this.#frames.asking(), [answer.frame])
    if (previous.final) this.#forget(previous)
    this.#look()
  }

  #framed(ask: number, frames: readonly Frame[]): void {
    if (ask !== this.#asked?.ask) return
    const { asking } = this.#asked
    this.#asked = undefined
    this.#frames.take(asking, frames)
    this.#look()
  }

  /** Looks at the clock and acts on what it says. */
  #look(): void {
    if (this.#life.signal.aborted) return
    const { clock, socket } = this.#parts
    this.#stopLooking()
    if (this.#shown.open) {
      if (this.#frames.slept()) {
        this.#frames.drop()
        socket.restart()
      }
      const remaining = this.#shown.remainingMs(clock.now())
      if (this.#frames.heldMs() < Math.min(lowMs, remaining - lookEveryMs)) this.#askFrames()
      const wait = Math.min(this.#frames.untilChange(), lookEveryMs)
      this.#stopLooking = clock.after(wait, () => this.#look())
    }
    this.#tell()
  }

  #askFrames(): void {
    const { clock, socket } = this.#parts
    if (this.#asked && clock.now() - this.#asked.asking.at < forgetAskMs) return
    const asking = this.#frames.asking()
    const ask = socket.askFrames(this.#shown.id)
    this.#asked = ask === undefined ? undefined : { ask, asking }
  }

  #tell(): void {
    const { view } = this.#shown
    if (!view || this.#stopSuccession) return
    const remaining = this.#shown.remainingMs(this.#parts.clock.now())
    const { connection } = this.#parts.socket
    const qr = this.#shown.open && remaining > 0 ? this.#frames.current() : undefined
    const told = JSON.stringify([view.id, view.seq, view.state, qr, connection])
    if (told === this.#lastTold) return
    this.#lastTold = told
    const left = view.expires_in_ms === undefined ? {} : { expires_in_ms: Math.round(remaining) }
    const step: Step = { ...view, ...left, ...(qr && { qr }), connection }
    this.#steps.push(step, unread => unread.id === step.id && unread.state === step.state)
  }

  #forget(track: Track): void {
    this.#tracks.delete(track.id)
    this.#parts.socket.unwatch(track.id)
  }

  #finish(error?: GateError): void {
    if (this.#life.signal.aborted) return
    this.#life.abort()
    this.#stopLooking()
    this.#stopSuccession?.()
    for (const track of [...this.#tracks.values()]) this.#forget(track)
    this.#steps.end(error)
  }
}
