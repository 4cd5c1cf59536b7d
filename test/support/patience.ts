import { setTimeout as sleep } from 'node:timers/promises'

/** Tries again for as long as people and the SDK do: what fails for a moment is no failure. */
export async function patiently<T>(work: () => Promise<T>, ms = 20_000): Promise<T> {
  for (const end = performance.now() + ms; ; ) {
    try {
      return await work()
    } catch (error) {
      if (performance.now() >= end) throw error
      await sleep(100 + Math.random() * 200)
    }
  }
}
