import { Kiosk, type KioskStorage, type ScreenUpdate } from '@qrgate/sdk'
import {
  type ClaimAnswer,
  type KioskPolicy,
  type KioskView,
  usualPolicy,
} from '@qrgate/sdk/protocol'
import {
  CodeHelp,
  CountdownRing,
  type ScreenName,
  screenOf,
  TimeLeft,
  troubleKindOf,
} from '@qrgate/sdk/screen-parts'
import { html, LitElement, type PropertyValues } from 'lit'
import type { Language } from '../look/language.ts'
import { notifyDemoParent } from './demo-parent.ts'
import { footer, type Leave } from './footer.ts'
import { header } from './header.ts'
import { helpBox } from './help-box.ts'
import { hintedAddress } from './hinted-address.ts'
import { introduceUntilKnown, keepsCookies } from './introduction.ts'
import { pageStorage } from './page-storage.ts'
import { startsAlways, startsNow, usualLanguage, wordsAt } from './policy.ts'
import { Preferences } from './preferences.ts'
import { ReadingTime } from './reading-time.ts'
import { announcement, countdownAnnouncement, screen, type View } from './screens.ts'
import { slip } from './slip.ts'
import { SlipPrinter } from './slip-printer.ts'
import { StaffCall } from './staff-call.ts'
import type { Words } from './words.ts'

/**
 * The kiosk's own page: a screen around the SDK's kiosk.
 *
 * It renders without a shadow root, so that one style sheet and the root's text size reach it all.
 */
export class KioskPage extends LitElement {
  static override properties = {
    introduced: { state: true },
    current: { state: true },
    claim: { state: true },
    trouble: { state: true },
  }

  /** Who this screen is, once the gate has said so. */
  declare introduced: KioskView | undefined
  /** What the kiosk shows. */
  declare current: ScreenUpdate
  declare claim: ClaimAnswer | undefined
  /** Why this screen could not be introduced yet. */
  declare trouble: ScreenUpdate | undefined

