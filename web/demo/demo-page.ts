import { html, LitElement, nothing } from 'lit'
import type { DemoMessage } from '../kiosk/demo-parent.ts'
import { corners, mark } from '../look/icons.ts'
import { type Language, languageOf } from '../look/language.ts'
import { languageSwitch } from '../look/language-switch.ts'
import { type Beside, besideHere } from './desk.ts'
import { fillIn, nextVisitor, type ReadyVisitor } from './ready-visitor.ts'
import { scannedAddress } from './scan.ts'
import { words } from './words.ts'

/** How many of the steps are done, by the kiosk's screen; none has begun on those that are not here. */
const stepsDone: Record<string, number> = {
  pending: 0,
  scanned: 1,
  approved: 2,
  services: 2,
  waiting: 3,
  ticket: 4,
  staff: 4,
  done: 4,
}

/** How wide each page is in its frame, in CSS pixels; it is then drawn smaller. */
const widths = { kiosk: 1080, phone: 390, desk: 1024, board: 1280 }
/** The desk on a window so narrow that nobody could read it. */
const narrow = { frame: 512, page: 390 }

/**
 * Kiosk, phone and desk in one window, each the real page in a frame; one button stands in for a camera.
 */
export class DemoPage extends LitElement {
  static override properties = {
    language: { state: true },
    kioskScreen: { state: true },
    beside: { state: true },
    visitor: { state: true },
    qr: { state: true },
    opened: { state: true },
  }

  declare language: Language
  declare kioskScreen: string
  /** Undefined until it is known. */
  declare beside: Beside | undefined
  /** Who signs in next; undefined where whoever is here must say who they are. */
  declare visitor: ReadyVisitor | undefined
  declare qr: string | undefined
  /** What the phone has open; undefined while its camera is looking. */
  declare opened: string | undefined
  #sizes: ResizeObserver | undefined

  constructor() {
    super()
    this.language = languageOf(location.search)
    this.kioskScreen = 'idle'
    this.beside = undefined
    this.visitor = undefined
    this.qr = undefined
    this.opened = undefined
  }

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('message', this.#onMessage)
    // The address of the desk, opened in this very tab.
    addEventListener('hashchange', this.#lookBeside)
    this.#sizes = new ResizeObserver(entries => {
      for (const { target, contentRect } of entries) {
        const screen = target as HTMLElement
        const isNarrow = screen.matches('.desk *') && contentRect.width < narrow.frame
        const width = isNarrow ? narrow.page : Number(screen.dataset.width)
        const scale = contentRect.width / width
        screen.style.setProperty('--scale', `${scale}`)
        screen.style.setProperty('--width', `${width}px`)
        screen.style.setProperty('--height', `${contentRect.height / scale}px`)
      }
    })
    void this.#lookBeside()
    void this.#callVisitor()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('message', this.#onMessage)
    removeEventListener('hashchange', this.#lookBeside)
    this.#sizes?.disconnect()
  }

  protected override updated(): void {
    document.documentElement.lang = this.language
    for (const screen of this.querySelectorAll('.screen')) this.#sizes?.observe(screen)
  }

  protected override render() {
    const ownWords = words[this.language]
    return html`
      <header aria-label="QRGate">
        <p class="place">
          <span class="mark">${mark}</span> <strong>QRGate</strong>
          <span class="tag">${ownWords.tag}</span>
        </p>
        <h1>${ownWords.title}</h1>
        ${languageSwitch(ownWords.languages, this.language, language => this.#setLanguage(language))}
      </header>
      <main aria-label=${ownWords.title} class=${this.beside === 'nothing' ? 'alone' : ''}>
        <section class="story" aria-label=${ownWords.steps}>
          <ol>${this.#steps()}</ol>
          <button type="button" class="again" ?disabled=${!this.#mayGoOn}
            @click=${this.#again}>${ownWords.again}</button>
        </section>
        <figure class="kiosk">
          <figcaption>${ownWords.kiosk}</figcaption>
          <div class="screen" data-width=${widths.kiosk}>
            <iframe title=${ownWords.kiosk} src=${this.#kioskAddress}></iframe>
          </div>
        </figure>
        <figure class="phone">
          <figcaption>${ownWords.phone}</figcaption>
          <div class="screen" data-width=${widths.phone}>
            ${this.opened ? this.#page() : this.#camera()}
          </div>
        </figure>
        ${this.#besideThem()}
      </main>`
  }

