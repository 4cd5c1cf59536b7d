/** Time as the SDK reads it; an argument everywhere, so that tests can hold it still. */
export interface Clock {
  /** Milliseconds that only ever rise; on many systems they stand still while the machine sleeps. */
  now(): number
  /** Milliseconds since 1970; may jump, and does not stand still. */
  wall(): number
  /** Calls once, later; the answer calls it off. */
  after(ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** Resolves after a while, or at once when the signal says that nobody waits any more. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      callOff()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const callOff = clock.after(signal?.aborted ? 0 : ms, done)
    signal?.addEventListener('abort', done)
  })
}
