import type { ScreenUpdate } from '../screen-update.ts'
import { node } from './node.ts'

/** The bar and the words for how long the QR can still be scanned; without a style of their own. */
export class TimeLeft {
  readonly #fill = node('div', { class: 'fill' })
  readonly #label = node('span')
  readonly #clock = node('b')
  readonly bar = node('div', { part: 'bar', class: 'bar', 'aria-hidden': 'true' }, this.#fill)
  readonly time = node('p', { part: 'time', class: 'time' }, this.#label, ' ', this.#clock)
  #update: ScreenUpdate | undefined
  #totalMs = 0
  #deadline = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    this.hide()
  }

  /** Shows the time left in an update that has one and whose QR runs out; nothing in any other. */
  show(update: ScreenUpdate, label: string): void {
    const { state, id, remaining_ms } = update
    if (state !== 'pending' || !id || remaining_ms === undefined) {
      this.hide()
      return
    }
    this.#label.textContent = label
    // The same update once more says nothing new about the time.
    if (update !== this.#update) {
      if (id !== this.#update?.id) this.#totalMs = remaining_ms
      this.#deadline = performance.now() + remaining_ms
      this.#update = update
    }
    this.bar.hidden = this.time.hidden = false
    this.#tick()
    this.#timer ??= setInterval(() => this.#tick(), 250)
  }

  hide(): void {
    this.bar.hidden = this.time.hidden = true
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    const left = Math.max(0, this.#deadline - performance.now())
    const clock = clockFace(left)
    if (clock === this.#clock.textContent) return
    this.#clock.textContent = clock
    this.#fill.style.transform = `scaleX(${Math.min(1, left / this.#totalMs)})`
  }
}

/** `3:54`; counts a second that has begun as a whole one, so that it ends at `0:00` and not before. */
export function clockFace(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
