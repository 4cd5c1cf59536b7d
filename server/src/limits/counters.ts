import { Refusal, type RefusalCode } from '../errors.ts'
import { type Counted, Counts, type Rule } from './counts.ts'
import { seconds } from './limit.ts'

export interface Lost {
  since: number
  why: string
}

/** Counts one for a key. @param points a smaller share than the rule's own, perhaps. */
export type Counter = (key: string, points?: number) => Promise<Counted[]>

/** A second count that other nodes share; never waits long, and answers null where it cannot tell. */
export interface SharedCounts {
  /** Since when nothing could be counted (by `performance.now()`) and why; null while all is well. */
  lost(): Lost | null
  counter(rule: Rule): (key: string, points?: number) => Promise<Counted | null>
  close(): void
}

export interface Counters {
  /** On this node alone. */
  here(rule: Rule): Counter
  /** On all nodes together; absent where there is only this one. Nothing is counted while they cannot tell. */
  elsewhere?: (rule: Rule) => Counter
  /** On this node and, where they share, on all: when Redis goes, a node has forgotten nothing of its own. */
  everywhere(rule: Rule): Counter
  /** Whether a key was used up on all nodes when last asked for, for whoever asked. @param name a rule's. */
  isUsedUpElsewhere(name: string, key: string): boolean
  /** Why each node counts for itself; null where that is so by design, and while all count together. */
  lost(): Lost | null
  close(): void
}

/** So many used-up keys of other nodes are remembered at once. */
const mostUsedUp = 20_000

/**
 * @param now milliseconds that only ever rise.
 * @param shared what makes a count on one node count on all.
 */
export function createCounters(now: () => number, shared?: SharedCounts): Counters {
  const usedUp = new Map<string, number>()
  const note = (key: string, wait: number) => {
    usedUp.delete(key)
    if (wait === 0) return
    usedUp.set(key, now() + wait)
    const [oldest] = usedUp.keys()
    if (usedUp.size > mostUsedUp && oldest !== undefined) usedUp.delete(oldest)
  }

  const here = (rule: Rule): Counter => {
    const counts = new Counts(rule, now)
    return async (key, points) => [counts.take(key, points)]
  }
  const elsewhere =
    shared &&
    ((rule: Rule): Counter => {
      const others = shared.counter(rule)
      return async (key, points) => {
        const counted = await others(key, points)
        if (counted) note(`${rule.name}:${key}`, counted.wait)
        return counted ? [counted] : []
      }
    })
  return {
    here,
    ...(elsewhere && { elsewhere }),
    everywhere(rule) {
      const own = here(rule)
      const others = elsewhere?.(rule)
      if (!others) return own
      return async (key, points) => {
        return (await Promise.all([own(key, points), others(key, points)])).flat()
      }
    },
    isUsedUpElsewhere: (name, key) => now() < (usedUp.get(`${name}:${key}`) ?? 0),
    lost: () => shared?.lost() ?? null,
    close: () => shared?.close(),
  }
}

/** @throws Refusal where one of them is used up, and then none of them counts. */
export async function payAll(code: RefusalCode, paying: Promise<Counted[]>[]): Promise<Counted[]> {
  const paid = (await Promise.all(paying)).flat()
  const wait = longestWait(paid)
  if (wait === 0) return paid
  undo(paid)
  throw new Refusal(code, 'a budget is used up', seconds(wait))
}

/** Milliseconds; 0 when all of them have counted. */
export function longestWait(counted: readonly Counted[]): number {
  return Math.max(0, ...counted.map(({ wait }) => wait))
}

export function undo(counted: readonly Counted[]): void {
  for (const one of counted) one.undo()
}
