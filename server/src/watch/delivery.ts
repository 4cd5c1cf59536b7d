import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { Held } from '../held.ts'
import type { RowVersion } from '../store/watched-rows.ts'

/** What can be watched. */
export interface Watchable {
  /** Rises with every change. */
  seq: number
  /** When it changes by itself, in milliseconds since 1970; null when nothing follows any more. */
  deadline: number | null
}

/**
 * How whoever waits for something learns of its changes: subscribe, then read, then stream.
 *
 * The row is the truth and the bus only a hint: everything told was just read from the store, and
 * `seq` only rises. So lost, doubled and reordered hints are harmless, and reading again at any
 * time heals whatever went missing.
 */
export interface Delivery {
  /**
   * @param read looks at it as it is now.
   * @param tell is called with the current state as soon as it is read, then at every change.
   */
  watch<Row extends Watchable>(
    id: string,
    read: () => Promise<Row>,
    tell: (row: Row) => void,
  ): Watch
  /** Ids that somebody waits for on this node. */
  watched(): string[]
  /** Says what the store holds by now; whoever waits and has seen less reads it. */
  hint(change: RowVersion): void
  /** Time is another than when it was said when things run out: all of it is read anew, within seconds. */
  timeChanged(): void
}

export interface Watch {
  /** Settles when the current state has been told. */
  first: Promise<void>
  stop(): void
}

export interface DeliveryParts {
  bus: Bus
  clock: Clock
  /** A read failed; the watch tries again by itself. */
  onError(error: unknown): void
}

interface Waiting {
  hearOf(seq: number): void
  readSoon(): void
}

/** Spread out, so that the kiosks of a whole node do not come back to a weak database at once. */
const retryAfter = () => 500 + Math.random() * 1_500
/** So are all who wait on all nodes, in milliseconds, once time is another. */
const lookAnewWithin = 10_000

export function createDelivery(parts: DeliveryParts): Delivery {
  const waiting = new Held<string, Waiting>()

  return {
    watched: () => waiting.keys(),

    hint({ id, seq }) {
      for (const watch of waiting.of(id)) watch.hearOf(seq)
    },

    timeChanged() {
      for (const id of waiting.keys()) for (const watch of waiting.of(id)) watch.readSoon()
    },

    watch(id, read, tell) {
      const watch = new RowWatch(read, tell, parts)
      waiting.add(id, watch)
      const unsubscribe = parts.bus.subscribe(id, watch.hear)
      watch.begin(() => {
        unsubscribe()
        waiting.delete(id, watch)
      })
      return watch
    },
  }
}

/** One who waits. A class, as a dozen functions made for each would be a tenth of what a waiting kiosk takes. */
class RowWatch<Row extends Watchable> implements Watch, Waiting {
  readonly #read: () => Promise<Row>
  readonly #tell: (row: Row) => void
  readonly #parts: DeliveryParts
  #leave: (() => void) | undefined
  #seen = -1
  #stopped = false
  #reading: Promise<void> | undefined
  #again = false
  #timer: NodeJS.Timeout | undefined
  first = Promise.resolve()

  constructor(read: () => Promise<Row>, tell: (row: Row) => void, parts: DeliveryParts) {
    this.#read = read
    this.#tell = tell
    this.#parts = parts
  }

  /** @param leave called when it stops; once more does no harm. */
  begin(leave: () => void): void {
    this.#leave = leave
    this.hear()
    this.first = this.#reading ?? this.first
  }

  /** Hints that come during a read make it read once more, however many they are. */
  readonly hear = (): void => {
    if (this.#stopped) return
    if (this.#reading === undefined) this.#reading = this.#readNews()
    else this.#again = true
  }

  hearOf(seq: number): void {
    if (seq > this.#seen) this.hear()
  }

  readSoon(): void {
    this.#readLater(Math.random() * lookAnewWithin)
  }

  readonly stop = (): void => {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#leave?.()
  }

  #readLater(after: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.hear, after)
    this.#timer.unref()
  }

  async #readNews(): Promise<void> {
    const { clock, onError } = this.#parts
    try {
      do {
        this.#again = false
        const current = await this.#read()
        if (this.#stopped) return
        if (current.seq > this.#seen) {
          this.#seen = current.seq
          this.#tell(current)
        }
        if (current.deadline === null) return this.stop()
        // What runs out without anybody writing it down is hinted at by nobody.
        this.#readLater(Math.max(0, current.deadline - clock()) + 1)
      } while (this.#again)
    } catch (error) {
      onError(error)
      if (!this.#stopped) this.#readLater(retryAfter())
    } finally {
      // In the same turn as the last look at `#again`: a hint in between would be lost.
      this.#reading = undefined
    }
  }
}
