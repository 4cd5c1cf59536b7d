import { Backoff } from './backoff.ts'
import type { CancelReason, EndReason } from './client.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { GateError } from './gate-error.ts'
import {
  type ClaimAnswer,
  finalStates,
  type Language,
  type SignInState,
  type UserCodeAnswer,
} from './protocol.ts'
import type { KioskState, ScreenUpdate } from './screen-update.ts'
import type { SignIn, SignInUpdate } from './sign-in.ts'
import type { StartedSignIn } from './starter.ts'
import { browserIsOffline, toleratedMs } from './trouble.ts'
import { VisitServices } from './visit-services.ts'

/** What a turn needs of a sign-in. */
export type TurnSignIn = Pick<
  SignIn,
  | 'started'
  | 'cancel'
  | 'chooseService'
  | 'claim'
  | 'close'
  | 'comeBack'
  | 'end'
  | 'extend'
  | 'leave'
  | 'userCode'
> &
  AsyncIterable<SignInUpdate>

export interface TurnParts {
  /** Starts a sign-in, or resumes one; called again after every failure. */
  begin(signal: AbortSignal): Promise<TurnSignIn>
  /** Draws the screen: at every change of state or QR. */
  show(update: ScreenUpdate): void
  /** The visitor has signed in. */
  claimed?(answer: ClaimAnswer): void
  /** Told at every change which sign-in a page would go on with that comes after this one. */
  keep?(started: StartedSignIn): void
  /**
   * What {@link begin} begins with is a sign-in of the page before this one: where nothing is left of
   * it, the turn ends without a word.
   */
  restores?: boolean
  /** What the screen speaks now: the kiosk's client is told it with what the visitor asks for. */
  language?(): Language | undefined
  clock?: Clock
  random?: () => number
  /** Whether there is no network at all; by default what the browser knows of it. */
  isOffline?(): boolean
}

/** A claim's refusal that the gate will explain by itself is given this long to be explained. */
const explainedWithinMs = 2_000

/**
 * How a turn ended: with the end of a visit, without anybody having signed in, with nothing left of
 * what was to be restored, or because somebody stopped it.
 */
export type TurnEnd = 'visited' | 'ended' | 'gone' | 'stopped'

/**
 * One visitor's turn at the kiosk: from the start to the end of the visit, or to another end. Draws
 * nothing itself, and goes on wherever the sign-in stands that it begins with.
 *
 *     const begin = signal => startSignIn({ signal })
 *     const end = await new Turn({ begin, show: update => draw(update) }).run()
 *
 * Trouble never ends a turn: it keeps trying, and goes on when the gate is back.
 */
export class Turn {
  readonly #parts: TurnParts
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #stopped = new AbortController()
  #signIn: TurnSignIn | undefined
  #cancelled: CancelReason | undefined
  #update: SignInUpdate | undefined
  #answer: ClaimAnswer | undefined
  #services: VisitServices
  /** When the present state runs out at the gate. */
  #deadline: number | undefined
  #refused: GateError | undefined
  /** Since when the gate is not heard. */
  #silentSince: number | undefined
  /** Since when the screen has no QR to show. */
  #noQrSince: number | undefined
  #stopWaiting = () => {}
  #inTrouble = false
  #ended = false
  #restores: boolean

  constructor(parts: TurnParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? systemClock
    this.#backoff = new Backoff(parts.random && { random: parts.random })
    this.#restores = parts.restores ?? false
    this.#services = this.#createServices()
  }

