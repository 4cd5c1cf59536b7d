import { sql } from 'kysely'
import { type Lease, LeaseLost, type Leases } from '../lease.ts'
import type { Engine } from './engine.ts'
import type { Database, InTransaction } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

export function leases(db: Database, engine: Engine): Leases {
  const { now } = engine
  return {
    async take(name, holder, ms) {
      const until = sql<number>`${now} + ${ms}`
      // Ours is prolonged. One that ends too late was made before the clock was set back.
      const ours = sql<boolean>`leases.holder = ${holder} and leases.until > ${now}`
      const free = sql<boolean>`leases.until <= ${now} or leases.until > ${now} + ${2 * ms}`
      const query = db
        .insertInto('leases')
        .values({ name, holder, epoch: 1, until })
        .onConflict(conflict =>
          conflict
            .column('name')
            .doUpdateSet({
              holder,
              epoch: sql<number>`leases.epoch + case when ${ours} then 0 else 1 end`,
              until,
            })
            .where(sql<boolean>`${ours} or ${free}`),
        )
        .returning('epoch')
      const taken = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return taken ? { name, holder, epoch: taken.epoch } : null
    },

    async release({ name, holder, epoch }) {
      const query = db
        .updateTable('leases')
        .set({ until: 0 })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .where('epoch', '=', epoch)
      await retryWhileBusy(engine, () => query.execute())
    },

    async endAll() {
      const query = db.updateTable('leases').set({ until: 0 })
      await retryWhileBusy(engine, () => query.execute())
    },
  }
}

/**
 * Lets a transaction go on only under this lease; until it ends nobody else can take it.
 * @throws LeaseLost
 */
export async function requireLease(
  trx: InTransaction,
  { lockRow, now }: Engine,
  lease: Lease,
): Promise<void> {
  const query = trx
    .selectFrom('leases')
    .select('epoch')
    .where('name', '=', lease.name)
    .where('holder', '=', lease.holder)
    .where('epoch', '=', lease.epoch)
    .where('until', '>', now)
  if (!(await lockRow(query).executeTakeFirst())) throw new LeaseLost(lease)
}
