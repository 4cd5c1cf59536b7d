import { Refusal } from '../errors.ts'
import { FairQueue, type Work } from './fair-queue.ts'
import { seconds } from './limit.ts'

/** What time is to those who wait; a simulation has its own. */
export interface Ticks {
  /** Milliseconds that only ever rise. */
  now(): number
  /** @returns takes it back. */
  after(milliseconds: number, run: () => void): () => void
}

export const realTicks: Ticks = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
}

export interface TurnsRules {
  /** Pieces of work that are done at the same time. */
  atOnce: number
  /** Milliseconds that anybody waits. */
  longest: number
  /** Pieces that may wait for one person. */
  mostOfOne: number
}

/** How much the latest work says about how fast this machine is; one that slept says nothing. */
const newest = 0.1
const slowest = 10

interface Waiting extends Work {
  start(): void
  refuse(): void
}

/**
 * Costly work, a few pieces at once, behind a fair queue that is bounded by the time it is expected to
 * take: beyond it people are told to try again, at once or in that time, rather than left waiting for
 * ever. Every piece is done or refused.
 */
export class Turns {
  readonly #rules: TurnsRules
  readonly #ticks: Ticks
  readonly #queue: FairQueue<Waiting>
  #running = 0
  /** Of the time that work takes by its cost. */
  #slowness = 1
  #full: number | null = null

  constructor(rules: TurnsRules, ticks = realTicks) {
    this.#rules = rules
    this.#ticks = ticks
    this.#queue = new FairQueue({ room: this.#room, mostOfOne: rules.mostOfOne })
  }

  /**
   * Does the work when it is its turn.
   * @param cost milliseconds, on a machine that is as fast as the one it was measured on.
   * @param shares who it is for, as in {@link FairQueue}.
   * @throws Refusal `busy`, and then it was not begun.
   */
  async run<T>(cost: number, shares: readonly string[], work: () => Promise<T>): Promise<T> {
    await this.#turn(cost * this.#slowness, shares)
    const started = this.#ticks.now()
    try {
      return await work()
    } finally {
      const seen = Math.min(slowest, (this.#ticks.now() - started) / cost)
      this.#slowness += newest * (seen - this.#slowness)
      this.#running -= 1
      this.#startNext()
    }
  }

  /**
   * Since when people are turned away, or null while there is room. Whoever taps too often is refused
   * as well, and nobody else has to know.
   */
  fullSince(): number | null {
    return this.#queue.expected < this.#room / 2 ? null : this.#full
  }

  get #room(): number {
    return this.#rules.longest * this.#rules.atOnce
  }

  #turn(cost: number, shares: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      // Where it takes longer than was expected, nobody waits longer all the same.
      const forget = this.#ticks.after(this.#rules.longest, () => {
        this.#queue.drop(work)
        this.#refuse(work)
      })
      const start = () => {
        forget()
        resolve()
      }
      const refuse = () => {
        forget()
        const again = seconds(this.#queue.expected / this.#rules.atOnce)
        reject(new Refusal('busy', 'more waits than can be done in time', again))
      }
      const work: Waiting = { cost, shares, start, refuse }
      const gone = this.#queue.offer(work, this.#ticks.now())
      if (gone.length === 0) this.#full = null
      for (const one of gone) this.#refuse(one)
      this.#startNext()
    })
  }

  #refuse(work: Waiting): void {
    this.#full ??= this.#ticks.now()
    work.refuse()
  }

  #startNext(): void {
    while (this.#running < this.#rules.atOnce) {
      const work = this.#queue.next(this.#ticks.now())
      if (!work) return
      this.#running += 1
      work.start()
    }
  }
}
