import type { CancelReason } from '../client.ts'
import { pause, systemClock } from '../clock.ts'
import type { Transport } from '../connection.ts'
import { GateError } from '../gate-error.ts'
import type { ClaimAnswer, UserCodeAnswer } from '../protocol.ts'
import type { KioskState, ScreenUpdate } from '../screen-update.ts'
import { type StartOptions, startSignIn } from '../start-sign-in.ts'
import { Turn, type TurnEnd } from '../turn.ts'
import { languageOf } from './language.ts'
import { Screen } from './screen.ts'
import { style } from './style.ts'

/** For how long a kiosk says how a turn ended before the next visitor finds it idle. */
const endedMs = 8_000
const lingerSeconds = 12
/** An always-on screen starts turns no faster than this, whatever ends them. */
const shortestTurnMs = 1_000

// Server-side rendering imports pages too, and has no elements.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * `<qrgate-kiosk>`: a whole kiosk in one element.
 *
 * Attributes: `server` (the gate's origin; by default the page's own), `lang` (`ko` or `en`; by
 * default the page's), `start` (`touch`, or `always` for a screen that always shows a QR), `linger`
 * (seconds that `claimed` stays on the screen, 12 by default; 0 until {@link reset}), `transport`
 * (`auto`, `socket` or `poll`), `quiet` (the page itself announces the states to screen readers).
 * Reflected for styling: `state`.
 *
 * Events, all of them bubbling and composed: `qrgate-state` (detail {@link ScreenUpdate}, at every
 * change of state or QR), `qrgate-claimed` (detail {@link ClaimAnswer}), `qrgate-trouble` (detail
 * `{ code }`).
 *
 * Slots replace the default words: `idle`, `pending` (above the card), `scanned`, `approved`,
 * `done`, `ended`, `trouble`, and the help for those whose camera fails: `code-help`.
 * Parts: `card`, `qr`, `bar`, `time`, `title`, `text`, `button`, `code-help` (the button that asks for
 * a code), `code-panel`, `code-address`, `code`, `code-close`.
 * Custom properties: `--qrgate-ink`, `-ink-soft`, `-line`, `-line-strong`, `-accent`, `-accent-deep`,
 * `-accent-wash`, `-green`, `-amber`, `-red` and their `-wash`, `-shadow`, `-text-scale`.
 */
export class KioskElement extends Base {
  static readonly observedAttributes = ['server', 'lang', 'start']

  #screen: Screen | undefined
  #step: ScreenUpdate = { state: 'idle' }
  #turn: Turn | undefined
  readonly #pageLanguage = new MutationObserver(() => this.#draw())

  get state(): KioskState {
    return this.#step.state
  }

  connectedCallback(): void {
    this.#screen ??= this.#build()
    this.#screen.connect()
    this.#pageLanguage.observe(document.documentElement, { attributeFilter: ['lang'] })
    this.#free()
  }

  disconnectedCallback(): void {
    this.#pageLanguage.disconnect()
    this.#screen?.disconnect()
    this.#turn?.stop()
    this.#turn = undefined
  }

  attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (!this.isConnected || !this.#screen || old === value) return
    if (name === 'lang') this.#draw()
    else if (name === 'server') this.reset()
    else if (this.state === 'idle') this.#free()
  }

  /**
   * Starts a sign-in; does nothing while one is under way, so a double tap is one tap.
   * @param resume a sign-in that the page's own backend has started.
   */
  start(resume?: StartOptions['resume']): void {
    if (!this.isConnected || this.#underWay) return
    this.#turn?.stop()
    const turn = new Turn({
      begin: signal => {
        const once = resume
        resume = undefined
        return this.#begin(signal, once)
      },
      show: step => turn === this.#turn && this.#show(step),
      claimed: answer => turn === this.#turn && this.#tell<ClaimAnswer>('qrgate-claimed', answer),
      clock: systemClock,
      isOffline: () => navigator.onLine === false,
    })
    this.#turn = turn
    const started = systemClock.now()
    void turn.run().then(end => this.#settle(turn, end, systemClock.now() - started))
  }

  /**
   * Gives the present sign-in up. The screen changes at once and the gate is told behind it.
   * After `not_my_phone` a new code follows by itself.
   */
  async cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    if (!this.#underWay) return
    // The sign-in may be over at the gate by now, which is all that was wanted.
    const told = this.#turn?.cancel(reason).catch(() => {})
    if (reason === 'not_my_phone') this.#restart()
    await told
  }

  /**
   * A code to type on a phone whose camera cannot help, for pages with words of their own for it.
   * Only after a visitor's tap; throws a {@link GateError} where there is none to be had.
   */
  async userCode(): Promise<UserCodeAnswer> {
    if (!this.#turn) throw new GateError('already_ended')
    return this.#turn.userCode()
  }

  /** Leaves whatever is on the screen for the next visitor. */
  reset(): void {
    if (this.#underWay) this.#turn?.cancel('kiosk').catch(() => {})
    this.#free()
  }

  get #underWay(): boolean {
    return this.#turn !== undefined && !settled.has(this.state)
  }

  get #always(): boolean {
    return this.getAttribute('start') === 'always'
  }

  #build(): Screen {
    const shadow = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    shadow.adoptedStyleSheets = [sheet]
    return new Screen(shadow, {
      start: () => this.start(),
      notMyPhone: () => this.cancel('not_my_phone'),
      userCode: () => this.userCode(),
    })
  }

  #begin(signal: AbortSignal, resume: StartOptions['resume']) {
    const server = this.getAttribute('server')
    const transport = this.getAttribute('transport')
    return startSignIn({
      signal,
      renew: this.#always,
      ...(isTransport(transport) && { transport }),
      ...(server && { server }),
      ...(resume && { resume }),
    })
  }

  #restart(): void {
    this.#turn = undefined
    this.start()
  }

  #free(): void {
    this.#turn?.stop()
    this.#turn = undefined
    if (this.#always) this.start()
    else this.#show({ state: 'idle' })
  }

  /** Leaves the end of a turn on the screen for a while. */
  async #settle(turn: Turn, end: TurnEnd, lasted: number): Promise<void> {
    if (end === 'stopped' || turn !== this.#turn) return
    const linger = Number(this.getAttribute('linger') ?? lingerSeconds)
    if (end === 'claimed' && !(linger > 0)) return
    const ended = this.#always ? Math.max(0, shortestTurnMs - lasted) : endedMs
    await pause(systemClock, end === 'claimed' ? linger * 1000 : ended)
    if (turn === this.#turn) this.#free()
  }

  #show(step: ScreenUpdate): void {
    this.#step = step
    this.setAttribute('state', step.state)
    this.#draw()
    this.#tell<ScreenUpdate>('qrgate-state', step)
    if (step.code) this.#tell('qrgate-trouble', { code: step.code })
  }

  #draw(): void {
    const manner = { endless: this.#always, quiet: this.hasAttribute('quiet') }
    this.#screen?.show(this.#step, languageOf(this), manner)
  }

  #tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true }))
  }
}

const settled: ReadonlySet<KioskState> = new Set([
  'idle',
  'claimed',
  'denied',
  'cancelled',
  'expired',
])

function isTransport(value: string | null): value is Transport {
  return value === 'auto' || value === 'socket' || value === 'poll'
}
