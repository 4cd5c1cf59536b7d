import type { ScreenUpdate } from '../screen-update.ts'
import { node } from './node.ts'

/** What goes with the time left, and is said when little of it is. */
export interface TimeWords {
  remaining: string
  /** @param seconds how many are left to sign in. */
  runsOut: (seconds: number) => string
}

/**
 * From when on a short time has been said, in seconds: once with 30 left, as whoever hears it needs 20 to ask
 * for more (WCAG 2.2.1), and again with 10. Infinity: there is more.
 */
export function announcedAt(seconds: number): number {
  if (seconds > 30) return Infinity
  return seconds > 10 ? 30 : 10
}

/**
 * The bar and the words for how long the QR can still be scanned, and then how long the phone may take to
 * sign in; without a style of their own.
 */
export class TimeLeft {
  readonly #fill = node('div', { class: 'fill' })
  readonly #label = node('span')
  readonly #clock = node('b')
  readonly bar = node('div', { part: 'bar', class: 'bar', 'aria-hidden': 'true' }, this.#fill)
  readonly time = node('p', { part: 'time', class: 'time' }, this.#label, ' ', this.#clock)
  /** For a screen reader: what is really left, at each of its steps once. */
  readonly spoken = node('p', { class: 'unseen', role: 'status' })
  #words: TimeWords | undefined
  #update: ScreenUpdate | undefined
  #totalMs = 0
  #deadline = 0
  #announced = Infinity
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    this.hide()
  }

  /** Shows the time left of a QR or of the visitor who has scanned it; nothing in any other update. */
  show(update: ScreenUpdate, words: TimeWords): void {
    const { state, id, remaining_ms } = update
    const counts = state === 'pending' || state === 'scanned'
    if (!counts || !id || remaining_ms === undefined) {
      this.hide()
      return
    }
    this.#words = words
    this.#label.textContent = words.remaining
    // The same update once more says nothing new about the time.
    if (update !== this.#update) {
      const isSame = id === this.#update?.id && state === this.#update.state
      this.#totalMs = isSame ? Math.max(this.#totalMs, remaining_ms) : remaining_ms
      this.#deadline = performance.now() + remaining_ms
      this.#update = update
    }
    this.bar.hidden = this.time.hidden = false
    this.#tick()
    this.#timer ??= setInterval(() => this.#tick(), 250)
  }

  hide(): void {
    this.bar.hidden = this.time.hidden = true
    this.spoken.textContent = ''
    this.#announced = Infinity
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    const left = Math.max(0, this.#deadline - performance.now())
    const clock = clockFace(left)
    if (clock === this.#clock.textContent) return
    this.#clock.textContent = clock
    this.#fill.style.transform = `scaleX(${Math.min(1, left / this.#totalMs)})`
    const seconds = Math.ceil(left / 1000)
    const due = this.#update?.state === 'scanned' ? announcedAt(seconds) : Infinity
    // A live region that is written anew is read anew.
    if (due !== this.#announced) {
      this.spoken.textContent = due < this.#announced ? (this.#words?.runsOut(seconds) ?? '') : ''
    }
    this.#announced = due
  }
}

/** `3:54`; counts a second that has begun as a whole one, so that it ends at `0:00` and not before. */
export function clockFace(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
