import type { Clock } from '../src/clock.ts'

/** A clock for tests: time passes only when it is told to. */
export class FakeClock implements Clock {
  #now = 1_000
  #wallAhead = 1_800_000_000_000
  #timers: { at: number; call: () => void }[] = []

  now(): number {
    return this.#now
  }

  wall(): number {
    return this.#now + this.#wallAhead
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Lets time pass, and whatever waits for a promise go on in between. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    while (true) {
      const next = this.#timers.filter(timer => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#timers = this.#timers.filter(timer => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.call()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void {
    this.#wallAhead += ms
  }

  get timers(): number {
    return this.#timers.length
  }
}

/** Lets everything that only waits for promises run. */
export function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0))
}
