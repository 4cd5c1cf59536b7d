/**
 * The outcome of `work`, or a refusal once it has taken too long: what is frozen answers nothing at
 * all, and nobody may wait for it for ever. The work itself goes on, and its outcome is dropped.
 * @param ms how long it may take, in milliseconds.
 * @param tooLate makes the error to throw.
 */
export async function within<T>(ms: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(tooLate()), ms)
  timer.unref()
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
