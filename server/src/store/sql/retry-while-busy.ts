import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../errors.ts'
import { within } from '../../within.ts'
import { type DatabaseTrouble, databaseTroubles } from '../database-trouble.ts'
import type { Engine } from './engine.ts'

/** How long to wait for a database that is locked or does not answer, in milliseconds. */
export const patience = 4_000

const noAnswer = () => busy('away')

/**
 * Runs `work` until the database is free, waiting outside the database so that the loop goes on.
 * @param work is given a check that throws once nobody waits for it any more.
 * @throws Refusal `storage_busy` after {@link patience}, and at once where nothing can be done.
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
      const known = engine.knownTrouble() ?? damaged(engine)
      if (known !== null) throw busy(known)
      const left = Math.max(0, deadline - performance.now())
      return await within(left, work(requireInTime), noAnswer)
    } catch (error) {
      const trouble = engine.troubleOf(error)
      if (trouble !== null) {
        engine.health.failed(trouble)
        throw busy(trouble, error)
      }
      const passing = engine.passing(error)
      if (error instanceof Refusal || passing === null) throw error
      const wait = 5 + Math.random() * 45
      if (performance.now() + wait >= deadline) {
        engine.health.failed(passing)
        throw busy(passing, error)
      }
      await sleep(wait)
    }
  }
}

/** What is read from it is worth nothing, and what is written may be lost. */
function damaged({ health }: Engine): 'damaged' | null {
  return health.met === 'damaged' ? 'damaged' : null
}

function busy(trouble: DatabaseTrouble, error?: unknown): Refusal {
  const said = error === undefined ? '' : ` (${String(error)})`
  return new Refusal('storage_busy', `the database: ${databaseTroubles[trouble]}${said}`)
}
