import type { CancelReason, EndReason } from '../client.ts'
import type { Transport } from '../connection.ts'
import { isNewer } from '../hand-off-news.ts'
import { Kiosk } from '../kiosk.ts'
import type { ClaimAnswer, HandOffView, UserCodeAnswer } from '../protocol.ts'
import type { KioskState, ScreenUpdate } from '../screen-update.ts'
import type { StartOptions } from '../start-sign-in.ts'
import type { Starter } from '../starter.ts'
import { Base } from './base.ts'
import { languageOf } from './language.ts'
import { Screen } from './screen.ts'
import { style } from './style.ts'
import { type TroubleDetail, TroubleReport } from './trouble-report.ts'
import { upgradeProperties } from './upgrade-properties.ts'

const touches = ['pointerdown', 'keydown'] as const

/**
 * `<qrgate-kiosk>`: a whole kiosk in one element, a screen around {@link Kiosk}.
 *
 * Attributes: `server` (the gate's origin; by default the page's own), `lang` (`ko` or `en`; by
 * default the page's), `start` (`touch`, or `always` for a screen that always shows a QR), `linger`
 * (seconds after which a visit ends when nobody touches the page, 20 by default; 0: it lasts until
 * {@link end} or {@link reset}), `transport`
 * (`auto`, `socket` or `poll`), `quiet` (the page itself announces the states to screen readers).
 * Reflected for styling: `state`.
 *
 * Events, all of them bubbling and composed: `qrgate-state` (detail {@link ScreenUpdate}, at every
 * change of state, QR or countdown), `qrgate-claimed` (detail {@link ClaimAnswer}), `qrgate-trouble` (detail
 * {@link TroubleDetail}), `qrgate-service` (detail {@link HandOffView}, at every change of what the visitor has asked
 * for). Slots, parts and custom properties: docs/sdk.md.
 */
export class KioskElement extends Base {
  static readonly observedAttributes = ['server', 'lang', 'start']

