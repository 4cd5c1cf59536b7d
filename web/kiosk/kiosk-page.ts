import type { KioskElement, KioskState, ScreenUpdate } from '@qrgate/sdk/kiosk-element'
import type { ClaimAnswer, KioskView, UserCodeAnswer } from '@qrgate/sdk/protocol'
import { html, LitElement, type PropertyValues } from 'lit'
import { type Language, languageOf } from '../look/language.ts'
import { CodeHelp } from './code-help.ts'
import { Countdown } from './countdown.ts'
import { tellDemoParent } from './demo-parent.ts'
import { footer } from './footer.ts'
import { header } from './header.ts'
import { helpBox } from './help-box.ts'
import { introduceUntilKnown } from './introduction.ts'
import { Preferences } from './preferences.ts'
import { announcement, screen } from './screens.ts'
import { type Stage, stageOf } from './stage.ts'
import { type TroubleKind, troubleOf } from './trouble.ts'
import { type Words, words } from './words.ts'

const secondsAfterDone = 12
const secondsUntilForgotten = 60
const endings: ReadonlySet<KioskState> = new Set(['denied', 'cancelled', 'expired'])

/**
 * The kiosk's own page.
 *
 * `<qrgate-kiosk>` runs the sign-in and draws the QR; this page dresses every state around it.
 * It renders without a shadow root, so that one style sheet and the root's text size reach it all.
 */
export class KioskPage extends LitElement {
  static override properties = {
    kiosk: { state: true },
    step: { state: true },
    claim: { state: true },
    trouble: { state: true },
  }

  declare kiosk: KioskView | undefined
  declare step: ScreenUpdate
  declare claim: ClaimAnswer | undefined
  /** Why this screen could not be introduced yet; the element tells its own troubles itself. */
  declare trouble: TroubleKind | undefined

  readonly #preferences = new Preferences(languageOf(location.search))
  readonly #returning = new Countdown(this)
  readonly #forgetting = new Countdown(this)
  readonly #codeHelp = new CodeHelp(this, () => this.#askCode())
  readonly #always = new URLSearchParams(location.search).get('start') === 'always'
  #introducing = false

  constructor() {
    super()
    this.kiosk = undefined
    this.step = { state: 'idle' }
    this.claim = undefined
    this.trouble = undefined
  }

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('pointerdown', this.#onTouch)
    addEventListener('keydown', this.#onTouch)
    void this.#introduce()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('pointerdown', this.#onTouch)
    removeEventListener('keydown', this.#onTouch)
  }

  protected override render() {
    const { language, textSize } = this.#preferences
    const said = words[language]
    const stage = this.#stage
    return html`
      ${header(said, this.kiosk, language, this.#speak)}
      <main data-screen=${stage.screen}>
        <p class="unseen" role="status">${announcement(stage, said)}</p>
        ${screen(stage, {
          words: said,
          language,
          secondsLeft: this.#returning.left,
          onStart: this.#start,
          onNotMine: this.#notMine,
          codeHelp: this.#codeHelp.render(said),
        })}
        ${
          this.kiosk &&
          html`
            <qrgate-kiosk quiet lang=${language} start=${this.#always ? 'always' : 'touch'}
              @qrgate-state=${this.#onState} @qrgate-claimed=${this.#onClaimed}
              linger="0"><span slot="pending" hidden></span><span slot="code-help" hidden></span></qrgate-kiosk>`
        }
      </main>
      ${footer(said, {
        textSize,
        leave: this.#leave(stage, said),
        onTextSize: this.#enlarge,
        onHelp: this.#help,
      })}
      ${helpBox(said)}`
  }

  protected override updated(changed: PropertyValues<this>): void {
    document.title = this.kiosk?.site[this.#preferences.language] ?? 'QRGate'
    if (!changed.has('step')) return
    this.querySelector('dialog')?.close()
    scrollTo({ top: 0 })
    // The button that had the focus may be gone; a keyboard goes on from the headline.
    if (document.activeElement === document.body) {
      this.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
    }
  }

  get #stage(): Stage {
    if (this.kiosk) return stageOf(this.step, this.claim)
    return this.trouble ? { screen: 'trouble', kind: this.trouble } : { screen: 'preparing' }
  }

  get #gate(): KioskElement | null {
    return this.querySelector('qrgate-kiosk')
  }

  #leave(stage: Stage, said: Words): { label: string; act: () => void } | undefined {
    switch (stage.screen) {
      case 'pending':
      case 'scanned':
        // An always-on screen has nothing to go back to until somebody scans.
        if (this.#always && stage.screen === 'pending') return undefined
        return { label: said.cancel, act: () => this.#gate?.cancel('kiosk') }
      case 'ended':
        return { label: said.first, act: this.#finish }
      case 'done':
        return { label: said.done.finish, act: this.#finish }
      default:
        return undefined
    }
  }

  #start = (): void => {
    this.#gate?.start()
  }

  #notMine = (): void => {
    // A new code follows by itself.
    void this.#gate?.cancel('not_my_phone')
  }

  async #askCode(): Promise<UserCodeAnswer> {
    const gate = this.#gate
    if (!gate) throw new Error('there is no screen yet')
    return gate.userCode()
  }

  #finish = (): void => {
    this.#forget()
    this.#gate?.reset()
  }

  /** Nothing of one visitor stays for the next: not the name, not the language, not the text size. */
  #forget(): void {
    this.#returning.stop()
    this.#forgetting.stop()
    this.claim = undefined
    this.querySelector('dialog')?.close()
    this.#preferences.forget()
    this.requestUpdate()
  }

  async #introduce(): Promise<void> {
    if (this.#introducing) return
    this.#introducing = true
    this.kiosk = await introduceUntilKnown(code => {
      this.trouble = troubleOf(code)
    })
    this.trouble = undefined
    this.#introducing = false
  }

  #onState = ({ detail }: CustomEvent<ScreenUpdate>): void => {
    tellDemoParent({ type: 'qrgate-qr', url: detail.qr })
    // The same state with a new QR or a second less is the element's own business.
    if (detail.state === this.step.state && detail.code === this.step.code) return
    tellDemoParent({ type: 'qrgate-state', state: detail.state })
    const startsAnew = detail.state === 'starting' && endings.has(this.step.state)
    this.step = detail
    if (detail.state !== 'claimed') this.claim = undefined
    if (detail.state !== 'pending') this.#codeHelp.reset()
    if (detail.state === 'idle' || (this.#always && startsAnew)) this.#forget()
    else this.#forgetting.stop()
    // The gate may have forgotten this screen; a demo gate lets it enrol once more.
    if (detail.code === 'kiosk_not_enrolled') void this.#introduce()
  }

  #onClaimed = ({ detail }: CustomEvent<ClaimAnswer>): void => {
    this.claim = detail
    this.#returning.start(secondsAfterDone, this.#finish)
  }

  #onTouch = (): void => {
    if (this.step.state !== (this.#always ? 'pending' : 'idle')) return
    this.#forgetting.start(secondsUntilForgotten, () => this.#forget())
  }

  #speak = (language: Language): void => {
    this.#preferences.speak(language)
    this.requestUpdate()
  }

  #enlarge = (): void => {
    this.#preferences.enlarge()
    this.requestUpdate()
  }

  #help = (): void => {
    this.querySelector('dialog')?.showModal()
  }
}
