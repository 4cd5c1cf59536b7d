import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
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
  const { bus, clock } = parts
  const waiting = new Map<string, Set<Waiting>>()

  return {
    watched: () => [...waiting.keys()],

    hint({ id, seq }) {
      for (const { hearOf } of waiting.get(id) ?? []) hearOf(seq)
    },

    timeChanged() {
      for (const others of waiting.values()) for (const { readSoon } of others) readSoon()
    },

    watch(id, read, tell) {
      let seen = -1
      let stopped = false
      let reading: Promise<void> | undefined
      let again = false
      let timer: NodeJS.Timeout | undefined

      const stop = () => {
        stopped = true
        unsubscribe()
        clearTimeout(timer)
        others.delete(own)
        if (others.size === 0 && waiting.get(id) === others) waiting.delete(id)
      }

      const readLater = (after: number) => {
        clearTimeout(timer)
        timer = setTimeout(hear, after)
        timer.unref()
      }

      const readNews = async () => {
        try {
          do {
            again = false
            const current = await read()
            if (stopped) return
            if (current.seq > seen) {
              seen = current.seq
              tell(current)
            }
            if (current.deadline === null) return stop()
            // What runs out without anybody writing it down is hinted at by nobody.
            readLater(Math.max(0, current.deadline - clock()) + 1)
          } while (again)
        } catch (error) {
          parts.onError(error)
          if (!stopped) readLater(retryAfter())
        } finally {
          // In the same turn as the last look at `again`: a hint in between would be lost.
          reading = undefined
        }
      }

      /** Hints that come during a read make it read once more, however many they are. */
      function hear() {
        if (stopped) return
        if (reading !== undefined) {
          again = true
          return
        }
        reading = readNews()
      }

      const own: Waiting = {
        hearOf(seq) {
          if (seq > seen) hear()
        },
        readSoon: () => readLater(Math.random() * lookAnewWithin),
      }
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others)
      others.add(own)
      const unsubscribe = bus.subscribe(id, hear)
      hear()
      return { first: reading ?? Promise.resolve(), stop }
    },
  }
}
