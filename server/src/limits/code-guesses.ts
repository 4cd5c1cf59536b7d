import { createLimit } from './limit.ts'
import { networkOf } from './network.ts'

/** Where a typed code comes from. */
export interface Typist {
  /** The phone key that the browser had already; one made for this request names nobody. */
  phoneKey: string | undefined
  address: string
}

const window = 300
const perNetwork = 1_000
const perBrowser = 5

/**
 * How often a user code may be guessed. A browser can throw its phone key away, so the limit
 * per network is what bounds a script; the one per browser only stops a person at one phone sooner.
 */
export function createCodeGuesses() {
  const ofNetwork = createLimit('too_many_codes', perNetwork, window)
  const ofBrowser = createLimit('too_many_codes', perBrowser, window)

  return {
    /**
     * Counts a guess before the code is looked at.
     * @returns uncounts it: the code was right, or nobody could look.
     * @throws Refusal `too_many_codes`, and then it does not count.
     */
    async count({ phoneKey, address }: Typist): Promise<() => Promise<void>> {
      const network = networkOf(address)
      await ofNetwork.spend(network)
      if (phoneKey === undefined) return () => ofNetwork.giveBack(network)
      try {
        await ofBrowser.spend(phoneKey)
      } catch (refusal) {
        await ofNetwork.giveBack(network)
        throw refusal
      }
      return async () => {
        await Promise.all([ofNetwork.giveBack(network), ofBrowser.giveBack(phoneKey)])
      }
    },
  }
}
