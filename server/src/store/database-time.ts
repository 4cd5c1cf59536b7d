import type { NodeClock } from '../clock.ts'
import type { Store } from './store.ts'

const every = 10_000
/** An answer that took longer says too little about the time. */
const longestTrip = 1_000
const mostTries = 5

/**
 * One clock for all nodes: where the database has a clock of its own, this node's follows it, and doubts it
 * where it jumps.
 * @returns how to stop.
 */
export async function followDatabaseTime(
  store: Pick<Store, 'time'>,
  clock: NodeClock,
  onError: (error: unknown) => void,
): Promise<() => void> {
  const ask = async () => {
    const asked = performance.now()
    const time = await store.time()
    const trip = performance.now() - asked
    if (time === null || trip > longestTrip) return false
    clock.follow(time, asked + trip / 2)
    return true
  }
  if ((await store.time()) === null) return () => {}
  // Nothing may expire by a clock that nobody has compared yet.
  for (let tries = 1; !(await ask()); tries += 1) {
    if (tries === mostTries) throw new Error('the database answers too slowly to tell the time')
  }
  const timer = setInterval(() => ask().catch(onError), every)
  timer.unref()
  return () => clearInterval(timer)
}
