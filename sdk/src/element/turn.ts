import { Backoff } from '../backoff.ts'
import type { CancelReason } from '../client.ts'
import { type Clock, pause } from '../clock.ts'
import { GateError } from '../gate-error.ts'
import {
  type ClaimAnswer,
  finalStates,
  type SignInState,
  type UserCodeAnswer,
} from '../protocol.ts'
import type { SignIn, Step } from '../sign-in.ts'
import type { KioskState, KioskStep } from './step.ts'

export interface TurnParts {
  begin(
    signal: AbortSignal,
  ): Promise<Pick<SignIn, 'cancel' | 'claim' | 'close' | 'userCode'> & AsyncIterable<Step>>
  show(step: KioskStep): void
  claimed(answer: ClaimAnswer): void
  clock: Clock
  random?: () => number
  /** Whether the page knows that it has no network at all. */
  isOffline(): boolean
}

/** How a turn ended: the visitor is signed in, or is not, or somebody stopped it. */
export type TurnEnd = 'claimed' | 'ended' | 'stopped'

/** A visitor is not bothered with a hitch shorter than this; a gate restarts within it. */
const hitchMs = 5_000

/**
 * One visitor's turn at the kiosk: from the start to a claim or another end.
 *
 * Trouble never ends a turn: it keeps trying, and goes on when the gate is back.
 */
export class Turn {
  readonly #parts: TurnParts
  readonly #backoff: Backoff
  readonly #stopped = new AbortController()
  #signIn: Awaited<ReturnType<TurnParts['begin']>> | undefined
  #cancelled: CancelReason | undefined
  #step: Step | undefined
  /** Since when the gate is not heard, or the screen has no QR to show. */
  #silentSince: number | undefined
  #blindSince: number | undefined
  #stopDoubting = () => {}
  #inTrouble = false

  constructor(parts: TurnParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.random && { random: parts.random })
  }

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
        await pause(this.#parts.clock, this.#backoff.next(wait), signal)
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

  stop(): void {
    this.#stopDoubting()
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
    for await (const step of signIn) {
      if (signal.aborted) return undefined
      this.#stepped(step)
      if (step.state !== 'approved' || claim !== undefined) continue
      claim = signIn.claim()
      claim.catch(error => {
        if (error instanceof GateError) refused = error
        signIn.close()
      })
    }
    this.#stopDoubting()
    if (signal.aborted) return undefined
    return this.#outcome(claim, refused)
  }

  async #outcome(claim: Promise<ClaimAnswer> | undefined, refused: GateError | undefined) {
    const state = this.#step?.state
    if (refused) return this.#end('expired', 'unclaimed', refused.code)
    if (claim && state && !finalStates.has(state)) {
      const answer = await claim
      const { id, account } = answer
      this.#parts.show({ state: 'claimed', id, name: account.name })
      this.#parts.claimed(answer)
      return 'claimed' as const
    }
    return this.#end(endOf(state), this.#step?.reason)
  }

  #end(state: KioskState, reason?: KioskStep['reason'], code?: string): TurnEnd {
    this.#parts.show({ state, ...(reason && { reason }), ...(code && { code }) })
    return 'ended'
  }

  #stepped(step: Step): void {
    this.#step = step
    if (finalStates.has(step.state) || step.state === 'claimed') return
    const now = this.#parts.clock.now()
    const silent = step.connection === 'reconnecting'
    // A gate that is not heard will most likely not answer a phone either: its QR leads nowhere.
    const blind = silent || (step.qr === undefined && step.state === 'pending')
    // A gate that is heard again gets a moment to send a QR.
    if (!silent && this.#silentSince !== undefined) this.#blindSince = undefined
    this.#silentSince = silent ? (this.#silentSince ?? now) : undefined
    this.#blindSince = blind ? (this.#blindSince ?? now) : undefined
    this.#stopDoubting()
    if (blind) this.#doubt(step, now)
    else this.#show(step)
  }

  /** Shows what is known for a little while longer, then says that something is wrong. */
  #doubt(step: Step, now: number): void {
    const since = Math.min(this.#silentSince ?? now, this.#blindSince ?? now)
    const code = step.connection === 'reconnecting' ? 'unreachable' : 'slow'
    const left = since + hitchMs - now
    if (left <= 0) {
      this.#trouble(code)
      return
    }
    if (!this.#inTrouble) this.#show(step)
    this.#stopDoubting = this.#parts.clock.after(left, () => this.#trouble(code))
  }

  #show(step: Step): void {
    this.#inTrouble = false
    this.#backoff.reset()
    const { state, id, phone, qr, expires_in_ms, connection } = step
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
    const offline = code === 'unreachable' && this.#parts.isOffline()
    this.#parts.show({ state: 'trouble', code: offline ? 'offline' : code })
  }
}

function endOf(state: SignInState | undefined): KioskState {
  return state === 'denied' || state === 'cancelled' ? state : 'expired'
}
