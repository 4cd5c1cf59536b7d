import type { Delivery } from '../../protocol/delivery.ts'
import type { DeliveryRecords } from '../delivery.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { DeliveriesTable } from './tables.ts'

/** Rows in one statement: an engine bounds how many values one may have. */
const chunk = 500

function deliveryToRow(delivery: Delivery): DeliveriesTable {
  return {
    id: delivery.id,
    client: delivery.client,
    event: delivery.event,
    subject: delivery.subject,
    position: delivery.position,
    state: delivery.state,
    tries: delivery.tries,
    tried_since: delivery.triedSince,
    next_try_at: delivery.nextTryAt,
    why: delivery.why,
    at: delivery.at,
    updated_at: delivery.updatedAt,
  }
}

function deliveryFromRow(row: DeliveriesTable): Delivery {
  return {
    id: row.id,
    client: row.client,
    event: row.event,
    subject: row.subject,
    position: row.position,
    state: row.state as Delivery['state'],
    tries: row.tries,
    triedSince: row.tried_since,
    nextTryAt: row.next_try_at,
    why: row.why,
    at: row.at,
    updatedAt: row.updated_at,
  }
}

function deliveryNoun(engine: Engine): Noun<string, Delivery> {
  return {
    async lock(trx, id) {
      const query = trx.selectFrom('deliveries').selectAll().where('id', '=', id)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? deliveryFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = deliveryToRow(next)
      const query = old
        ? trx.updateTable('deliveries').set(row).where('id', '=', old.id)
        : trx.insertInto('deliveries').values(row)
      await query.execute()
    },
  }
}

export function deliveries(db: Database, engine: Engine, update: Update): DeliveryRecords {
  const noun = deliveryNoun(engine)

  return {
    async add(all) {
      for (let done = 0; done < all.length; done += chunk) {
        const rows = all.slice(done, done + chunk).map(deliveryToRow)
        const query = db
          .insertInto('deliveries')
          .values(rows)
          .onConflict(conflict => conflict.column('id').doNothing())
        await retryWhileBusy(engine, () => query.execute())
      }
    },

    async read(id) {
      const query = db.selectFrom('deliveries').selectAll().where('id', '=', id)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? deliveryFromRow(row) : null
    },

    update: (id, decide) => update(noun, id, decide),

    async due(now, limit, except) {
      const query = db
        .selectFrom('deliveries as due')
        .select(['id', 'client'])
        .where('next_try_at', '<=', now)
        .where(row =>
          row.not(
            row.exists(
              row
                .selectFrom('deliveries as older')
                .select('older.id')
                .whereRef('older.client', '=', 'due.client')
                .whereRef('older.subject', '=', 'due.subject')
                .whereRef('older.position', '<', 'due.position')
                .where('older.next_try_at', 'is not', null),
            ),
          ),
        )
        .$if(except.length > 0, query => query.where('client', 'not in', except))
        .orderBy('next_try_at')
        .orderBy('position')
        .limit(limit)
      return retryWhileBusy(engine, () => query.execute())
    },

    async find({ client, state }, limit) {
      const query = db
        .selectFrom('deliveries')
        .selectAll()
        .$if(client !== undefined, query => query.where('client', '=', client as string))
        .$if(state !== undefined, query => query.where('state', '=', state as string))
        .orderBy('position', 'desc')
        .orderBy('client')
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(deliveryFromRow)
    },

    async giveUp(client, why, now) {
      const query = db
        .updateTable('deliveries')
        .set({ state: 'given_up', next_try_at: null, why, updated_at: now })
        .where('client', '=', client)
        .where('next_try_at', 'is not', null)
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numUpdatedRows)
    },

    async changedAfter(time, limit) {
      const query = db
        .selectFrom('deliveries')
        .select('id')
        .where('updated_at', '>', time)
        .where('next_try_at', 'is not', null)
        .limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(({ id }) => id)
    },

    async purge(overBefore, limit) {
      const ids = db
        .selectFrom('deliveries')
        .select('id')
        .where('updated_at', '<', overBefore)
        .where('next_try_at', 'is', null)
        .limit(limit)
      const result = await retryWhileBusy(engine, () =>
        db.deleteFrom('deliveries').where('id', 'in', ids).executeTakeFirst(),
      )
      return Number(result.numDeletedRows)
    },
  }
}
