import { Backoff } from './backoff.ts'
import type { CancelReason } from './client.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { GateError } from './gate-error.ts'
import { type ClaimAnswer, finalStates, type SignInState, type UserCodeAnswer } from './protocol.ts'
import type { KioskState, ScreenUpdate } from './screen-update.ts'
import type { SignIn, SignInUpdate } from './sign-in.ts'
import { browserIsOffline, toleratedMs } from './trouble.ts'

/** What a turn needs of a sign-in. */
export type TurnSignIn = Pick<SignIn, 'cancel' | 'claim' | 'close' | 'userCode'> &
  AsyncIterable<SignInUpdate>

export interface TurnParts {
  /** Starts a sign-in, or resumes one; called again after every failure. */
  begin(signal: AbortSignal): Promise<TurnSignIn>
  /** Draws the screen: at every change of state or QR. */
  show(update: ScreenUpdate): void
  /** The visitor has signed in. */
  claimed?(answer: ClaimAnswer): void
  clock?: Clock
  random?: () => number
  /** Whether there is no network at all; by default what the browser knows of it. */
  isOffline?(): boolean
}

/** How a turn ended: the visitor is signed in, or is not, or somebody stopped it. */
export type TurnEnd = 'claimed' | 'ended' | 'stopped'

/**
 * One visitor's turn at the kiosk: from the start to a claim or another end. Draws nothing itself.
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
  /** Since when the gate is not heard. */
  #silentSince: number | undefined
  /** Since when the screen has no QR to show. */
  #noQrSince: number | undefined
  #stopWaiting = () => {}
  #inTrouble = false

  constructor(parts: TurnParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? systemClock
    this.#backoff = new Backoff(parts.random && { random: parts.random })
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
    return this.#cancelled ? this.#end('cancelled', this.#cancelled) : 'stopped'
  }

  /** Ends the turn at once; the gate is told in the background. */
  cancel(reason: CancelReason): Promise<void> {
    this.#cancelled = reason
    const told = this.#signIn?.cancel(reason)
    this.stop()
    return told ?? Promise.resolve()
  }

  /** A code to type in place of the QR, while there is a sign-in to type it for. */
  async userCode(): Promise<UserCodeAnswer> {
    if (!this.#signIn || this.#stopped.signal.aborted) throw new GateError('already_ended')
    return this.#signIn.userCode()
  }

  /** Ends the turn without a last update; the gate is not notified. */
  stop(): void {
    this.#stopWaiting()
    this.#stopped.abort()
    this.#signIn?.close()
  }

  async #attempt(signal: AbortSignal): Promise<TurnEnd | undefined> {
    const signIn = await this.#parts.begin(signal)
    this.#signIn = signIn
    if (signal.aborted) {
      signIn.close()
      return undefined
    }
    let claim: Promise<ClaimAnswer> | undefined
    let refused: GateError | undefined
    for await (const update of signIn) {
      if (signal.aborted) return undefined
      this.#updated(update)
      if (update.state !== 'approved' || claim !== undefined) continue
      claim = signIn.claim()
      claim.catch(error => {
        if (error instanceof GateError) refused = error
        signIn.close()
      })
    }
    this.#stopWaiting()
    if (signal.aborted) return undefined
    return this.#outcome(claim, refused)
  }

  async #outcome(claim: Promise<ClaimAnswer> | undefined, refused: GateError | undefined) {
    const state = this.#update?.state
    if (refused) return this.#end('expired', 'unclaimed', refused.code)
    if (claim && state && !finalStates.has(state)) {
      const answer = await claim
      const { id, account } = answer
      this.#parts.show({ state: 'claimed', id, name: account.name })
      this.#parts.claimed?.(answer)
      return 'claimed' as const
    }
    return this.#end(endOf(state), this.#update?.reason)
  }

  #end(state: KioskState, reason?: ScreenUpdate['reason'], code?: string): TurnEnd {
    this.#parts.show({ state, ...(reason && { reason }), ...(code && { code }) })
    return 'ended'
  }

  #updated(update: SignInUpdate): void {
    this.#update = update
    if (finalStates.has(update.state) || update.state === 'claimed') return
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

  #show(update: SignInUpdate): void {
    this.#inTrouble = false
    this.#backoff.reset()
    const { state, id, phone, qr, expires_in_ms, connection } = update
    this.#parts.show({
      state: state as Exclude<SignInState, 'ended'>,
      id,
      connection,
      ...(phone && { phone }),
      ...(qr && { qr }),
      ...(expires_in_ms !== undefined && { remaining_ms: expires_in_ms }),
    })
  }

  #trouble(code: string): void {
    this.#inTrouble = true
    const { isOffline = browserIsOffline } = this.#parts
    const offline = code === 'unreachable' && isOffline()
    this.#parts.show({ state: 'trouble', code: offline ? 'offline' : code })
  }
}

function endOf(state: SignInState | undefined): KioskState {
  return state === 'denied' || state === 'cancelled' ? state : 'expired'
}
