import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { Refusal } from '../errors.ts'
import { networkOf } from './network.ts'
import { setNewest } from './newest-keys.ts'

/**
 * How often a password may be guessed. Every wrong one is counted for the account's id as typed,
 * whether or not there is such an account, at the network it came from; for the account by the day,
 * wherever it came from; and for the network. A right one takes nothing of that back. Nothing is
 * locked for ever: each count starts anew after its time.
 *
 * Where an account has signed in lately it has a day's count of its own, so that guesses made
 * elsewhere cannot lock a person out at their usual place.
 */
export interface FailureLimits {
  /**
   * Counts a try before anybody looks at the password, so that many at once cannot slip past.
   * @returns uncounts this one try: it succeeded, or the password was not looked at after all.
   * @throws Refusal `too_many_tries`, and then the try does not count.
   */
  count(idKey: string, address: string): Promise<() => void>
  /** This account has signed in from there: for a day the place is a usual one. */
  succeeded(idKey: string, address: string): void
  close(): void
}

/** Wrong passwords allowed; the window is in seconds and holds for account and network. */
export interface FailureRules {
  window: number
  perAccount: number
  perAccountAndDay: number
  perNetwork: number
}

export interface Rule {
  name: string
  points: number
  /** In seconds. */
  duration: number
}

/** One try, counted. */
export interface Counted {
  /** Milliseconds until the next try is allowed; 0 when this one is. */
  wait: number
  uncount(): void
}

/** A second count that other nodes share; never waits long, and answers null where it cannot tell. */
export interface SharedCounts {
  counter(rule: Rule): (key: string) => Promise<Counted | null>
  close(): void
}

const day = 86_400

/**
 * Each node counts for itself, always: when Redis goes, it has forgotten nothing of its own.
 * @param shared what makes a guess on one node count on all.
 */
export function createFailureLimits(rules: FailureRules, shared?: SharedCounts): FailureLimits {
  const { window, perAccount, perAccountAndDay, perNetwork } = rules
  const countersOf = (rule: Rule) => [
    memoryCounter(rule),
    ...(shared ? [shared.counter(rule)] : []),
  ]
  const ofAccountHere = countersOf({ name: 'account', points: perAccount, duration: window })
  const ofDay = countersOf({ name: 'account-day', points: perAccountAndDay, duration: day })
  const ofNetwork = countersOf({ name: 'network', points: perNetwork, duration: window })
  /** Accounts at networks, and when they last signed in there. */
  const usual = new Map<string, number>()

  const keysOf = (idKey: string, address: string) => {
    // Ids are people's names; a count needs to recognise them, not to know them.
    const account = createHash('sha256').update(idKey).digest('base64url')
    const network = networkOf(address)
    return { account, network, accountHere: `${account} ${network}` }
  }
  const isUsual = (accountHere: string) => {
    const last = usual.get(accountHere)
    return last !== undefined && performance.now() < last + day * 1000
  }

  return {
    async count(idKey, address) {
      const { account, network, accountHere } = keysOf(idKey, address)
      const dayOf = isUsual(accountHere) ? accountHere : account
      const answers = await Promise.all([
        ...ofAccountHere.map(counter => counter(accountHere)),
        ...ofDay.map(counter => counter(dayOf)),
        ...ofNetwork.map(counter => counter(network)),
      ])
      const counted = answers.filter(answer => answer !== null)
      const uncount = () => {
        for (const one of counted) one.uncount()
      }
      const wait = Math.max(...counted.map(one => one.wait))
      if (wait === 0) return uncount
      uncount()
      throw new Refusal('too_many_tries', 'a budget of failures is used up', Math.ceil(wait / 1000))
    },
    succeeded(idKey, address) {
      setNewest(usual, keysOf(idKey, address).accountHere, performance.now())
    },
    close: () => shared?.close(),
  }
}

function memoryCounter({ name, points, duration }: Rule): (key: string) => Promise<Counted> {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration })
  const known = new Map<string, true>()
  return async key => {
    const forgotten = setNewest(known, key, true)
    if (forgotten !== undefined) await limiter.delete(forgotten)
    return countedBy(limiter, key)
  }
}

/** @throws whatever the limiter's store said. */
export async function countedBy(
  limiter: Pick<RateLimiterMemory, 'consume' | 'reward'>,
  key: string,
  onError: (error: unknown) => void = () => {},
): Promise<Counted> {
  const uncount = () => {
    limiter.reward(key).catch(onError)
  }
  try {
    await limiter.consume(key)
    return { wait: 0, uncount }
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    return { wait: Math.max(1, refused.msBeforeNext), uncount }
  }
}
