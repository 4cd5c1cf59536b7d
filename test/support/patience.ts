/** A limit that only a hang reaches, in milliseconds; no test asserts on it. */
export const hang = 120_000

// Taken before any test stops the timers of its process: waiting goes on meanwhile.
const { setTimeout: later } = globalThis

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => later(resolve, ms))
}

/** Waits for something that can only be asked for, however long it takes. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  every = 20,
): Promise<void> {
  const limit = AbortSignal.timeout(hang)
  while (!(await holds())) {
    if (limit.aborted) throw new Error(`waited for ${hang} ms in vain: ${what}`)
    await pause(every)
  }
}

/** Whether it comes to an end before only a hang would not have. */
export function settles(work: Promise<unknown>): Promise<boolean> {
  const limit = AbortSignal.timeout(hang)
  const hangs = new Promise<boolean>(resolve =>
    limit.addEventListener('abort', () => resolve(false)),
  )
  return Promise.race([work.then(() => true), hangs])
}

/**
 * As `Promise.all`, but it fails only once all have come to an end: what starts after a test is over
 * is ended by nobody, and its file never ends.
 */
export async function allStarted<T extends readonly unknown[]>(
  starting: readonly [...{ [N in keyof T]: Promise<T[N]> }],
): Promise<{ -readonly [N in keyof T]: T[N] }> {
  await Promise.allSettled(starting)
  return Promise.all(starting) as Promise<{ -readonly [N in keyof T]: T[N] }>
}

/** Tries again as people and the SDK do: what fails for a moment is no failure. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(hang)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (limit.aborted) throw error
      await pause(100 + Math.random() * 200)
    }
  }
}

/** Asks again for as long as the gate says that it cannot just now. */
export async function unlessBusy(ask: () => Promise<Response>): Promise<Response> {
  const limit = AbortSignal.timeout(hang)
  for (;;) {
    const answer = await ask()
    if (answer.status !== 503 || limit.aborted) return answer
    await answer.body?.cancel()
    await pause(100)
  }
}

/** Lets the event loop turn: what is ready on any connection is looked at. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(resolve => setImmediate(resolve))
}