  /** Runs the turn once, to its end; never rejects because of the gate. */
  async run(): Promise<TurnEnd> {
    const { signal } = this.#stopped
    this.#parts.show({ state: 'starting' })
    while (!signal.aborted) {
      try {
        const end = await this.#attempt(signal)
        if (end) return end
      } catch (error) {
        if (signal.aborted) break
        this.#trouble(error instanceof GateError ? error.code : 'unreachable')
        const wait = error instanceof GateError ? error.retryAfterMs : undefined
        await pause(this.#clock, this.#backoff.next(wait), signal)
      }
    }
    if (this.#ended) return 'visited'
    return this.#cancelled ? this.#end('cancelled', this.#cancelled) : 'stopped'
  }

  /** Ends the turn at once; the gate is told in the background. */
  cancel(reason: CancelReason): Promise<void> {
    this.#cancelled = reason
    const told = this.#giveUp(reason)
    this.stop()
    return told
  }

  /** Ends the visit: the screen changes at once, the gate is told in the background. */
  async end(reason: EndReason): Promise<void> {
    if (this.#stopped.signal.aborted) return
    const told = this.#signIn?.end(reason)
    this.#ended = true
    this.stop()
    this.#end('ended', reason)
    await told
  }

  /** More time to sign in, where {@link ScreenUpdate.extendable}; the screen says so when the gate knows. */
  async extend(): Promise<void> {
    if (!this.#stopped.signal.aborted) await this.#signIn?.extend()
  }

  /** A code to type in place of the QR, while there is a sign-in to type it for. */
  async userCode(): Promise<UserCodeAnswer> {
    if (!this.#signIn || this.#stopped.signal.aborted) throw new GateError('already_ended')
    return this.#signIn.userCode()
  }

  /**
   * The visitor asks for a service: the screen says at once that it is being done, and repeats it until
   * the gate has answered.
   * @throws {GateError} `service_closed`, `service_unknown`, or where there is no visit.
   */
  async choose(id: string): Promise<void> {
    const signIn = this.#signIn
    if (!signIn || !this.#answer || this.#stopped.signal.aborted)
      throw new GateError('not_approved')
    await this.#services.choose(id, () => signIn.chooseService(id, this.#parts.language?.()))
  }

  /** Back to the choice, where nothing came of the first one. */
  chooseAnother(): void {
    this.#services.chooseAnother()
  }

  /** Ends the turn as the page is being closed, perhaps to come back at once: see `Client.leave`. */
  leave(): void {
    if (this.#state === 'scanned' || isSignedIn(this.#state)) this.#signIn?.leave()
    this.stop()
  }

  /** Ends the turn without a last update; the gate is not notified. */
  stop(): void {
    this.#stopWaiting()
    this.#services.stop()
    this.#stopped.abort()
    this.#signIn?.close()
  }

  /** Where the sign-in stands, once the gate has said so. */
  get #state(): SignInState | undefined {
    return this.#update?.state
  }

  /** The phone may have signed in before the gate hears of it: then there is a visit to end. */
  async #giveUp(reason: CancelReason): Promise<void> {
    const signIn = this.#signIn
    if (!signIn || isSignedIn(this.#state)) return signIn?.end('kiosk')
    try {
      await signIn.cancel(reason)
    } catch (error) {
      if (!(error instanceof GateError) || error.code !== 'already_ended') throw error
      await signIn.end('kiosk')
    }
  }

  async #attempt(signal: AbortSignal): Promise<TurnEnd | undefined> {
    const restores = this.#restores
    this.#restores = false
    this.#update = this.#answer = this.#refused = undefined
    this.#services = this.#createServices()
    const signIn = await this.#parts.begin(signal)
    this.#signIn = signIn
    if (signal.aborted) {
      signIn.close()
      return undefined
    }
    try {
      const gone = await this.#follow(signIn, restores, signal)
      if (gone) return 'gone'
    } catch (error) {
      this.#stopWaiting()
      const state = this.#state
      if (signal.aborted || !(error instanceof GateError)) throw error
      if (restores && !state) return 'gone'
      // What is said on a screen of somebody must not outlive what the gate lets be known.
      if (state !== 'claimed') throw error
      return this.#end('ended', error.code === 'kiosk_revoked' ? 'revoked' : undefined)
    }
    this.#stopWaiting()
    this.#services.stop()
    return signal.aborted ? undefined : this.#outcome(signIn)
  }

  /** Goes with a sign-in to its end. @returns whether there was none to go with. */
  async #follow(signIn: TurnSignIn, restores: boolean, signal: AbortSignal): Promise<boolean> {
    let isAsked = false
    // Of what a backend has started, or a page before this one, nothing is known before the gate is heard.
    this.#stopWaiting = this.#clock.after(toleratedMs, () => this.#trouble('unreachable'))
    for await (const update of signIn) {
      if (signal.aborted) return false
      const isFinal = finalStates.has(update.state)
      if (restores && isFinal && !this.#update) return true
      this.#updated(update)
      if (isFinal) continue
      this.#parts.keep?.(signIn.started)
      // A word of the page before this one came late: it has not gone after all.
      if (update.left === 'kiosk') signIn.comeBack()
      if (isAsked || !isSignedIn(update.state)) continue
      isAsked = true
      void this.#claim(signIn)
    }
    return false
  }

  async #claim(signIn: TurnSignIn): Promise<void> {
    try {
      const language = this.#parts.language?.()
      const answer = await signIn.claim(language && { language })
      const update = this.#update
      if (signIn !== this.#signIn || !update || finalStates.has(update.state)) return
      if (this.#stopped.signal.aborted) return
      this.#answer = answer
      this.#services.begin(answer)
      this.#stopWaiting()
      this.#showVisit(update, answer)
      this.#parts.claimed?.(answer)
    } catch (error) {
      if (error instanceof GateError) {
        this.#refused = error
        // Whoever has ended it meanwhile, it is for the gate to say; it does so on its other way.
        const explains = error.code === 'already_ended' || error.code === 'expired'
        if (explains) await pause(this.#clock, explainedWithinMs, this.#stopped.signal)
      }
      signIn.close()
    }
  }

  #outcome(signIn: TurnSignIn): TurnEnd {
    const { state, reason } = this.#update ?? {}
    if (!this.#refused || (state && finalStates.has(state))) return this.#end(endOf(state), reason)
    if (state !== 'claimed') return this.#end('expired', 'unclaimed', this.#refused.code)
    // It is too late to learn whose visit it is.
    signIn.end('kiosk').catch(() => {})
    return this.#end('ended', 'kiosk')
  }

  #end(state: KioskState, reason?: ScreenUpdate['reason'], code?: string): TurnEnd {
    this.#parts.show({ state, ...(reason && { reason }), ...(code && { code }) })
    return state === 'ended' ? 'visited' : 'ended'
  }

  #updated(update: SignInUpdate): void {
    this.#update = update
    if (finalStates.has(update.state)) return
    this.#services.heard(update.hand_off)
    const { expires_in_ms: left } = update
    this.#deadline = left === undefined ? undefined : this.#clock.now() + left
    if (this.#answer && update.state === 'claimed') {
      this.#showVisit(update, this.#answer)
      return
    }
    const now = this.#clock.now()
    const silent = update.connection === 'reconnecting'
    // A gate that is not heard will most likely not answer a phone either: its QR leads nowhere.
    const noQr = silent || (update.qr === undefined && update.state === 'pending')
    // A gate that is heard again gets a moment to send a QR.
    if (!silent && this.#silentSince !== undefined) this.#noQrSince = undefined
    this.#silentSince = silent ? (this.#silentSince ?? now) : undefined
    this.#noQrSince = noQr ? (this.#noQrSince ?? now) : undefined
    this.#stopWaiting()
    if (noQr) this.#waitBeforeTrouble(update, now)
    else this.#show(update)
  }

  /** Shows what is known for a little while longer, then shows trouble. */
  #waitBeforeTrouble(update: SignInUpdate, now: number): void {
    const since = Math.min(this.#silentSince ?? now, this.#noQrSince ?? now)
    const code = update.connection === 'reconnecting' ? 'unreachable' : 'slow'
    const left = since + toleratedMs - now
    if (left <= 0) {
      this.#trouble(code)
      return
    }
    if (!this.#inTrouble) this.#show(update)
    this.#stopWaiting = this.#clock.after(left, () => this.#trouble(code))
  }

  /** What is claimed already and not known yet is being checked. */
  #show({ state, id, phone, qr, expires_in_ms, extendable, connection }: SignInUpdate): void {
    this.#inTrouble = false
    this.#backoff.reset()
    this.#parts.show({
      state: state === 'claimed' ? 'approved' : state,
      id,
      connection,
      ...(phone && { phone }),
      ...(qr && { qr }),
      ...(expires_in_ms !== undefined && { remaining_ms: expires_in_ms }),
      ...(extendable && { extendable }),
    })
  }

  /** A visit goes on while the gate is not heard, for as long as it would last there. */
  #showVisit(update: SignInUpdate, { account }: ClaimAnswer): void {
    const { id, state, connection } = update
    const left = this.#deadline === undefined ? undefined : this.#deadline - this.#clock.now()
    this.#inTrouble = false
    this.#stopWaiting()
    if (state === 'claimed' && left !== undefined) {
      this.#stopWaiting = this.#clock.after(left + toleratedMs, () => this.#runOut(update))
    }
    this.#parts.show({
      state: 'claimed',
      id,
      name: account.name,
      connection,
      ...this.#services.shown,
      ...(left !== undefined && { remaining_ms: Math.max(0, left) }),
    })
  }

  #createServices(): VisitServices {
    return new VisitServices(this.#clock, () => this.#servicesChanged())
  }

  #servicesChanged(): void {
    const update = this.#update
    const isOver = this.#stopped.signal.aborted || !update || finalStates.has(update.state)
    if (this.#answer && !isOver) this.#showVisit(update, this.#answer)
  }

  /** The gate would have said so, if it were heard. */
  #runOut(update: SignInUpdate): void {
    this.#update = { ...update, state: 'ended', reason: 'absolute' }
    this.#signIn?.close()
  }

  #trouble(code: string): void {
    this.#inTrouble = true
    const { isOffline = browserIsOffline } = this.#parts
    const offline = code === 'unreachable' && isOffline()
    this.#parts.show({ state: 'trouble', code: offline ? 'offline' : code })
  }
}

function isSignedIn(state: SignInState | undefined): boolean {
  return state === 'approved' || state === 'claimed'
}

function endOf(state: SignInState | undefined): KioskState {
  return state && finalStates.has(state) ? state : 'expired'
}