  /** A kiosk goes on where it was when this page is reloaded; its phone does not. */
  get #mayGoOn(): boolean {
    return this.opened !== undefined || this.#done > 0
  }

  get #done(): number {
    return stepsDone[this.kioskScreen] ?? -1
  }

  #steps() {
    const { scanning, signingIn, choosing, number } = words[this.language]
    const done = this.#done
    const steps = [
      scanning,
      signingIn[this.visitor ? 'ready' : 'own'],
      ...(this.beside === 'nothing'
        ? []
        : [choosing, number[this.beside === 'desk' ? 'desk' : 'board']]),
    ]
    return steps.map(
      ({ title, text }, index) => html`
        <li class=${index < done ? 'taken' : ''} aria-current=${index === done ? 'step' : 'false'}>
          <span class="number" aria-hidden="true">${index + 1}</span>
          <div><strong>${title}</strong><p>${text}</p></div>
        </li>`,
    )
  }

  #besideThem() {
    const { beside, language } = this
    if (beside === undefined || beside === 'nothing') return nothing
    const ownWords = words[language]
    return html`
      <figure class=${beside}>
        <figcaption>
          ${ownWords[beside]} ${beside === 'board' ? html`<small>${ownWords.deskHint}</small>` : ''}
        </figcaption>
        <div class="screen" data-width=${widths[beside]}>
          <iframe title=${ownWords[beside]} src=${`/reception/${beside}?lang=${language}`}></iframe>
        </div>
      </figure>`
  }

  #page() {
    return html`
      <iframe title=${words[this.language].phone} src=${this.opened} @load=${this.#fillIn}></iframe>`
  }

  #camera() {
    const ownWords = words[this.language]
    return html`
      <div class="camera">
        <div class="finder">${corners}</div>
        <p class="hint">${this.qr ? ownWords.aiming : ownWords.notYet}</p>
        <button type="button" class="primary" ?disabled=${!this.qr} @click=${this.#scan}>
          ${ownWords.scan}
        </button>
      </div>`
  }

  get #kioskAddress(): string {
    return `/kiosk?lang=${this.language}&start=now`
  }

  #scan(): void {
    if (this.qr) this.opened = scannedAddress(this.qr, this.language)
  }

  #fillIn({ target }: Event): void {
    const { contentDocument } = target as HTMLIFrameElement
    if (this.visitor) fillIn(contentDocument, this.visitor)
  }

  #again(): void {
    this.#forget()
    void this.#callVisitor()
    const kiosk = this.querySelector<HTMLIFrameElement>('.kiosk iframe')
    kiosk?.contentWindow?.location.replace(this.#kioskAddress)
  }

  /** The kiosk starts afresh in the new language; the phone follows with its next scan. */
  #setLanguage(language: Language): void {
    if (language === this.language) return
    this.language = language
    this.#forget()
  }

  /** The kiosk's page goes on after a reload with what this window has kept of it; here it must not. */
  #forget(): void {
    sessionStorage.clear()
    this.opened = undefined
    this.qr = undefined
    this.kioskScreen = 'idle'
  }

  /** A gate that is away says nothing of reception; the page is no worse for it. */
  #lookBeside = async (): Promise<void> => {
    this.beside = await besideHere().catch(() => this.beside ?? 'nothing')
  }

  async #callVisitor(): Promise<void> {
    this.visitor = await nextVisitor()
  }

  #onMessage = ({ origin, data }: MessageEvent<DemoMessage>): void => {
    if (origin !== location.origin) return
    if (data.type === 'qrgate-qr') this.qr = data.url
    if (data.type !== 'qrgate-state') return
    this.kioskScreen = data.screen
    // A new code means that whatever the phone has open belongs to an earlier sign-in.
    if (data.state === 'pending') this.opened = undefined
  }
}
