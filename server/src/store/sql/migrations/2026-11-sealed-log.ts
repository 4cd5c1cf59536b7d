import { type ColumnDataType, type Kysely, sql, type Transaction } from 'kysely'
import type { Migration } from 'kysely/migration'
import {
  type Actor,
  type LogEvent,
  type LogEventName,
  system,
} from '../../../protocol/log-event.ts'
import { firstSeal } from '../../../protocol/log-form.ts'
import { addToLog } from '../log-row.ts'
import type { AuditTable, Tables } from '../tables.ts'

/** Audit rows that are taken over in one go. */
const batch = 500

/**
 * The log, its checkpoints and readers, leases and locks. What `audit` holds is taken over; the table
 * itself stays until no gate that writes it can run any more.
 * @param rowNumber the type of a column that counts up by itself, which every database spells anew.
 */
export const sealedLog = (rowNumber: ColumnDataType): Migration => ({
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('log')
      .addColumn('row', rowNumber, column =>
        rowNumber === 'integer' ? column.primaryKey().autoIncrement() : column.primaryKey(),
      )
      .addColumn('form', 'integer', column => column.notNull())
      .addColumn('at', 'bigint')
      .addColumn('event', 'text')
      .addColumn('actor_kind', 'text')
      .addColumn('actor', 'text')
      .addColumn('address', 'text')
      .addColumn('subject_kind', 'text')
      .addColumn('subject', 'text')
      .addColumn('kiosk', 'bigint')
      .addColumn('account', 'text')
      .addColumn('detail', 'text')
      .addColumn('salt', 'text')
      .addColumn('digest', 'text', column => column.notNull())
      .addColumn('position', 'bigint')
      .addColumn('seal', 'text')
      .addColumn('visitors', 'integer')
      .execute()
    await db.schema
      .createIndex('log_position_key')
      .unique()
      .on('log')
      .column('position')
      .where(sql.ref('position'), 'is not', null)
      .execute()
    // Always small: a row leaves it when it is sealed.
    await db.schema
      .createIndex('log_unsealed')
      .on('log')
      .column('row')
      .where(sql.ref('position'), 'is', null)
      .execute()
    // What is to be erased some day, oldest first.
    await db.schema
      .createIndex('log_visitors')
      .on('log')
      .column('at')
      .where(sql.ref('visitors'), 'is not', null)
      .execute()

    await db.schema
      .createTable('log_head')
      .addColumn('id', 'integer', column => column.primaryKey().defaultTo(1))
      .addColumn('position', 'bigint', column => column.notNull())
      .addColumn('seal', 'text', column => column.notNull())
      .execute()
    await db.schema
      .createTable('log_checkpoints')
      .addColumn('position', 'bigint', column => column.primaryKey())
      .addColumn('seal', 'text', column => column.notNull())
      .addColumn('at', 'bigint', column => column.notNull())
      .addColumn('key', 'text', column => column.notNull())
      .addColumn('signature', 'text', column => column.notNull())
      .addColumn('purged_at', 'bigint')
      .execute()
    await db.schema
      .createTable('log_cursors')
      .addColumn('reader', 'text', column => column.primaryKey())
      .addColumn('position', 'bigint', column => column.notNull())
      .execute()
    await db.schema
      .createTable('leases')
      .addColumn('name', 'text', column => column.primaryKey())
      .addColumn('holder', 'text', column => column.notNull())
      .addColumn('epoch', 'bigint', column => column.notNull())
      .addColumn('until', 'bigint', column => column.notNull())
      .execute()
    await db.schema
      .createTable('locks')
      .addColumn('name', 'text', column => column.primaryKey())
      .execute()

    const tables = db as Kysely<Tables>
    await tables.insertInto('locks').values({ name: 'kiosk numbers' }).execute()
    await tables.insertInto('log_head').values({ position: 0, seal: firstSeal }).execute()
    // A migration is one transaction already.
    await takeOverWhatStands(tables as Transaction<Tables>)
  },
})

/**
 * Each batch begins behind the last one: what this transaction has deleted stays in the index until it
 * ends, and each look from the start would pass over all of it. What comes meanwhile is left to the
 * sealer: a row that is committed late may have been passed over, and its sign-in's next step must not
 * overtake it.
 */
async function takeOverWhatStands(trx: Transaction<Tables>): Promise<void> {
  const newest = trx.selectFrom('audit').select(({ fn }) => fn.max('row').as('row'))
  const { row: through } = await newest.executeTakeFirstOrThrow()
  let last: number | null = 0
  while (last !== null) last = await takeOverAudit(trx, batch, last, through ?? 0)
}

/**
 * Moves rows of `audit` into the log: those of before, and those that a gate of the version before
 * still writes beside this one.
 * @param behind the row number behind which to look, up to and with `through`.
 * @returns the number of the last row that was moved; null where there was none.
 */
export async function takeOverAudit(
  trx: Transaction<Tables>,
  limit: number,
  behind = 0,
  through = Number.MAX_SAFE_INTEGER,
): Promise<number | null> {
  const rows = await trx
    .selectFrom('audit')
    .selectAll()
    .where('row', '>', behind)
    .where('row', '<=', through)
    .orderBy('row')
    .limit(limit)
    .execute()
  if (rows.length === 0) return null
  await addToLog(trx, rows.map(auditEvent))
  const numbers = rows.map(({ row }) => row)
  await trx.deleteFrom('audit').where('row', 'in', numbers).execute()
  return numbers.at(-1) ?? null
}

const events: Record<string, LogEventName> = {
  scan: 'sign_in.scanned',
  sign_in: 'sign_in.signed_in',
  approve: 'sign_in.approved',
  deny: 'sign_in.denied',
  cancel: 'sign_in.cancelled',
  claim: 'sign_in.claimed',
  expire: 'sign_in.expired',
  end: 'visit.ended',
}

function auditEvent(row: Omit<AuditTable, 'row'>): LogEvent {
  const { at, sign_in: id, kiosk, account, reason } = row
  return {
    // Words that nobody knows any more are passed on as they are; readers pass over them.
    event: events[row.event] ?? (row.event as LogEventName),
    at,
    actor: actorOf(row),
    subject: { kind: 'sign_in', id },
    kiosk,
    account,
    detail: { from: 'audit', ...(reason !== null && { reason }) },
  }
}

function actorOf({ event, reason, kiosk }: Omit<AuditTable, 'row'>): Actor {
  if (event === 'expire' || event === 'end' || reason === 'revoked') return system
  if (event === 'cancel' || event === 'claim') return { kind: 'kiosk', id: `${kiosk}` }
  return { kind: 'phone', id: '' }
}
