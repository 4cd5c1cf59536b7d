import { Base } from './base.ts'
import { node } from './node.ts'
import { crispWidth, drawQrCode } from './qr-code.ts'
import { upgradeProperties } from './upgrade-properties.ts'

const style = `
:host { display: grid; place-items: center; inline-size: 100%; aspect-ratio: 1; }
:host([hidden]), [hidden] { display: none !important; }
canvas { display: block; image-rendering: pixelated; forced-color-adjust: none; }
`

/**
 * `<qrgate-qr>`: a QR code, dark on white with its quiet zone, whatever the page's theme is.
 *
 * It is square, as wide as its place, and keeps its place while there is no code. The modules are
 * whole screen pixels, so the code itself may be a few pixels narrower.
 *
 * Attributes, and properties of the same names: `content` (what the code says, to the letter; absent:
 * no code), `label` (what a screen reader says of it). Part: `qr`, the picture.
 */
export class QrElement extends Base {
  static readonly observedAttributes = ['content', 'label']

  readonly #canvas = node('canvas', { part: 'qr', role: 'img' })
  readonly #sizes = new ResizeObserver(([entry]) => {
    this.#space = entry?.contentRect.width ?? 0
    this.#fit()
  })
  #space = 0

  constructor() {
    super()
    const shadow = this.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(style)
    shadow.adoptedStyleSheets = [sheet]
    shadow.append(this.#canvas)
    this.#draw()
    this.#name()
  }

  get content(): string | undefined {
    return this.getAttribute('content') ?? undefined
  }

  set content(content: string | null | undefined) {
    this.#set('content', content)
  }

  get label(): string | undefined {
    return this.getAttribute('label') ?? undefined
  }

  set label(label: string | null | undefined) {
    this.#set('label', label)
  }

  connectedCallback(): void {
    upgradeProperties(this)
    this.#sizes.observe(this)
  }

  disconnectedCallback(): void {
    this.#sizes.disconnect()
  }

  attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    if (old === value) return
    if (name === 'content') this.#draw()
    else this.#name()
  }

  #set(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name)
    else if (value !== this.getAttribute(name)) this.setAttribute(name, value)
  }

  #name(): void {
    this.#canvas.setAttribute('aria-label', this.label || 'QR code')
  }

  #draw(): void {
    const { content } = this
    this.#canvas.hidden = !content
    // Nothing of an old code stays behind, not even in the canvas's memory.
    this.#canvas.width = this.#canvas.height = 0
    if (content) drawQrCode(this.#canvas, content)
    this.#fit()
  }

  #fit(): void {
    if (!this.content || this.#space === 0) return
    const width = crispWidth(this.#space, this.#canvas.width, devicePixelRatio)
    this.#canvas.style.width = this.#canvas.style.height = `${width}px`
  }
}
