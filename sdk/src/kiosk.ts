import { type CancelReason, Client } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Transport } from './connection.ts'
import { GateError } from './gate-error.ts'
import { socketTo } from './page-socket.ts'
import { PolicyForTheNext } from './policy.ts'
import { Presence } from './presence.ts'
import type { ClaimAnswer, KioskPolicy, UserCodeAnswer } from './protocol.ts'
import type { KioskState, ScreenUpdate } from './screen-update.ts'
import { type StartOptions, startSignIn } from './start-sign-in.ts'
import type { Starter } from './starter.ts'
import { Turn, type TurnEnd, type TurnSignIn } from './turn.ts'

/** For how long a kiosk shows how a turn ended before the next visitor finds it idle. */
const endedMs = 8_000
const defaultLingerSeconds = 12
/** An always-on screen starts turns no faster than this, whatever ends them. */
const shortestTurnMs = 1_000

/** Options are read whenever they matter, so a getter may answer differently at the next turn. */
export interface KioskOptions {
  /** The gate's origin; a page's own by default. */
  readonly server?: string | undefined
  readonly transport?: Transport | undefined
  /** Starts by itself and goes on for ever: a screen that always shows a QR. */
  readonly always?: boolean | undefined
  /** Starts each sign-in in place of the gate's own call: asks the page's backend. */
  readonly starter?: Starter | undefined
  /**
   * This is the gate's own page, and enrolled: it keeps a socket open between visitors, shows trouble
   * before anybody taps, and is sent the successors of what it always shows. Read once.
   */
  readonly enrolled?: boolean | undefined
  /** Seconds that `claimed` stays, 12 by default; 0: until {@link Kiosk.reset}. */
  readonly lingerSeconds?: number | undefined
  /** Draws the screen: at every change of state or QR. */
  show(update: ScreenUpdate): void
  /** A visitor has signed in. */
  claimed?(answer: ClaimAnswer): void
  /**
   * What the operator wants of this screen, where it is `enrolled`: at the beginning and whenever it has
   * changed, but never under a visitor's hands.
   */
  policy?(policy: KioskPolicy): void
  /** Begins each sign-in in place of {@link startSignIn}, to which the same options would go. */
  begin?(options: StartOptions): Promise<TurnSignIn>
  readonly clock?: Clock
}

/**
 * A kiosk without a screen: turn after turn, idle in between, or always on.
 *
 *     const kiosk = new Kiosk({ server, show: update => draw(update) })
 *     kiosk.reset()
 */
export class Kiosk {
  readonly #options: KioskOptions
  readonly #clock: Clock
  #state: KioskState = 'idle'
  #turn: Turn | undefined
  readonly #presence: Presence | undefined
  readonly #policy = new PolicyForTheNext(policy => this.#takeOn(policy))
  #stopLingering = () => {}

  /** Nothing happens before {@link reset} or {@link start}. */
  constructor(options: KioskOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    if (options.enrolled) this.#presence = this.#createPresence()
  }

  get state(): KioskState {
    return this.#state
  }

  /**
   * Starts a sign-in; does nothing while one is under way, so a double tap is one tap.
   * @param resume a sign-in that a backend has started.
   */
  start(resume?: StartOptions['resume']): void {
    if (this.#underWay) return
    this.#endTurn()
    this.#presence?.start()
    const turn: Turn = new Turn({
      begin: signal => {
        const once = resume
        resume = undefined
        return this.#begin(signal, once)
      },
      show: update => turn === this.#turn && this.#show(update),
      claimed: answer => turn === this.#turn && this.#options.claimed?.(answer),
      clock: this.#clock,
    })
    this.#turn = turn
    const started = this.#clock.now()
    void turn.run().then(end => {
      if (turn === this.#turn) this.#linger(end, this.#clock.now() - started)
    })
  }

  /**
   * Gives the present sign-in up. The screen changes at once; resolves when the gate knows.
   * After `not_my_phone` a new code follows by itself.
   */
  async cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    if (!this.#underWay) return
    // The sign-in may be over at the gate by now, which is all that was wanted.
    const cancelled = this.#turn?.cancel(reason).catch(() => {})
    if (reason === 'not_my_phone') {
      this.#turn = undefined
      this.start()
    }
    await cancelled
  }

  /**
   * A code to type on a phone whose camera cannot help. Only after a visitor's tap.
   * @throws {GateError} where there is none to be had.
   */
  async userCode(): Promise<UserCodeAnswer> {
    if (!this.#turn) throw new GateError('already_ended')
    return this.#turn.userCode()
  }

  /** Makes the screen ready for the next visitor, whatever is on it: idle, or the next QR. */
  reset(): void {
    if (this.#underWay) this.#turn?.cancel('kiosk').catch(() => {})
    this.#endTurn()
    this.#presence?.start()
    if (this.#options.always) this.start()
    else this.#rest()
  }

  /** Ends the present turn; the screen stays as it is and the gate is not notified. */
  stop(): void {
    this.#endTurn()
    this.#presence?.stop()
  }

  #endTurn(): void {
    this.#stopLingering()
    this.#turn?.stop()
    this.#turn = undefined
  }

  get #underWay(): boolean {
    return this.#turn !== undefined && !atRest.has(this.#state)
  }

  /** Nobody is there: idle, or what a visitor would run into. */
  #rest(): void {
    const code = this.#presence?.trouble
    this.#show(code === undefined ? { state: 'idle' } : { state: 'trouble', code })
  }

  #createPresence(): Presence {
    const { server, transport = 'auto' } = this.#options
    const client = new Client(server === undefined ? {} : { server })
    return new Presence({
      socket: socketTo(client, transport),
      clock: this.#clock,
      // A turn shows its own trouble.
      changed: () => !this.#turn && this.#rest(),
      policy: policy => this.#policy.heard(policy, this.#isFree),
    })
  }

  /** Nobody is there; an always-on screen is free while nobody has scanned what it shows. */
  get #isFree(): boolean {
    if (!this.#turn) return true
    return this.#options.always === true && unscanned.has(this.#state)
  }

  #takeOn(policy: KioskPolicy): void {
    const { always } = this.#options
    this.#options.policy?.(policy)
    if (this.#options.always !== always) this.reset()
  }

  #begin(signal: AbortSignal, resume: StartOptions['resume']): Promise<TurnSignIn> {
    const { server, transport, always = false, starter } = this.#options
    const begin = this.#options.begin ?? startSignIn
    return begin({
      signal,
      renew: always,
      ...(transport && { transport }),
      ...(server && { server }),
      ...(starter && { starter }),
      ...(resume && { resume }),
    })
  }

  /** Leaves the end of a turn on the screen for a while. */
  #linger(end: TurnEnd, lastedMs: number): void {
    const { always, lingerSeconds = defaultLingerSeconds } = this.#options
    if (end === 'claimed' && !(lingerSeconds > 0)) return
    const ended = always ? Math.max(0, shortestTurnMs - lastedMs) : endedMs
    const wait = end === 'claimed' ? lingerSeconds * 1000 : ended
    this.#stopLingering = this.#clock.after(wait, () => this.reset())
  }

  #show(update: ScreenUpdate): void {
    this.#state = update.state
    this.#options.show(update)
    if (this.#isFree) this.#policy.handOver()
  }
}

const unscanned: ReadonlySet<KioskState> = new Set(['starting', 'pending'])

/** States in which no sign-in is under way. */
const atRest: ReadonlySet<KioskState> = new Set([
  'idle',
  'claimed',
  'denied',
  'cancelled',
  'expired',
])
