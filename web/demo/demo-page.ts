import { html, LitElement } from 'lit'
import type { DemoMessage } from '../kiosk/demo-parent.ts'
import { corners, mark } from '../look/icons.ts'
import { type Language, languageOf } from '../look/language.ts'
import { languageSwitch } from '../look/language-switch.ts'
import { scannedAddress } from './scan.ts'
import { words } from './words.ts'

/** How many of the three instructions are done, by what the kiosk shows. */
const instructionsDone: Record<string, number> = { pending: 1, scanned: 2, approved: 3, claimed: 3 }

/** Kiosk and phone in one window, each the real page in a frame; one button stands in for a camera. */
export class DemoPage extends LitElement {
  static override properties = {
    language: { state: true },
    kioskState: { state: true },
    qr: { state: true },
    opened: { state: true },
  }

  declare language: Language
  declare kioskState: string
  declare qr: string | undefined
  /** What the phone has open; undefined while its camera is looking. */
  declare opened: string | undefined
  #sizes: ResizeObserver | undefined

  constructor() {
    super()
    this.language = languageOf(location.search)
    this.kioskState = 'idle'
    this.qr = undefined
    this.opened = undefined
  }

  protected override createRenderRoot(): this {
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    addEventListener('message', this.#onMessage)
    this.#sizes = new ResizeObserver(entries => {
      for (const { target, contentRect } of entries) {
        const screen = target as HTMLElement
        screen.style.setProperty(
          '--scale',
          String(contentRect.width / Number(screen.dataset.width)),
        )
      }
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    removeEventListener('message', this.#onMessage)
    this.#sizes?.disconnect()
  }

  protected override firstUpdated(): void {
    for (const screen of this.querySelectorAll('.screen')) this.#sizes?.observe(screen)
  }

  protected override updated(): void {
    document.documentElement.lang = this.language
  }

  protected override render() {
    const ownWords = words[this.language]
    const done = instructionsDone[this.kioskState] ?? 0
    return html`
      <header aria-label="QRGate">
        <p class="place">
          <span class="mark">${mark}</span> <strong>QRGate</strong>
          <span class="tag">${ownWords.tag}</span>
        </p>
        ${languageSwitch(ownWords.languages, this.language, language => this.#setLanguage(language))}
      </header>
      <main aria-label=${ownWords.title}>
        <section class="story">
          <h1>${ownWords.title}</h1>
          <p>${ownWords.text}</p>
          <ol>
            ${ownWords.instructions.map(
              (instruction, index) => html`
                <li class=${index < done ? 'taken' : ''}
                  aria-current=${index === done ? 'step' : 'false'}>
                  <span class="number" aria-hidden="true">${index + 1}</span>
                  <div><strong>${instruction.title}</strong><p>${instruction.text}</p></div>
                </li>`,
            )}
          </ol>
          <button type="button" class="again" ?disabled=${this.opened === undefined}
            @click=${this.#again}>${ownWords.again}</button>
        </section>
        <figure class="kiosk">
          <div class="screen" data-width="1080">
            <iframe title=${ownWords.kiosk} src=${this.#kioskAddress}></iframe>
          </div>
          <figcaption>${ownWords.kiosk}</figcaption>
        </figure>
        <figure class="phone">
          <div class="screen" data-width="390">${this.opened ? this.#page() : this.#camera()}</div>
          <figcaption>${ownWords.phone}</figcaption>
        </figure>
      </main>`
  }

  #page() {
    return html`<iframe title=${words[this.language].phone} src=${this.opened}></iframe>`
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
    return `/kiosk?lang=${this.language}`
  }

  #scan(): void {
    if (this.qr) this.opened = scannedAddress(this.qr, this.language)
  }

  #again(): void {
    this.#forget()
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
    this.kioskState = 'idle'
  }

  #onMessage = ({ origin, data }: MessageEvent<DemoMessage>): void => {
    if (origin !== location.origin) return
    if (data.type === 'qrgate-qr') this.qr = data.url
    if (data.type !== 'qrgate-state') return
    this.kioskState = data.state
    // A new code means that whatever the phone has open belongs to an earlier sign-in.
    if (data.state === 'pending') this.opened = undefined
  }
}