  readonly #trouble = new TroubleReport({
    server: () => this.getAttribute('server'),
    tell: detail => this.#dispatch<TroubleDetail>('qrgate-trouble', detail),
  })
  readonly #kiosk = this.#createKiosk()
  #screen: Screen | undefined
  #update: ScreenUpdate = { state: 'idle' }
  /** The hand-off that the page was told of last. */
  #told: HandOffView | undefined
  #starter: Starter | undefined
  /** Whoever touches the page anywhere is there. */
  readonly #onTouch = () => this.#kiosk.touched()
  readonly #pageLanguage = new MutationObserver(() => this.#draw())

  /** The attribute of this name. */
  get server(): string | undefined {
    return this.getAttribute('server') ?? undefined
  }

  set server(server: string | null | undefined) {
    if (server === null || server === undefined) this.removeAttribute('server')
    else this.setAttribute('server', server)
  }

  get state(): KioskState {
    return this.#kiosk.state
  }

  /**
   * Starts each sign-in in place of the gate's own call: asks the page's backend. An always-on screen
   * whose page is not the gate's own gets its successors from here too.
   */
  get starter(): Starter | undefined {
    return this.#starter
  }

  set starter(starter: Starter | null | undefined) {
    this.#starter = starter ?? undefined
  }

  connectedCallback(): void {
    upgradeProperties(this)
    this.#screen ??= this.#createScreen()
    for (const touch of touches) addEventListener(touch, this.#onTouch, { capture: true })
    this.#trouble.connect()
    this.#pageLanguage.observe(document.documentElement, { attributeFilter: ['lang'] })
    this.#kiosk.reset()
  }

  disconnectedCallback(): void {
    for (const touch of touches) removeEventListener(touch, this.#onTouch, { capture: true })
    this.#trouble.disconnect()
    this.#pageLanguage.disconnect()
    this.#screen?.disconnect()
    this.#kiosk.stop()
  }

  attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (!this.isConnected || !this.#screen || old === value) return
    if (name === 'lang') this.#draw()
    else if (name === 'server' || this.state === 'idle') this.reset()
  }

  /**
   * Starts a sign-in; does nothing while one is under way, so a double tap is one tap. With it: a sign-in
   * that the page's own backend has started.
   */
  get start(): (resume?: StartOptions['resume']) => void {
    return this.#start
  }

  /** The attribute of this name: React, Vue and others set a property where there is one. */
  set start(mode: 'touch' | 'always' | null | undefined) {
    if (mode) this.setAttribute('start', mode)
    else this.removeAttribute('start')
  }

  /**
   * Gives the present sign-in up, or ends the visit. The screen changes at once; resolves when the gate
   * knows. After `not_my_phone` a new code follows by itself.
   */
  cancel(reason: CancelReason = 'kiosk'): Promise<void> {
    return this.#kiosk.cancel(reason)
  }

  /** As {@link Kiosk.extend}. */
  extend(): Promise<void> {
    return this.#kiosk.extend()
  }

  /**
   * Ends the visit, where there is one: the screen is ready for the next visitor at once; resolves when
   * the gate knows.
   */
  end(reason: EndReason = 'kiosk'): Promise<void> {
    return this.#kiosk.end(reason)
  }

  /** As {@link Kiosk.choose}, for pages that show the services themselves. */
  choose(id: string): Promise<void> {
    return this.#kiosk.choose(id)
  }

  /**
   * A code to type on a phone whose camera cannot help, for pages with words of their own for it.
   * Only after a visitor's tap; throws a `GateError` where there is none to be had.
   */
  userCode(): Promise<UserCodeAnswer> {
    return this.#kiosk.userCode()
  }

  /**
   * Makes the screen ready for the next visitor, whatever is on it. A page that was reloaded in the
   * middle of a sign-in goes on with it as soon as the element is there.
   */
  reset(): void {
    if (this.isConnected) this.#kiosk.reset()
  }

  #start = (resume?: StartOptions['resume']): void => {
    if (!this.isConnected) return
    if (resume) this.#trouble.given(resume)
    this.#kiosk.start(resume)
  }

  get #always(): boolean {
    return this.getAttribute('start') === 'always'
  }

  #createKiosk(): Kiosk {
    const attribute = (name: string) => this.getAttribute(name)
    const always = () => this.#always
    const starter = () => this.#starter && this.#trouble.noting(this.#starter)
    const language = () => languageOf(this)
    return new Kiosk({
      get server() {
        return attribute('server') ?? undefined
      },
      get transport() {
        const transport = attribute('transport')
        return isTransport(transport) ? transport : undefined
      },
      get always() {
        return always()
      },
      get starter() {
        return starter()
      },
      get idleSeconds() {
        const linger = attribute('linger')
        return linger === null ? undefined : Number(linger)
      },
      get language() {
        return language()
      },
      // The getter throws where a page may have none; that does no harm.
      get storage() {
        return sessionStorage
      },
      show: update => this.#show(update),
      claimed: answer => this.#dispatch<ClaimAnswer>('qrgate-claimed', answer),
    })
  }

  #createScreen(): Screen {
    const shadow = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    shadow.adoptedStyleSheets = [sheet]
    return new Screen(shadow, {
      start: () => this.start(),
      finish: () => void this.end(),
      notMyPhone: () => void this.cancel('not_my_phone'),
      moreTime: () => void this.extend(),
      // Where the gate refuses it, the screen says so.
      choose: id => void this.choose(id).catch(() => {}),
      chooseAnother: () => this.#kiosk.chooseAnother(),
      userCode: () => this.userCode(),
    })
  }

  #show(update: ScreenUpdate): void {
    this.#update = update
    this.setAttribute('state', update.state)
    this.#draw()
    this.#dispatch<ScreenUpdate>('qrgate-state', update)
    const { handOff } = update
    const told = this.#told
    if (update.state !== 'claimed') this.#told = undefined
    else if (handOff && isNewer(handOff, told)) {
      this.#told = handOff
      this.#dispatch<HandOffView>('qrgate-service', handOff)
    }
    this.#trouble.shown(update)
  }

  #draw(): void {
    const options = { endless: this.#always, quiet: this.hasAttribute('quiet') }
    this.#screen?.show(this.#update, languageOf(this), options)
  }

  #dispatch<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true }))
  }
}

function isTransport(value: string | null): value is Transport {
  return value === 'auto' || value === 'socket' || value === 'poll'
}
