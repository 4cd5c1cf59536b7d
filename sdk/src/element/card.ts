import { node } from './node.ts'
import { crispWidth, drawQrCode } from './qr-code.ts'

/** The white card with the QR on it; it keeps its place on the screen while there is no QR. */
export class Card {
  readonly #qr = node('canvas', { part: 'qr', class: 'qr', role: 'img' })
  readonly root = node('div', { part: 'card', class: 'card' }, this.#qr)
  readonly #sizes = new ResizeObserver(([entry]) => {
    this.#space = entry?.contentRect.width ?? 0
    this.#fit()
  })
  #space = 0
  #content: string | undefined

  connect(): void {
    this.#sizes.observe(this.root)
  }

  disconnect(): void {
    this.#sizes.disconnect()
  }

  show(content: string | undefined, label: string): void {
    this.#qr.setAttribute('aria-label', label)
    this.#qr.hidden = content === undefined
    if (content === this.#content) return
    this.#content = content
    // Nothing of an old code stays behind, not even in the canvas's memory.
    if (content === undefined) this.#qr.width = this.#qr.height = 0
    else drawQrCode(this.#qr, content)
    this.#fit()
  }

  #fit(): void {
    if (this.#content === undefined || this.#space === 0) return
    const width = crispWidth(this.#space, this.#qr.width, devicePixelRatio)
    this.#qr.style.width = this.#qr.style.height = `${width}px`
  }
}
