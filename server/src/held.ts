/**
 * Several things under each key, oldest first, where nearly always it is one: that one is held as itself. A set
 * of its own for each would be a tenth of what a waiting kiosk takes.
 */
export class Held<Key, Thing extends object> {
  readonly #held = new Map<Key, Thing | Set<Thing>>()

  add(key: Key, thing: Thing): void {
    const held = this.#held.get(key)
    if (held === undefined) this.#held.set(key, thing)
    else if (held instanceof Set) held.add(thing)
    else if (held !== thing) this.#held.set(key, new Set([held, thing]))
  }

  delete(key: Key, thing: Thing): void {
    const held = this.#held.get(key)
    if (held instanceof Set) held.delete(thing)
    if (held === thing || (held instanceof Set && held.size === 0)) this.#held.delete(key)
  }

  has(key: Key, thing: Thing): boolean {
    const held = this.#held.get(key)
    return held instanceof Set ? held.has(thing) : held === thing
  }

  /** What is there now; whatever comes or goes meanwhile changes nothing in it. */
  of(key: Key): readonly Thing[] {
    const held = this.#held.get(key)
    if (held === undefined) return []
    return held instanceof Set ? [...held] : [held]
  }

  /** Those that hold something. */
  keys(): Key[] {
    return [...this.#held.keys()]
  }

  clear(): void {
    this.#held.clear()
  }
}
