import { type CancelReason, Client, type EndReason } from './client.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Transport } from './connection.ts'
import { GateError } from './gate-error.ts'
import { IdleTimer } from './idle-timer.ts'
import { KeptSignIn, type KioskStorage } from './kept-sign-in.ts'
import { onPageLife } from './page-life.ts'
import { socketTo } from './page-socket.ts'
import { PolicyForTheNext } from './policy.ts'
import { Presence } from './presence.ts'
import type { ClaimAnswer, KioskPolicy, Language, UserCodeAnswer } from './protocol.ts'
import {
  isServing,
  type KioskState,
  type ScreenName,
  type ScreenUpdate,
  screenOf,
} from './screen-update.ts'
import { type StartOptions, startSignIn } from './start-sign-in.ts'
import type { StartedSignIn, Starter } from './starter.ts'
import { Turn, type TurnEnd, type TurnSignIn } from './turn.ts'

/** For how long a kiosk shows how a turn ended before the next visitor finds it idle. */
const endedMs = 8_000
const defaultIdleSeconds = 20
const defaultServingSeconds = 60
/** Who still chooses or waits is hurried no earlier than this. */
const hurriedSeconds = 15
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
  /**
   * Seconds after which a visit ends when nobody touches the screen, 20 by default; 0: it lasts until
   * {@link Kiosk.end} or {@link Kiosk.reset}. The screen says so by {@link Kiosk.touched}.
   */
  readonly idleSeconds?: number | undefined
  /**
   * The same while the visitor has something to choose, or waits for a number: 60 by default, and never
   * shorter than {@link idleSeconds}. The countdown shows the last 15 of them only.
   */
  readonly servingSeconds?: number | undefined
  /** What the screen speaks: the kiosk's client is told it with what the visitor asks for. */
  readonly language?: Language | undefined
  /**
   * Where a reload finds the sign-in that was under way: the page's `sessionStorage`, or `localStorage`
   * where the page is its browser's only one, which then goes on even if the browser is killed. Kept are
   * its id and kiosk secret, until it is over; nothing of the visitor.
   */
  readonly storage?: KioskStorage | undefined
  /** Draws the screen: at every change of state, QR or countdown. */
  show(update: ScreenUpdate): void
  /** A visitor has signed in; called again where a reloaded page goes on with the visit. */
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
  readonly #presence: Presence | undefined
  readonly #policy = new PolicyForTheNext(policy => this.#takeOn(policy))
  readonly #idle: IdleTimer
  readonly #kept: KeptSignIn
  #update: ScreenUpdate = { state: 'idle' }
  /** The screen of the visit for which the idle time was set. */
  #idleOn: ScreenName | undefined
  #turn: Turn | undefined
  #stopLingering = () => {}
  /** For how long the end of a turn stays, once nobody touches it any more. */
  #lingers: number | undefined
  /** Somebody has scanned in this turn. */
  #used = false
  #stopListening: (() => void) | undefined

  /** Nothing happens before {@link reset} or {@link start}. */
  constructor(options: KioskOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#idle = new IdleTimer({
      clock: this.#clock,
      changed: () => this.#draw(),
      over: () => void this.end('idle'),
    })
    this.#kept = new KeptSignIn(
      () => options.storage,
      () => `qrgate-sign-in ${options.server ?? ''}`.trim(),
    )
    if (options.enrolled) this.#presence = this.#createPresence()
  }

  get state(): KioskState {
    return this.#update.state
  }

  /**
   * Starts a sign-in; does nothing while one is under way, so a double tap is one tap. A visit ends
   * with it: here is the next visitor.
   * @param resume a sign-in that a backend has started; it is taken where there is trouble, too.
   */
  start(resume?: StartOptions['resume']): void {
    if (this.state === 'claimed') void this.end()
    if (!this.#underWay || (resume && this.state === 'trouble')) this.#run(resume)
  }

  /**
   * Gives the present sign-in up, or ends the visit. The screen changes at once; resolves when the gate
   * knows. After `not_my_phone` a new code follows by itself.
   */
  async cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    if (this.state === 'claimed') return this.end()
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
   * Ends the visit, where there is one. The screen is ready for the next visitor at once; resolves when
   * the gate knows.
   */
  async end(reason: EndReason = 'kiosk'): Promise<void> {
    if (this.state !== 'claimed') return
    const told = this.#turn?.end(reason).catch(() => {})
    this.reset()
    await told
  }

  /**
   * The visitor asks for one of the {@link ScreenUpdate.services}. The screen says at once that it is
   * being done; resolves when the gate knows. What becomes of it is {@link ScreenUpdate.handOff}.
   * @throws {GateError} `service_closed`, `service_unknown`, or where there is no visit.
   */
  async choose(id: string): Promise<void> {
    if (!this.#turn) throw new GateError('not_approved')
    await this.#turn.choose(id)
  }

  /** Shows the services again, where nothing came of what was chosen first. */
  chooseAnother(): void {
    this.#turn?.chooseAnother()
  }

  /**
   * The visitor needs more time to sign in on the phone, where {@link ScreenUpdate.extendable} says that
   * there is some. Resolves when the gate knows, or is not heard.
   */
  async extend(): Promise<void> {
    await this.#turn?.extend().catch(() => {})
  }

  /** Somebody touches the page: the time after which it goes back by itself begins anew. */
  touched(): void {
    this.#idle.touched()
    if (this.#lingers) this.#stay(this.#lingers)
  }

  /**
   * A code to type on a phone whose camera cannot help. Only after a visitor's tap.
   * @throws {GateError} where there is none to be had.
   */
  async userCode(): Promise<UserCodeAnswer> {
    if (!this.#turn) throw new GateError('already_ended')
    return this.#turn.userCode()
  }

  /**
   * Makes the screen ready for the next visitor, whatever is on it: idle, or the next QR. On a page
   * that was reloaded in the middle of a sign-in it goes on with that.
   */
  reset(): void {
    if (this.#underWay) {
      this.#turn?.cancel('kiosk').catch(() => {})
      this.#kept.forget()
    }
    this.#endTurn()
    this.#presence?.start()
    this.#stopListening ??= onPageLife(
      () => this.leave(),
      () => this.reset(),
    )
    const kept = this.#kept.read()
    if (kept) this.#run(kept, true)
    else if (this.#options.always) this.start()
    else this.#rest()
  }

  /**
   * The page goes away, for good or not: a browser's page says so by itself. The gate ends what a phone
   * has scanned in 15 s, unless {@link reset} goes on with it before; nobody's name stays on the screen.
   */
  leave(): void {
    if (!this.#underWay) return
    this.#turn?.leave()
    this.#endTurn()
    this.#show({ state: 'starting' })
  }

  /** Ends the present turn; the screen stays as it is and the gate is not notified. */
  stop(): void {
    this.#endTurn()
    this.#presence?.stop()
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  /** @param restores the sign-in is what a page before this one has begun. */
  #run(resume?: StartedSignIn, restores = false): void {
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
      keep: started => turn === this.#turn && this.#kept.write(started),
      restores,
      language: () => this.#options.language,
      clock: this.#clock,
    })
    this.#turn = turn
    const started = this.#clock.now()
    void turn.run().then(end => {
      if (turn === this.#turn) this.#linger(end, this.#clock.now() - started)
    })
  }

  #endTurn(): void {
    this.#stopLingering()
    this.#lingers = undefined
    this.#used = false
    this.#idle.stop()
    this.#idleOn = undefined
    this.#turn?.stop()
    this.#turn = undefined
  }

  get #underWay(): boolean {
    return this.#turn !== undefined && !atRest.has(this.state)
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
    if (!this.#turn) return this.state !== 'starting'
    return this.#options.always === true && unscanned.has(this.state)
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
    if (end === 'gone') this.#kept.forget()
    const { reason = 'kiosk' } = this.#update
    // Whoever has ended the visit here knows that it is over.
    if (end === 'gone' || (end === 'visited' && (reason === 'kiosk' || reason === 'idle'))) {
      this.reset()
      return
    }
    // An always-on screen goes on without a word where nobody has scanned, or somebody here gave it up.
    const isKnown = !this.#used || (end === 'ended' && this.#update.reason === 'kiosk')
    if (this.#options.always && isKnown) this.#stay(Math.max(0, shortestTurnMs - lastedMs))
    else {
      this.#lingers = endedMs
      this.#stay(endedMs)
    }
  }

  #stay(ms: number): void {
    this.#stopLingering()
    this.#stopLingering = this.#clock.after(ms, () => this.reset())
  }

  #show(update: ScreenUpdate): void {
    this.#update = update
    if (update.state === 'scanned') this.#used = true
    if (atRest.has(update.state)) this.#kept.forget()
    this.#countIdleTime(update)
    this.#draw()
    if (this.#isFree) this.#policy.handOver()
  }

  /** A visit's idle time begins anew with each of its screens, and not with what changes on one. */
  #countIdleTime(update: ScreenUpdate): void {
    const screen = update.state === 'claimed' ? screenOf(update) : undefined
    const isAnother = screen !== this.#idleOn
    this.#idleOn = screen
    if (screen === undefined) this.#idle.stop()
    else if (isAnother) {
      const { idleSeconds = defaultIdleSeconds, servingSeconds = defaultServingSeconds } =
        this.#options
      if (!isServing(update)) this.#idle.start(idleSeconds)
      // Where a visit lasts until somebody ends it, it does so on every screen.
      else
        this.#idle.start(
          idleSeconds > 0 ? Math.max(idleSeconds, servingSeconds) : 0,
          hurriedSeconds,
        )
    }
  }

  #draw(): void {
    const countdown = this.#idle.left
    this.#options.show(countdown ? { ...this.#update, countdown } : this.#update)
  }
}

const unscanned: ReadonlySet<KioskState> = new Set(['starting', 'pending'])

/** States in which no sign-in is under way. */
const atRest: ReadonlySet<KioskState> = new Set(['idle', 'denied', 'cancelled', 'expired', 'ended'])
