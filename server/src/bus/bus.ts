export interface Lost {
  since: number
  /** What to read of it, e.g. on `/readyz`. */
  why: string
}

/**
 * The promise of every bus: a hint that something about a sign-in changed, never the truth about it.
 *
 * A hint may come late, twice, out of order or not at all; whoever hears one reads the store.
 * `publish` returns at once, never throws and never waits for anybody. `subscribe` is cheap enough
 * for every waiting kiosk; once it has returned, hints published on this node are heard, and those
 * of other nodes while they are in reach.
 */
export interface Bus {
  publish(topic: string): void
  /** @returns how to stop listening; calling it twice is harmless. */
  subscribe(topic: string, listener: () => void): () => void
  /** Since when other nodes are out of reach (by `performance.now()`) and why; null while all is well. */
  lost(): Lost | null
  /** Called whenever hints may have been missed: other nodes are in reach again. */
  onRejoin(listener: () => void): void
  close(): Promise<void>
}
