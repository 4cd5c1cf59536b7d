import type { Clock } from './clock.ts'
import type { IdleCountdown } from './screen-update.ts'

interface IdleTimerParts {
  clock: Clock
  /** {@link IdleTimer.left} is another one. */
  changed(): void
  /** Nobody has touched the screen for so long. */
  over(): void
}

/** Counts whole seconds by the page's own clock until nobody is taken to be there any more. */
export class IdleTimer {
  readonly #parts: IdleTimerParts
  #of = 0
  #shown = 0
  #runs = false
  #deadline = 0
  #left: IdleCountdown | undefined
  #stopTicking = () => {}

  constructor(parts: IdleTimerParts) {
    this.#parts = parts
  }

  /** Absent while it does not run, and before the seconds that are shown. */
  get left(): IdleCountdown | undefined {
    return this.#left
  }

  /**
   * @param seconds 0: it never runs out.
   * @param shown how many of them, the last ones, are shown.
   */
  start(seconds: number, shown = seconds): void {
    this.stop()
    if (!(seconds > 0)) return
    this.#runs = true
    this.#of = seconds
    this.#shown = Math.min(seconds, shown)
    this.#startAnew()
  }

  /** Somebody is there. */
  touched(): void {
    if (!this.#runs) return
    const before = this.#left?.seconds
    this.#startAnew()
    if (this.#left?.seconds !== before) this.#parts.changed()
  }

  stop(): void {
    this.#stopTicking()
    this.#runs = false
    this.#left = undefined
  }

  #startAnew(): void {
    this.#deadline = this.#parts.clock.now() + this.#of * 1000
    this.#count(this.#of * 1000)
  }

  #count(leftMs: number): void {
    const seconds = Math.ceil(leftMs / 1000)
    this.#left = seconds <= this.#shown ? { seconds, of: this.#shown } : undefined
    this.#stopTicking()
    this.#stopTicking = this.#parts.clock.after(leftMs - (seconds - 1) * 1000, () => this.#tick())
  }

  #tick(): void {
    const left = this.#deadline - this.#parts.clock.now()
    if (left > 0) {
      const before = this.#left
      this.#count(left)
      if (before || this.#left) this.#parts.changed()
      return
    }
    this.stop()
    this.#parts.over()
  }
}
