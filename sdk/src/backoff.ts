/**
 * Waits between tries: exponential, with full jitter.
 *
 * Full jitter spreads a hall of kiosks evenly over the wait, so that they do not all knock at once
 * when the gate comes back.
 */
export class Backoff {
  readonly #baseMs: number
  readonly #capMs: number
  readonly #random: () => number
  #tries = 0

  constructor({ baseMs = 250, capMs = 10_000, random = Math.random } = {}) {
    this.#baseMs = baseMs
    this.#capMs = capMs
    this.#random = random
  }

  /** @param atLeastMs what the gate asked for; the jitter comes on top of it. */
  next(atLeastMs = 0): number {
    const ceiling = Math.min(this.#capMs, this.#baseMs * 2 ** this.#tries)
    this.#tries += 1
    return atLeastMs + this.#random() * ceiling
  }

  reset(): void {
    this.#tries = 0
  }
}
