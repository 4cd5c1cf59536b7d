import { Refusal, type RefusalCode } from '../errors.ts'
import { Counts, type Rule } from './counts.ts'

/** A rate limit: at most `points` per key in `duration` seconds. */
export interface Limit {
  /**
   * Counts one, before anything is done, so that many at once cannot slip past.
   * @returns takes it back, for what could not be done after all.
   * @throws Refusal, and then it does not count.
   */
  spend(key: string): () => void
  /**
   * Counts one for a piece of work, however many ask for that same piece while it is done: of all who
   * want one sign-in at once only one can have it.
   * @throws Refusal, and then nothing is done.
   */
  spendOnce<T>(key: string, piece: string, work: () => Promise<T>): Promise<T>
}

/**
 * Bounds what may be written per key. Each node counts for itself, so with n nodes it is up to n
 * times as much.
 * @param code what whoever is over the limit is refused with.
 * @param now milliseconds that only ever rise.
 */
export function createLimit(code: RefusalCode, rule: Rule, now: () => number): Limit {
  const counts = new Counts(rule, now)
  const underWay = new Set<string>()
  const spend = (key: string) => {
    const { wait, undo } = counts.take(key)
    if (wait > 0) throw new Refusal(code, `more than ${rule.points} ${rule.name}`, seconds(wait))
    return undo
  }
  return {
    spend,
    async spendOnce(key, piece, work) {
      if (underWay.has(piece)) return work()
      spend(key)
      underWay.add(piece)
      try {
        return await work()
      } finally {
        underWay.delete(piece)
      }
    },
  }
}

/** For `Retry-After`. */
export function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
