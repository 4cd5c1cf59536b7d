/** At most `points` in a window of `duration` seconds, which begins with a key's first count. */
export interface Rule {
  /** Names the count where several nodes share it. */
  name: string
  points: number
  /** In seconds. */
  duration: number
  /**
   * Whoever is counted could as well come under a new name, as scans and browsers are to be had by the
   * thousand. Where there is no room, the key goes that was counted longest ago, used up or not: to remember
   * it would gain nothing, and whoever is new would have to share one count with everybody.
   */
  renewable?: boolean
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

/** Keys that one rule remembers at once; each takes about 200 bytes. */
const mostKeys = 20_000

/** Whoever comes when there is no room for a key of their own shares this one. */
const everybodyElse = ''

/** The counts of one rule on this node. */
export class Counts {
  readonly rule: Rule
  readonly #now: () => number
  readonly #most: number
  /** From the key that was counted longest ago to the latest. */
  readonly #open = new Map<string, Count>()
  /** Keys that have used up a share of what they had: they must not be forgotten before their time. */
  readonly #closed = new Map<string, Count>()

  /** @param now milliseconds that only ever rise. */
  constructor(rule: Rule, now: () => number, most = mostKeys) {
    this.rule = rule
    this.#now = now
    this.#most = most
  }

  /** Counts one, before anything is done, so that many at once cannot slip past. */
  take(key: string, points = this.rule.points): Counted {
    const now = this.#now()
    const own = this.#closed.has(key) || this.#open.has(key) || this.#makeRoom(now)
    const counted = own ? key : everybodyElse
    const { count, wait } = countOne(this.#countOf(counted), now, this.rule, points)
    this.#keep(counted, count, wait > 0 || count.used >= points)
    const undo = wait === 0 ? () => this.#takeBack(counted, count.until) : () => {}
    return { wait, used: count.used, undo }
  }

  get size(): number {
    return this.#open.size + this.#closed.size
  }

  #countOf(key: string): Count | undefined {
    return this.#closed.get(key) ?? this.#open.get(key)
  }

  #keep(key: string, count: Count, usedUp: boolean): void {
    // Whoever may have more than that share, or takes a count back, must not make it forgotten either.
    const before = this.#closed.get(key)
    const remembered = usedUp || before?.until === count.until || key === everybodyElse
    this.#open.delete(key)
    this.#closed.delete(key)
    const kept = remembered && !this.rule.renewable ? this.#closed : this.#open
    kept.set(key, count)
  }

  #takeBack(key: string, until: number): void {
    const count = this.#countOf(key)
    // The count that it was part of may be over, and another one begun.
    if (count?.until !== until) return
    if (count.used > 1) this.#keep(key, { ...count, used: count.used - 1 }, false)
    else if (!this.#open.delete(key)) this.#closed.delete(key)
  }

  /** @returns false when all there is room for are keys that must not be forgotten. */
  #makeRoom(now: number): boolean {
    if (this.size < this.#most) return true
    for (const [key, { until }] of this.#closed) if (until <= now) this.#closed.delete(key)
    const [oldest] = this.#open.keys()
    if (this.size >= this.#most && oldest !== undefined) this.#open.delete(oldest)
    return this.size < this.#most
  }
}
