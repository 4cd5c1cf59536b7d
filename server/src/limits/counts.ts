/** At most `points` in a window of `duration` seconds, which begins with a key's first count. */
export interface Rule {
  /** Names the count where several nodes share it. */
  name: string
  points: number
  /** In seconds. */
  duration: number
  /** Keys that are remembered at once; each takes about 200 bytes. */
  keys?: number
  /**
   * Where all of them are over their limit: `forget` the oldest of these, or let newcomers `share` one
   * count, for what nobody may have more of than it says, whatever a flood of keys costs others.
   */
  whenFull?: 'forget' | 'share'
}

/** One key's count: `used` since `until - duration`; forgotten at `until`, in milliseconds. */
export interface Count {
  used: number
  until: number
}

/** One more, counted or not. */
export interface Counted {
  /** Milliseconds until the next one is allowed; 0 when this one is, and only then it is counted. */
  wait: number
  /** How many have been counted with this one. */
  used: number
  /** Takes this one count back, and no other. */
  undo(): void
}

/** How a key stands after one more. @param points a smaller share than the rule's own, perhaps. */
export function countOne(
  count: Count | undefined,
  now: number,
  { duration }: Rule,
  points: number,
): { count: Count; wait: number } {
  const current = count && now < count.until ? count : { used: 0, until: now + duration * 1000 }
  if (current.used >= points) return { count: current, wait: Math.max(1, current.until - now) }
  return { count: { ...current, used: current.used + 1 }, wait: 0 }
}

const usualKeys = 20_000
/** So many of the oldest keys are looked at for one that can go. */
const looked = 64

/** The counts of one rule on this node. */
export class Counts {
  readonly rule: Rule
  readonly #now: () => number
  /** From the key that was counted longest ago to the latest. */
  readonly #open = new Map<string, Count>()
  /** Keys that have used up a share of what they had. */
  readonly #closed = new Map<string, Count>()
  /** Of whoever has no key of their own. */
  #others: Count | undefined

  /** @param now milliseconds that only ever rise. */
  constructor(rule: Rule, now: () => number) {
    this.rule = rule
    this.#now = now
  }

  /** Counts one, before anything is done, so that many at once cannot slip past. */
  take(key: string, points = this.rule.points): Counted {
    const now = this.#now()
    const own = this.#open.has(key) || this.#closed.has(key) || this.#makeRoom(now)
    const before = own ? (this.#closed.get(key) ?? this.#open.get(key)) : this.#others
    const { count, wait } = countOne(before, now, this.rule, points)
    if (own) this.#keep(key, count, wait > 0 || count.used >= points)
    else this.#others = count
    const undo = () =>
      own ? this.#takeBack(key, count.until) : this.#takeBackOfOthers(count.until)
    return { wait, used: count.used, undo: wait === 0 ? undo : () => {} }
  }

  get size(): number {
    return this.#open.size + this.#closed.size
  }

  #keep(key: string, count: Count, usedUp: boolean): void {
    // Whoever may have more than that share, or takes a count back, must not make it forgotten either.
    const stays = usedUp || this.#closed.get(key)?.until === count.until
    this.#open.delete(key)
    this.#closed.delete(key)
    const kept = stays ? this.#closed : this.#open
    kept.set(key, count)
  }

  /** @param until of the window that it was counted in; that may be over, and another one begun. */
  #takeBack(key: string, until: number): void {
    const count = this.#closed.get(key) ?? this.#open.get(key)
    if (count?.until !== until) return
    if (count.used > 1) this.#keep(key, { ...count, used: count.used - 1 }, false)
    else if (!this.#open.delete(key)) this.#closed.delete(key)
  }

  #takeBackOfOthers(until: number): void {
    const count = this.#others
    if (count?.until === until) this.#others = { ...count, used: count.used - 1 }
  }

  /** @returns false when there is none, and newcomers share one count. */
  #makeRoom(now: number): boolean {
    const { keys = usualKeys, whenFull = 'forget' } = this.rule
    if (this.size < keys) return true
    for (const [key, { until }] of oldestOf(this.#closed)) {
      if (until <= now) this.#closed.delete(key)
    }
    if (this.size < keys) return true
    // What is over its limit must not be forgotten before its time, if that can be helped.
    const least = this.#leastOfOldest()
    if (least !== undefined) return this.#open.delete(least)
    const [oldest] = this.#closed.keys()
    return whenFull === 'forget' && oldest !== undefined && this.#closed.delete(oldest)
  }

  /** A flood of keys that are counted once must not make one forgotten that is counted often. */
  #leastOfOldest(): string | undefined {
    let least: { key: string; used: number } | undefined
    for (const [key, { used }] of oldestOf(this.#open)) {
      if (!least || used < least.used) least = { key, used }
    }
    return least?.key
  }
}

function* oldestOf(counts: ReadonlyMap<string, Count>): Generator<[string, Count]> {
  let left = looked
  for (const entry of counts) {
    if (left === 0) return
    left -= 1
    yield entry
  }
}
