import { Refusal } from '../errors.ts'
import { type Counters, longestWait, payAll, undo } from './counters.ts'
import { seconds } from './limit.ts'
import { networkOf } from './network.ts'

/** Where a typed code comes from. */
export interface Typist {
  /** The phone key that the browser had already; one made for this request names nobody. */
  phoneKey: string | undefined
  address: string
}

/**
 * How often a user code may be guessed. A browser can throw its phone key away, so what bounds a
 * script is its network; but behind that may be a whole building, and a code that is right was read
 * off a screen. So guessers close no way: once a network has guessed too often, it still opens codes
 * that cannot be guessed, and those of screens in that network, which it could as well look at. And
 * while guesses pour in, screens show codes that cannot be guessed.
 */
export interface CodeGuesses {
  /**
   * Counts a guess before the code is looked at.
   * @throws Refusal `too_many_codes` where this browser had its guesses, and then it does not count.
   */
  count(typist: Typist): Promise<CodeGuess>
  /** Whether a new code must be one that cannot be guessed. */
  pouringIn(): Promise<boolean>
}

export interface CodeGuess {
  /** What to refuse with, if this one opens nothing that is beyond guessing. */
  refusal: Refusal | null
  /** Uncounts it: the code was right, or nobody could look. */
  undo(): void
}

const duration = 300

export function createCodeGuesses({ everywhere, here }: Counters): CodeGuesses {
  const ofBrowser = here({ name: 'codes-browser', points: 5, duration })
  const ofNetwork = everywhere({ name: 'codes-network', points: 1_000, duration })
  const ofAll = everywhere({ name: 'codes', points: 1_000, duration })

  return {
    async count({ phoneKey, address }) {
      const browser = phoneKey === undefined ? [] : [ofBrowser(phoneKey)]
      const counted = await payAll('too_many_codes', browser)
      const [network, all] = await Promise.all([ofNetwork(networkOf(address)), ofAll('')])
      counted.push(...network, ...all)
      const wait = longestWait(network)
      const refusal =
        wait === 0 ? null : new Refusal('too_many_codes', 'from this network', seconds(wait))
      return { refusal, undo: () => undo(counted) }
    },

    async pouringIn() {
      const counted = await ofAll('')
      undo(counted)
      return longestWait(counted) > 0
    },
  }
}