  #policy = usualPolicy
  readonly #preferences = new Preferences(usualLanguage(usualPolicy, location.search))
  #forgetting: ReturnType<typeof setTimeout> | undefined
  readonly #kiosk = this.#createKiosk()
  readonly #codeHelp = new CodeHelp(
    () => this.#kiosk.userCode(),
    isOpen => this.querySelector('main')?.toggleAttribute('data-code', isOpen),
  )
  readonly #timeLeft = new TimeLeft()
  readonly #staffCall = new StaffCall(() => this.requestUpdate())
  readonly #ring = new CountdownRing()
  readonly #readingTime = new ReadingTime(() => this.#kiosk.touched())
  #storage: KioskStorage | undefined
  readonly #slipPrinter = new SlipPrinter(() => this.#storage)
  #introducing = false
  #hadFocus = false

  constructor() {
    super()
    this.introduced = undefined
    this.current = { state: 'idle' }
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
    if (this.introduced) this.#kiosk.reset()
    else void this.#introduce()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('pointerdown', this.#onTouch)
    removeEventListener('keydown', this.#onTouch)
    clearTimeout(this.#forgetting)
    this.#kiosk.stop()
    this.#readingTime.end()
    this.#codeHelp.hide()
    this.#timeLeft.hide()
  }

  protected override render() {
    const { language, textSize } = this.#preferences
    const ownWords = wordsAt(this.#policy, language)
    const view = this.#view(language, ownWords)
    const name = view.update ? screenOf(view.update) : 'preparing'
    // A screen that is nobody's stands nowhere.
    const isNobodys = troubleKindOf(view.update?.code) === 'not_enrolled'
    const kiosk = isNobodys ? undefined : this.introduced
    return html`
      ${header(ownWords, kiosk, language, this.#policy.languages, this.#setLanguage)}
      <main data-screen=${name}>
        <p class="unseen" role="status">${announcement(view)}</p>
        <p class="unseen" role="status">${countdownAnnouncement(view)}</p>
        ${screen(view)}
      </main>
      ${footer(ownWords, {
        textSize,
        leave: this.#leave(name, ownWords),
        help: this.introduced?.staff_call ? ownWords.staffCall.help : ownWords.help,
        onTextSize: this.#enlarge,
        onHelp: this.#help,
      })}
      ${helpBox(ownWords, {
        staffCall: this.introduced?.staff_call ? this.#staffCall.state : undefined,
        visit: this.current.state === 'claimed',
        onCall: () => void this.#staffCall.call(),
      })}
      ${this.introduced ? slip(view, this.introduced, this.#policy.printing.paper_mm) : ''}`
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.contains(document.activeElement)
  }

  protected override updated(changed: PropertyValues<this>): void {
    // For the style sheet: `:has` is not in every browser that kiosks have (docs/browsers.md).
    this.toggleAttribute('data-slip', this.querySelector('.paper-slip') !== null)
    document.title = this.introduced?.site[this.#preferences.language] ?? 'QRGate'
    this.#printSlip()
    const before = changed.get('current')
    const isOther = before !== undefined && !sameScreen(before, this.current)
    if (isOther) {
      this.querySelector('dialog')?.close()
      this.querySelector('main')?.scrollTo({ top: 0 })
    }
    // The button that had the focus may be gone; a keyboard goes on from the headline.
    if ((isOther || this.#hadFocus) && document.activeElement === document.body) {
      this.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
    }
  }

  #printSlip(): void {
    const ready = this.querySelector<HTMLElement>('.paper-slip')
    const handOff = this.current.handOff?.id
    if (ready && handOff) void this.#slipPrinter.print(handOff, ready).catch(() => {})
  }

  #createKiosk(): Kiosk {
    const always = () => this.#always
    const timings = () => this.#policy.timings
    const language = () => this.#preferences.language
    const storage = () => this.#storage
    return new Kiosk({
      get always() {
        return always()
      },
      enrolled: true,
      get idleSeconds() {
        return timings().done_seconds
      },
      get servingSeconds() {
        return timings().idle_seconds
      },
      get language() {
        return language()
      },
      // The getter throws where a page may have none; that does no harm.
      get storage() {
        return storage()
      },
      show: update => this.#show(update),
      claimed: answer => {
        this.claim = answer
      },
      policy: policy => this.#takeOn(policy),
    })
  }

  /** As long as the kiosk gives to who has something to choose. */
  get #idleSeconds(): number {
    const { idle_seconds, done_seconds } = this.#policy.timings
    return Math.max(idle_seconds, done_seconds)
  }

  get #always(): boolean {
    return startsAlways(this.#policy, location.search)
  }

  #takeOn(policy: KioskPolicy): void {
    this.#policy = policy
    this.#preferences.setUsual(usualLanguage(policy, location.search), policy.languages)
    this.requestUpdate()
  }

  #view(language: Language, ownWords: Words): View {
    const { current, claim } = this
    this.#codeHelp.show(ownWords.code)
    // What is always on the screen has a successor in time.
    if (this.#always && current.state === 'pending') this.#timeLeft.hide()
    else this.#timeLeft.show(current, ownWords)
    return {
      update: this.introduced ? current : this.trouble,
      claim,
      words: keepsCookies() ? ownWords : withoutCookies(ownWords),
      language,
      qr: this.#qrCard(ownWords),
      codeHelp: this.#codeHelp.root,
      timeLeft: this.#timeLeft,
      idleSeconds: this.#idleSeconds,
      prints: this.#policy.printing.ticket,
      onStart: this.#start,
      onNotMine: this.#notMine,
      onMoreTime: () => void this.#kiosk.extend(),
      // Where the gate refuses it, the screen says so.
      onChoose: service => void this.#kiosk.choose(service).catch(() => {}),
      onChooseAnother: () => this.#kiosk.chooseAnother(),
    }
  }

  #qrCard(ownWords: Words) {
    const { qr } = this.current
    const address = qr && hintedAddress(qr, this.#preferences.chosenLanguage)
    return html`
      <div class="qr">
        <div class="card">
          <qrgate-qr .content=${address} label=${ownWords.qr}></qrgate-qr>
        </div>
        ${this.#timeLeft.bar} ${this.#timeLeft.time}
      </div>`
  }

  #leave(name: string, ownWords: Words): Leave | undefined {
    switch (name) {
      case 'pending':
      case 'scanned':
        // An always-on screen has nothing to go back to until somebody scans.
        if (this.#always && name === 'pending') return undefined
        return { label: ownWords.cancel, act: () => void this.#kiosk.cancel() }
      case 'ended':
        return { label: ownWords.first, act: () => this.#kiosk.reset() }
      case 'services':
      case 'waiting':
      case 'ticket':
      case 'staff':
      case 'done':
        this.#ring.show(this.current.countdown)
        return { label: ownWords.finish, act: () => void this.#kiosk.end(), ring: this.#ring }
      default:
        return undefined
    }
  }

  #start = (): void => {
    this.#kiosk.start()
  }

  #notMine = (): void => {
    // A new code follows by itself.
    void this.#kiosk.cancel('not_my_phone')
  }

  /** Nothing of one visitor stays for the next: not the name, not the language, not the text size. */
  #forget(): void {
    clearTimeout(this.#forgetting)
    this.claim = undefined
    this.querySelector('dialog')?.close()
    this.#preferences.forget()
    this.requestUpdate()
  }

  async #introduce(): Promise<void> {
    if (this.#introducing) return
    this.#introducing = true
    const first = !this.introduced
    this.#storage ??= await pageStorage()
    this.introduced = await introduceUntilKnown(code => {
      this.trouble = { state: 'trouble', code: code ?? whyUnanswered() }
    })
    this.trouble = undefined
    this.#introducing = false
    if (this.introduced.policy) this.#takeOn(this.introduced.policy)
    if (!first || !this.isConnected) return
    this.#kiosk.reset()
    // A page that was reloaded may be in the middle of something.
    if (startsNow(location.search) && this.#kiosk.state === 'idle') this.#start()
  }

  #show(update: ScreenUpdate): void {
    const before = this.current
    this.current = update
    this.#slipPrinter.shown(update)
    notifyDemoParent({ type: 'qrgate-qr', url: update.qr })
    // The same screen with a new QR or a second less concerns nobody else.
    if (sameScreen(before, update)) return
    notifyDemoParent({ type: 'qrgate-state', state: update.state, screen: screenOf(update) })
    const startsAnew = update.state === 'starting' && isOver.has(screenOf(before))
    if (update.state !== 'claimed') this.claim = undefined
    if (update.state !== 'pending') this.#codeHelp.hide()
    if (update.state === 'idle' || (this.#always && startsAnew)) this.#forget()
    else clearTimeout(this.#forgetting)
    // The gate may have forgotten this screen; a demo gate lets it enrol once more.
    if (update.code === 'kiosk_not_enrolled') void this.#introduce()
  }

  #onTouch = (): void => {
    this.#kiosk.touched()
    this.#readingTime.touched()
    if (this.current.state !== (this.#always ? 'pending' : 'idle')) return
    clearTimeout(this.#forgetting)
    this.#forgetting = setTimeout(() => this.#forget(), this.#policy.timings.idle_seconds * 1000)
  }

  #setLanguage = (language: Language): void => {
    this.#preferences.setLanguage(language)
    this.requestUpdate()
  }

  #enlarge = (): void => {
    this.#preferences.enlarge()
    this.requestUpdate()
  }

  #help = (): void => {
    this.#staffCall.forget()
    const dialog = this.querySelector('dialog')
    if (!dialog) return
    dialog.showModal()
    this.#readingTime.begin(dialog, this.#policy.timings.idle_seconds)
  }
}

/** Screens after which somebody else comes. */
const isOver: ReadonlySet<ScreenName> = new Set([
  'services',
  'waiting',
  'ticket',
  'staff',
  'done',
  'ended',
])

function sameScreen(a: ScreenUpdate, b: ScreenUpdate): boolean {
  return a.state === b.state && a.code === b.code && screenOf(a) === screenOf(b)
}

/** No link enrols a browser that keeps no cookies. */
function withoutCookies(words: Words): Words {
  return { ...words, trouble: { ...words.trouble, not_enrolled: words.noCookies } }
}

function whyUnanswered(): 'unreachable' | 'offline' {
  return navigator.onLine ? 'unreachable' : 'offline'
}
