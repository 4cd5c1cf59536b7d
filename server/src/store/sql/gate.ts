import type { GateRecords, GateRow } from '../gate.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

const theOne = 1

function gateNoun({ lockRow }: Engine): Noun<number, GateRow> {
  return {
    async lock(trx, id) {
      const row = trx.selectFrom('gate').select('key_check').where('id', '=', id)
      const { key_check: keyCheck } = await lockRow(row).executeTakeFirstOrThrow()
      return { keyCheck }
    },
    async write(trx, { keyCheck }) {
      await trx.updateTable('gate').set({ key_check: keyCheck }).where('id', '=', theOne).execute()
    },
  }
}

export function gate(db: Database, engine: Engine, update: Update): GateRecords {
  const noun = gateNoun(engine)
  return {
    async read() {
      const query = db.selectFrom('gate').select('key_check').where('id', '=', theOne)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirstOrThrow())
      return { keyCheck: row.key_check }
    },
    update: decide => update(noun, theOne, decide),
  }
}

/** Writes what nobody reads, to see whether anything can be written. @throws what the database says. */
export async function tryToWrite(db: Database, { now }: Engine): Promise<void> {
  await db.updateTable('gate').set({ checked_at: now }).where('id', '=', theOne).execute()
}
