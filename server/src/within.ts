import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The outcome of `work`, or a refusal once it has taken too long: what is frozen answers nothing at
 * all, and nobody may wait for it for ever. The work itself goes on, and its outcome is dropped.
 * @param tooLate makes the error to throw.
 */
export async function within<T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  const aborter = new AbortController()
  const tooLong = sleep(ms, undefined, { signal: aborter.signal, ref: false }).then(() => {
    throw tooLate()
  })
  try {
    return await Promise.race([work, tooLong])
  } finally {
    aborter.abort()
    tooLong.catch(() => {})
  }
}
