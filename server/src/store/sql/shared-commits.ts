import { CompiledQuery } from 'kysely'
import type { Transact } from './engine.ts'
import type { Database, InTransaction } from './noun.ts'

/** Transactions in one commit: each more saves little of the disk's time, and the loop stands still for all of them. */
const most = 25

const begin = CompiledQuery.raw('savepoint one')
const takeBack = CompiledQuery.raw('rollback to one')
const end = CompiledQuery.raw('release one')

/** Tells whoever waits what has become of its work. */
type Answer = () => void

interface Waiting {
  work(trx: InTransaction): Promise<Answer>
  failed(error: unknown): void
}

/**
 * Transactions that wait at the same time, in one turn of the event loop, share one commit. A commit waits until
 * the disk has it, and the whole process with it: so a gate does as many sign-ins as there are turns, and not as
 * there are syncs.
 *
 * They happen one after the other, in the order in which they came. One that fails is taken back and leaves
 * the others alone. Nobody is answered before the commit, not even by a refusal, which may rest on what another
 * one has written; where there is no commit nothing has happened, and each is told why.
 */
export function sharedCommits(db: Database): Transact {
  const waiting: Waiting[] = []

  const commit = async () => {
    const together = waiting.splice(0, most)
    if (waiting.length > 0) setImmediate(commit)
    try {
      const answers = await db.transaction().execute(async trx => {
        const [first, ...more] = together
        // Alone it is taken back with the transaction.
        if (first && more.length === 0) return [await first.work(trx)]
        const answers: Answer[] = []
        for (const one of together) answers.push(await apart(trx, one))
        return answers
      })
      for (const answer of answers) answer()
    } catch (error) {
      for (const { failed } of together) failed(error)
    }
  }

  return work =>
    new Promise((resolve, reject) => {
      waiting.push({
        async work(trx) {
          const done = await work(trx)
          return () => resolve(done)
        },
        failed: reject,
      })
      if (waiting.length === 1) setImmediate(commit)
    })
}

/** @throws what ends the transaction of all. */
async function apart(trx: InTransaction, { work, failed }: Waiting): Promise<Answer> {
  await trx.executeQuery(begin)
  const answer = await work(trx).catch(async error => {
    // On a full disk SQLite has ended the whole transaction by itself.
    await trx.executeQuery(takeBack).catch(() => {
      throw error
    })
    return () => failed(error)
  })
  await trx.executeQuery(end)
  return answer
}
