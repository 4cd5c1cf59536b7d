import type { Scope } from '../../test/support/gate.ts'

/** Ends whatever the work has started, the last of it first, whatever becomes of it. */
export async function endedAfter<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const ends: (() => unknown)[] = []
  try {
    return await work({ after: end => void ends.unshift(end) })
  } finally {
    for (const end of ends) await end()
  }
}
