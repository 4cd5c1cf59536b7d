import type { Engine } from './engine.ts'
import type { InTransaction } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

/**
 * Runs `work` in one transaction, as often as it takes: where the answer to a commit was lost it runs once more,
 * and finds what was done.
 * @param work is given a check that throws once nobody waits for it any more.
 * @throws Refusal `storage_busy`, `outcome_unknown`.
 */
export function inTransaction<T>(
  engine: Engine,
  work: (trx: InTransaction, requireInTime: () => void) => Promise<T>,
): Promise<T> {
  return retryWhileBusy(engine, ({ requireInTime, beginCommit }) =>
    engine.transact(async trx => {
      const done = await work(trx, requireInTime)
      beginCommit()
      return done
    }),
  )
}
