import type { GateRecords, GateRow } from '../gate.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { GateTable } from './tables.ts'

const theOne = 1

type Columns = Pick<GateTable, 'key_check' | 'restored_at'>

function gateToRow({ keyCheck, restoredAt }: GateRow): Columns {
  return { key_check: keyCheck, restored_at: restoredAt }
}

function gateFromRow({ key_check: keyCheck, restored_at: restoredAt }: Columns): GateRow {
  return { keyCheck, restoredAt }
}

function gateNoun({ lockRow }: Engine): Noun<number, GateRow> {
  return {
    async lock(trx, id) {
      const row = trx.selectFrom('gate').select(['key_check', 'restored_at']).where('id', '=', id)
      return gateFromRow(await lockRow(row).executeTakeFirstOrThrow())
    },
    async write(trx, next) {
      await trx.updateTable('gate').set(gateToRow(next)).where('id', '=', theOne).execute()
    },
  }
}

export function gate(db: Database, engine: Engine, update: Update): GateRecords {
  const noun = gateNoun(engine)
  return {
    async read() {
      const query = db
        .selectFrom('gate')
        .select(['key_check', 'restored_at'])
        .where('id', '=', theOne)
      return gateFromRow(await retryWhileBusy(engine, () => query.executeTakeFirstOrThrow()))
    },

    update: decide => update(noun, theOne, decide),

    beginAnew: at =>
      retryWhileBusy(engine, () =>
        db.transaction().execute(async trx => {
          await trx.deleteFrom('user_codes').execute()
          await trx.updateTable('kiosks').set({ link_hash: null, link_expires_at: null }).execute()
          await trx
            .updateTable('accounts')
            .set({ recovery_hash: null, recovery_expires_at: null })
            .where('recovery_hash', 'is not', null)
            .execute()
          await trx
            .updateTable('deliveries')
            .set({ state: 'given_up', next_try_at: null, why: 'a backup was restored' })
            .where('state', '=', 'open')
            .execute()
          const end = trx.selectFrom('log_head').select('position').where('id', '=', 1)
          await trx.updateTable('log_cursors').set({ position: end }).execute()
          await trx.updateTable('gate').set({ restored_at: at }).where('id', '=', theOne).execute()
        }),
      ),
  }
}

/** Writes what nobody reads, to see whether anything can be written. @throws what the database says. */
export async function tryToWrite(db: Database, { now }: Engine): Promise<void> {
  // In a transaction, as the work is.
  await db.transaction().execute(async trx => {
    await trx.updateTable('gate').set({ checked_at: now }).where('id', '=', theOne).execute()
  })
}
