import { Backoff } from './backoff.ts'
import { type Clock, pause } from './clock.ts'
import { GateError } from './gate-error.ts'

export interface RetryOptions {
  clock: Clock
  /** After this long the last failure is the answer. */
  windowMs: number
  random?: (() => number) | undefined
  signal?: AbortSignal | undefined
}

/** Repeats a call that is safe to repeat until it is answered, refused, or no longer worth it. */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, windowMs, random = Math.random, signal } = options
  const backoff = new Backoff({ random })
  const deadline = clock.now() + windowMs
  while (true) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof GateError) || !error.transient) throw error
      const wait = backoff.next(error.retryAfterMs)
      if (clock.now() + wait >= deadline) throw error
      await pause(clock, wait, signal)
      signal?.throwIfAborted()
    }
  }
}
