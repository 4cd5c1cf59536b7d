import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../errors.ts'
import { within } from '../../within.ts'
import { type DatabaseTrouble, databaseTroubles } from '../database-trouble.ts'
import type { Engine } from './engine.ts'

/** How long to wait for a database that is locked or does not answer, in milliseconds. */
export const patience = 4_000
/** The same where something may have been done: less than phones and kiosks wait for an answer. */
const patienceInDoubt = 8_000

/** One try at a piece of work. */
export interface Attempt {
  /** @throws Refusal once nobody waits for it any more. */
  requireInTime(): void
  /** The same, and from now on only the database knows what becomes of it. */
  beginCommit(): void
}

/**
 * Runs `work` until the database is free, waiting outside the database so that the loop goes on. Work whose
 * commit was never answered is done again: under the locks of the first try it finds out whether that was done.
 * @throws Refusal `storage_busy` after {@link patience}, and at once where nothing can be done: nothing was
 * done, nor will be. `outcome_unknown` where that cannot be said.
 */
export async function retryWhileBusy<T>(
  engine: Engine,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const begun = performance.now()
  let inDoubt = false
  const left = () => begun + (inDoubt ? patienceInDoubt : patience) - performance.now()
  const refused = (trouble: DatabaseTrouble, error?: unknown) =>
    refusal(inDoubt ? 'outcome_unknown' : 'storage_busy', trouble, error)
  const failed = (trouble: DatabaseTrouble, error?: unknown) => {
    engine.health.failed(trouble)
    return refused(trouble, error)
  }
  for (;;) {
    let commits = false
    const requireInTime = () => {
      if (left() <= 0) throw new Refusal('storage_busy', 'given up meanwhile')
    }
    const beginCommit = () => {
      requireInTime()
      commits = true
    }
    try {
      const known = engine.knownTrouble() ?? damaged(engine)
      if (known !== null) throw failed(known)
      const done = work({ requireInTime, beginCommit })
      // Made where it is thrown: an error costs more than a read.
      let tooLate: Refusal | undefined
      const refuseLate = () => {
        tooLate = refused('away')
        return tooLate
      }
      return await within(Math.max(0, left()), done, refuseLate).catch(error => {
        if (!commits || error !== tooLate) throw error
        inDoubt = true
        return within(left(), done, () => refused('away'))
      })
    } catch (error) {
      const trouble = engine.troubleOf(error)
      const passing = engine.passing(error)
      // A disk that fails, or a connection that breaks, may have done what was asked of it.
      if (commits && (trouble === 'failing' || passing === 'away')) inDoubt = true
      if (trouble !== null) throw failed(trouble, error)
      if (error instanceof Refusal || passing === null) throw error
      const wait = 5 + Math.random() * 45
      if (left() <= wait) throw failed(passing, error)
      await sleep(wait)
    }
  }
}

/** What is read from it is worth nothing, and what is written may be lost. */
function damaged({ health }: Engine): 'damaged' | null {
  return health.met === 'damaged' ? 'damaged' : null
}

function refusal(
  code: 'storage_busy' | 'outcome_unknown',
  trouble: DatabaseTrouble,
  error?: unknown,
): Refusal {
  const said = error === undefined ? '' : ` (${String(error)})`
  return new Refusal(code, `the database: ${databaseTroubles[trouble]}${said}`)
}
