import { RateLimiterMemory } from 'rate-limiter-flexible'
import { Refusal, type RefusalCode } from '../errors.ts'
import { mostKeys, setNewest } from './newest-keys.ts'

/** At most so many of one thing by one hand in a while. */
export interface Limit {
  /**
   * Counts one, before anything is done, so that many at once cannot slip past.
   * @throws Refusal, and then it does not count.
   */
  spend(key: string): Promise<void>
  /** Takes back one's own count, never that of others before it. */
  giveBack(key: string): Promise<void>
}

/**
 * They bound what one hand can cost, and where a code is typed, what it can guess. Each node counts
 * for itself, so over all nodes it is that many times as much.
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
