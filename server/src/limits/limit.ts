import { RateLimiterMemory } from 'rate-limiter-flexible'
import { Refusal, type RefusalCode } from '../errors.ts'
import { mostKeys, setNewest } from './newest-keys.ts'

/** A rate limit: at most `points` per key in `duration` seconds. */
export interface Limit {
  /**
   * Counts one, before anything is done, so that many at once cannot slip past.
   * @throws Refusal, and then it does not count.
   */
  spend(key: string): Promise<void>
  /** Takes one count of this key back, and no other. */
  giveBack(key: string): Promise<void>
}

/**
 * Bounds what may be written per key, and where a code is typed, what may be guessed. Each node
 * counts for itself, so with n nodes it is up to n times as much.
 * @param code what whoever is over the limit is refused with.
 * @param duration in seconds, from a key's first count on.
 * @param most keys that are remembered at once.
 */
export function createLimit(
  code: RefusalCode,
  points: number,
  duration: number,
  most = mostKeys,
): Limit {
  const limiter = new RateLimiterMemory({ points, duration })
  const known = new Map<string, true>()
  return {
    async spend(key) {
      const forgotten = setNewest(known, key, true, most)
      if (forgotten !== undefined) await limiter.delete(forgotten)
      const { consumedPoints, msBeforeNext } = await limiter.penalty(key)
      if (consumedPoints <= points) return
      await limiter.reward(key)
      throw new Refusal(code, undefined, Math.max(1, Math.ceil(msBeforeNext / 1000)))
    },
    async giveBack(key) {
      await limiter.reward(key)
    },
  }
}
