import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import type { WatchedRows } from '../store/watched-rows.ts'
import type { Delivery } from './delivery.ts'

export interface SweepParts {
  watched: WatchedRows
  bus: Bus
  delivery: Pick<Delivery, 'watched' | 'hint'>
  clock: Clock
  onError(error: unknown): void
}

const every = 1_000
/** Every so many rounds all watched rows are compared, whatever the bus and the rounds said. */
const thorough = 10
const batch = 500

/**
 * Makes sure that no lost hint is missed for long: looks for what others have changed every second,
 * and compares everything watched every ten, and whenever the bus has come back.
 * @returns how to stop it.
 */
export function startSweep({ watched, bus, delivery, clock, onError }: SweepParts): () => void {
  let since = clock()
  let round = 0
  let running = false
  let missed = false
  bus.onRejoin(() => {
    missed = true
  })

  const compareAll = async () => {
    const ids = delivery.watched()
    for (let from = 0; from < ids.length; from += batch) {
      for (const change of await watched.seqs(ids.slice(from, from + batch))) delivery.hint(change)
    }
  }

  const sweep = async () => {
    if (running) return
    running = true
    try {
      round += 1
      if (delivery.watched().length === 0) {
        since = clock()
        return
      }
      const changes = await watched.changes(since)
      if (changes) {
        // By a clock that went back: what was changed just before it did was seen by no look.
        missed ||= changes.at < since
        since = changes.at
        for (const change of changes.changed) delivery.hint(change)
      }
      if (missed || round % thorough === 0) {
        missed = false
        await compareAll()
      }
    } catch (error) {
      missed = true
      onError(error)
    } finally {
      running = false
    }
  }

  const timer = setInterval(sweep, every)
  timer.unref()
  return () => clearInterval(timer)
}
