/** A piece of work that may have to wait. */
export interface Work {
  /** Milliseconds that it is expected to take. */
  cost: number
  /** Who it is for, from the widest share to the narrowest, which is one person's. */
  shares: readonly string[]
}

export interface FairQueueRules {
  /** Milliseconds of expected work that may wait. */
  room: number
  /** Pieces that may wait for one person. */
  mostOfOne: number
}

/** In so many milliseconds half of what somebody has used is forgotten. */
const halfLife = 300_000
/** Users that are remembered at once; each takes about 200 bytes. */
const mostRemembered = 20_000

interface Entry<Waiting> {
  work: Waiting
  /** Names the share at each depth, within those that hold it. */
  users: readonly string[]
}

type Group<Waiting> = [user: string, entries: Entry<Waiting>[]]

/**
 * Work that waits, bounded by the time it is expected to take. **Whoever has used least lately comes
 * first**, among the widest shares, then within the chosen one; and where there is no room, whoever
 * uses most goes. So whatever somebody asks for takes time from nobody else's share.
 *
 * It neither runs anything nor looks at a clock: its caller does, with milliseconds that only rise.
 */
export class FairQueue<Waiting extends Work> {
  readonly #rules: FairQueueRules
  readonly #used = new Map<string, { ms: number; at: number }>()
  /** In the order of their coming. */
  #entries: Entry<Waiting>[] = []

  constructor(rules: FairQueueRules) {
    this.#rules = rules
  }

  /** Milliseconds of work that waits. */
  get expected(): number {
    return sumOf(this.#entries)
  }

  get length(): number {
    return this.#entries.length
  }

  /**
   * Lets work wait, if there is room or those who use more can make some.
   * @returns what has to go: the work itself, or others.
   */
  offer(work: Waiting, now: number): Waiting[] {
    const entry = { work, users: usersOf(work) }
    // Wherever they ask from: a phone on the move, or one with many addresses, is one person.
    const one = work.shares.at(-1)
    const ofOne = this.#entries.filter(({ work: { shares } }) => shares.at(-1) === one)
    if (ofOne.length >= this.#rules.mostOfOne) return [work]

    let staying = [...this.#entries, entry]
    const gone: Waiting[] = []
    // What is too long for all the room may still be the only one.
    while (staying.length > 1 && sumOf(staying) > this.#rules.room) {
      const heaviest = this.#heaviest(staying, now)
      if (!heaviest || heaviest === entry) return [work]
      gone.push(heaviest.work)
      staying = staying.filter(other => other !== heaviest)
    }
    this.#entries = staying
    return gone
  }

  /** What is to be done now; it counts as used from here on. */
  next(now: number): Waiting | undefined {
    const entry = this.#lightest(now)
    if (!entry) return undefined
    this.drop(entry.work)
    for (const user of entry.users) this.#use(user, entry.work.cost, now)
    return entry.work
  }

  /** Takes work out: nobody waits for it any more. */
  drop(work: Waiting): void {
    this.#entries = this.#entries.filter(entry => entry.work !== work)
  }

  /** The first of whoever has used least. */
  #lightest(now: number): Entry<Waiting> | undefined {
    const used = ([user]: Group<Waiting>) => this.#usedBy(user, now)
    return narrowed(this.#entries, (one, other) => (used(other) < used(one) ? other : one)).at(0)
  }

  /** The last of whoever uses most, with all that waits for them. */
  #heaviest(entries: Entry<Waiting>[], now: number): Entry<Waiting> | undefined {
    const uses = ([user, group]: Group<Waiting>) => this.#usedBy(user, now) + sumOf(group)
    return narrowed(entries, (one, other) => (uses(other) >= uses(one) ? other : one)).at(-1)
  }

  #usedBy(user: string, now: number): number {
    const used = this.#used.get(user)
    return used ? used.ms * 0.5 ** ((now - used.at) / halfLife) : 0
  }

  #use(user: string, cost: number, now: number): void {
    const ms = this.#usedBy(user, now) + cost
    this.#used.delete(user)
    this.#used.set(user, { ms, at: now })
    if (this.#used.size <= mostRemembered) return
    const [oldest] = this.#used.keys()
    if (oldest !== undefined) this.#used.delete(oldest)
  }
}

/** The entries of one person: of the group that is chosen at each depth. */
function narrowed<Waiting extends Work>(
  entries: Entry<Waiting>[],
  choose: (one: Group<Waiting>, other: Group<Waiting>) => Group<Waiting>,
): Entry<Waiting>[] {
  const depth = Math.max(0, ...entries.map(({ users }) => users.length))
  let chosen = entries
  for (let index = 0; index < depth && chosen.length > 1; index += 1) {
    const groups = Map.groupBy(
      chosen,
      ({ users }) => users[Math.min(index, users.length - 1)] ?? '',
    )
    chosen = [...groups].reduce(choose)[1]
  }
  return chosen
}

/** Each share by a name that holds those around it. */
function usersOf({ shares }: Work): string[] {
  return shares.map((_, index) => shares.slice(0, index + 1).join(' / '))
}

function sumOf<Waiting extends Work>(entries: readonly Entry<Waiting>[]): number {
  return entries.reduce((sum, { work }) => sum + work.cost, 0)
}
