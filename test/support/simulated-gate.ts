import { setImmediate as turn } from 'node:timers/promises'
import { Refusal } from '../../server/src/errors.ts'
import { createCounters } from '../../server/src/limits/counters.ts'
import { type Payer, sharesOf } from '../../server/src/limits/payer.ts'
import { createTryLimits } from '../../server/src/limits/try-limits.ts'
import { Turns } from '../../server/src/limits/turns.ts'
import type { Standing } from '../../server/src/protocol/try-rules.ts'
import { readSettings } from '../../server/src/settings.ts'

/** One try to sign in, as the gate's limits and its hash queue see it. */
export interface SimulatedTry {
  payer: Payer
  id: string
  standing: Standing
  /** Milliseconds that its hash takes. */
  cost: number
  right: boolean
}

export type Answer = 'in' | 'wrong' | 'too_many_tries' | 'busy'

/** A clock that moves only from one thing that is due to the next. */
class SimulatedTime {
  now = 0
  /** By their time, the next one last. */
  readonly #due: { at: number; run: () => void }[] = []

  after(milliseconds: number, run: () => void): () => void {
    const one = { at: this.now + milliseconds, run }
    let [low, high] = [0, this.#due.length]
    while (low < high) {
      const middle = (low + high) >> 1
      // What is due at the same time runs in the order of its coming.
      if ((this.#due[middle]?.at ?? 0) >= one.at) low = middle + 1
      else high = middle
    }
    this.#due.splice(low, 0, one)
    return () => {
      one.run = () => {}
    }
  }

  async run(): Promise<void> {
    for (let next = this.#due.pop(); next; next = this.#due.pop()) {
      this.now = next.at
      next.run()
      // Whatever it has set off comes to its own wait first.
      await turn()
    }
  }
}

/** What every gate is set to where nobody says otherwise. */
const values = readSettings({}, 'serve', () => {})

/**
 * The gate's own limits and its own hash queue on a simulated clock, with one core that hashes; between
 * them it does what `accounts.authenticate` does.
 */
export class SimulatedGate {
  readonly time = new SimulatedTime()
  readonly #tries = createTryLimits(
    {
      perSignIn: values.QRGATE_TRIES_PER_SIGN_IN,
      signInLife: 600,
      window: values.QRGATE_FAILURES_SECONDS,
      perAccount: values.QRGATE_FAILURES_PER_ACCOUNT,
      perAccountAndDay: values.QRGATE_FAILURES_PER_ACCOUNT_DAY,
      perNetwork: values.QRGATE_FAILURES_PER_NETWORK,
    },
    createCounters(() => this.time.now),
  )
  readonly #turns = new Turns(
    { atOnce: 1, longest: values.QRGATE_HASH_WAIT_SECONDS, mostOfOne: 2 },
    {
      now: () => this.time.now,
      after: (milliseconds, run) => this.time.after(milliseconds, run),
    },
  )

  async try({ payer, id, standing, cost, right }: SimulatedTry): Promise<Answer> {
    try {
      const tried = await this.#tries.begin(payer)
      try {
        await tried.look({ id, standing })
        await this.#hash(cost, payer).catch(error => {
          tried.unseen()
          throw error
        })
        if (right) tried.right()
        return right ? 'in' : 'wrong'
      } finally {
        tried.over()
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { code } = error
      if (code !== 'too_many_tries' && code !== 'busy') throw error
      return code
    }
  }

  #hash(cost: number, payer: Payer): Promise<void> {
    const work = () => new Promise<void>(done => void this.time.after(cost, done))
    return this.#turns.run(cost, sharesOf(payer), work)
  }
}
