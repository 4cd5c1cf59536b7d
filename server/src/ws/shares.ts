/**
 * Things that are held under keys, such as sockets by network, and which key holds most.
 *
 * Every call takes constant time, however many keys there are: whoever floods a gate from many
 * networks must not make it search.
 */
export class Shares<Key, Thing> {
  readonly #held = new Map<Key, Set<Thing>>()
  /** The keys that hold so many things. */
  readonly #keysOf = new Map<number, Set<Key>>()
  #most = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** What a key holds, oldest first. */
  of(key: Key): ReadonlySet<Thing> {
    return this.#held.get(key) ?? new Set()
  }

  /** What the key that holds most holds, oldest first; of equals the one that came to it first. */
  get greatest(): ReadonlySet<Thing> {
    for (const key of this.#keysOf.get(this.#most) ?? []) return this.of(key)
    return new Set()
  }

  add(key: Key, thing: Thing): void {
    const held = this.#held.get(key) ?? new Set()
    if (held.has(thing)) return
    held.add(thing)
    this.#held.set(key, held)
    this.#count(key, held.size - 1, held.size)
  }

  delete(key: Key, thing: Thing): void {
    const held = this.#held.get(key)
    if (!held?.delete(thing)) return
    if (held.size === 0) this.#held.delete(key)
    this.#count(key, held.size + 1, held.size)
  }

  #count(key: Key, before: number, after: number): void {
    this.#size += after - before
    const equals = this.#keysOf.get(before)
    equals?.delete(key)
    if (equals?.size === 0) this.#keysOf.delete(before)
    if (after > 0) {
      const others = this.#keysOf.get(after) ?? new Set()
      this.#keysOf.set(after, others.add(key))
    }
    // Counts change by one, so when the greatest loses its last key, that key is the next greatest.
    if (after > this.#most || !this.#keysOf.has(this.#most)) this.#most = after
  }
}
