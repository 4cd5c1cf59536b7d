import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../errors.ts'
import { within } from '../../within.ts'
import type { Engine } from './engine.ts'

/** How long to wait for a database that is locked or does not answer, in milliseconds. */
export const patience = 4_000

const noAnswer = () => new Refusal('storage_busy', 'the database does not answer')

/**
 * Runs `work` until the database is free, waiting outside the database so that the loop goes on.
 * @param work is given a check that throws once nobody waits for it any more.
 * @throws Refusal `storage_busy` after {@link patience}, and at once where nothing can be written.
 */
export async function retryWhileBusy<T>(
  engine: Engine,
  work: (requireInTime: () => void) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience
  const requireInTime = () => {
    if (performance.now() >= deadline) throw new Refusal('storage_busy', 'given up meanwhile')
  }
  for (;;) {
    try {
      const left = Math.max(0, deadline - performance.now())
      return await within(left, work(requireInTime), noAnswer)
    } catch (error) {
      if (engine.cannotWrite(error)) throw new Refusal('storage_busy', String(error))
      if (error instanceof Refusal || !engine.isTransient(error)) throw error
      const wait = 5 + Math.random() * 45
      if (performance.now() + wait >= deadline) throw new Refusal('storage_busy', String(error))
      await sleep(wait)
    }
  }
}
