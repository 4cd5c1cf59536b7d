import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { firstSeal, logSeal } from '../../protocol/log-form.ts'
import type { Lease } from '../lease.ts'
import type { LogQuery, LogRecords, LogRow, SealedRow } from '../log.ts'
import type { Engine } from './engine.ts'
import { requireLease } from './leases.ts'
import { addToLog, erased, logFromRow } from './log-row.ts'
import { takeOverAudit } from './migrations/2026-11-sealed-log.ts'
import type { Database, InTransaction } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { Tables } from './tables.ts'

/** Letters of an erasure's positions, so that its detail keeps within its bound. */
const longestPositions = 1_900

/** Rows that one statement changes: few sizes, so that a prepared statement serves again. */
const chunkSizes = [100, 10, 1]

/** Spelled out and not bound: an index over some rows serves only a query that says which. */
const ofVisitors = sql<SqlBool>`visitors = 1`
const isSealed = sql<SqlBool>`position is not null`
const isUnsealed = sql<SqlBool>`position is null`

export function log(db: Database, engine: Engine): LogRecords {
  /** A transaction that only the holder of the lease can make. @throws LeaseLost */
  const under = <T>(lease: Lease, work: (trx: InTransaction) => Promise<T>): Promise<T> =>
    retryWhileBusy(engine, requireInTime =>
      db.transaction().execute(async trx => {
        await requireLease(trx, engine, lease)
        const done = await work(trx)
        requireInTime()
        return done
      }),
    )
  const sealedRows = db.selectFrom('log').selectAll().where(isSealed)

  return {
    add: events =>
      retryWhileBusy(engine, requireInTime =>
        db.transaction().execute(async trx => {
          await addToLog(trx, events)
          requireInTime()
        }),
      ),

    seal: (lease, limit) =>
      under(lease, async trx => {
        await takeOverAudit(trx, limit)
        const rows = await trx
          .selectFrom('log')
          .select(['row', 'digest'])
          .where(isUnsealed)
          .orderBy('row')
          .limit(limit)
          .execute()
        if (rows.length === 0) return 0
        let { position, seal } = await lastSeal(trx)
        const sealed = rows.map(({ row, digest }) => {
          position += 1
          seal = logSeal(seal, position, digest)
          return { row, position, seal }
        })
        for (const chunk of inChunks(sealed)) await writeSeals(trx, chunk)
        return rows.length
      }),

    unsealed: () =>
      retryWhileBusy(engine, async () => {
        const unsealed = db.selectFrom('log').select('row').where(isUnsealed).limit(1)
        const old = db.selectFrom('audit').select('row').limit(1)
        return Boolean((await unsealed.executeTakeFirst()) ?? (await old.executeTakeFirst()))
      }),

    async after(position, limit) {
      const query = sealedRows.where('position', '>', position).orderBy('position').limit(limit)
      return (await retryWhileBusy(engine, () => query.execute())).map(logFromRow) as SealedRow[]
    },

    async last() {
      const query = sealedRows.orderBy('position', 'desc').limit(1)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? (logFromRow(row) as SealedRow) : null
    },

    async find(query, from, limit) {
      const found = matching(sealedRows, query).limit(limit)
      const ordered =
        from === 'newest'
          ? found.orderBy('position', 'desc')
          : found.where('position', '>', from.after).orderBy('position')
      return (await retryWhileBusy(engine, () => ordered.execute())).map(logFromRow) as SealedRow[]
    },

    async waiting(query, limit): Promise<LogRow[]> {
      const unsealed = db.selectFrom('log').selectAll().where(isUnsealed)
      const found = matching(unsealed, query).orderBy('row').limit(limit)
      return (await retryWhileBusy(engine, () => found.execute())).map(logFromRow)
    },

    async cursor(reader) {
      const query = db.selectFrom('log_cursors').select('position').where('reader', '=', reader)
      return (await retryWhileBusy(engine, () => query.executeTakeFirst()))?.position ?? 0
    },

    moveCursor: (lease, position) =>
      under(lease, async trx => {
        await trx
          .insertInto('log_cursors')
          .values({ reader: lease.name, position })
          .onConflict(conflict => conflict.column('reader').doUpdateSet({ position }))
          .execute()
      }),

    addCheckpoint: (lease, checkpoint, event) =>
      under(lease, async trx => {
        const { numInsertedOrUpdatedRows: added } = await trx
          .insertInto('log_checkpoints')
          .values({ ...checkpoint, purged_at: null })
          .onConflict(conflict => conflict.column('position').doNothing())
          .executeTakeFirstOrThrow()
        // A broken connection may hide that an earlier try succeeded.
        if (added) await addToLog(trx, [event])
      }),

    async checkpoints() {
      const query = db.selectFrom('log_checkpoints').selectAll().orderBy('position')
      const rows = await retryWhileBusy(engine, () => query.execute())
      return rows.map(({ purged_at: purgedAt, ...checkpoint }) => ({ ...checkpoint, purgedAt }))
    },

    erase: (lease, before, limit, eventOf) =>
      under(lease, async trx => {
        const old = await trx
          .selectFrom('log')
          .select(sql<number>`position`.as('position'))
          .where(ofVisitors)
          .where('at', '<', before)
          .where(isSealed)
          .orderBy('at')
          .limit(limit)
          .execute()
        const { text, positions } = spans(old.map(({ position }) => position))
        if (positions.length === 0) return 0
        await trx.updateTable('log').set(erased).where('position', 'in', positions).execute()
        await addToLog(trx, [eventOf(text)])
        return positions.length
      }),

    beginAt: (lease, position, at, event) =>
      under(lease, async trx => {
        await trx
          .updateTable('log_checkpoints')
          .set({ purged_at: at })
          .where('position', '<=', position)
          .where('purged_at', 'is', null)
          .execute()
        await addToLog(trx, [event])
      }),

    remove: (lease, through, limit) =>
      under(lease, async trx => {
        const oldest = trx
          .selectFrom('log')
          .select('row')
          .where(isSealed)
          .where('position', '<=', through)
          .orderBy('position')
          .limit(limit)
        const result = await trx.deleteFrom('log').where('row', 'in', oldest).executeTakeFirst()
        return Number(result.numDeletedRows)
      }),
  }
}

/** What the next seal continues: the last row's, or where all rows are gone the checkpoint's. */
async function lastSeal(trx: InTransaction): Promise<{ position: number; seal: string }> {
  const newest = <T extends 'log' | 'log_checkpoints'>(table: T) =>
    sql<{ position: number; seal: string }>`
      select position, seal from ${sql.table(table)}
      where position is not null order by position desc limit 1`.execute(trx)
  const [row] = (await newest('log')).rows
  const [checkpoint] = row ? [] : (await newest('log_checkpoints')).rows
  return row ?? checkpoint ?? { position: 0, seal: firstSeal }
}

interface Sealed {
  row: number
  position: number
  seal: string
}

async function writeSeals(trx: InTransaction, sealed: readonly Sealed[]): Promise<void> {
  const values = sealed.map(({ row, position, seal }) => {
    return sql`(cast(${row} as bigint), cast(${position} as bigint), cast(${seal} as text))`
  })
  await sql`
    with sealed (row_number, position, seal) as (values ${sql.join(values)})
    update log set position = sealed.position, seal = sealed.seal
    from sealed where log.row = sealed.row_number`.execute(trx)
}

function* inChunks<T>(all: readonly T[]): Generator<readonly T[]> {
  let done = 0
  for (const size of chunkSizes) {
    for (; all.length - done >= size; done += size) yield all.slice(done, done + size)
  }
}

function matching<O>(
  rows: SelectQueryBuilder<Tables, 'log', O>,
  { since, until, kiosk, account, event }: LogQuery,
): SelectQueryBuilder<Tables, 'log', O> {
  return rows
    .$if(since !== undefined, query => query.where('at', '>=', since as number))
    .$if(until !== undefined, query => query.where('at', '<', until as number))
    .$if(kiosk !== undefined, query => query.where('kiosk', '=', kiosk as number))
    .$if(account !== undefined, query => query.where('account', '=', account as string))
    .$if(event !== undefined, query => query.where('event', '=', event as string))
}

/**
 * Positions as short as they can be told: `1-3,5`. As many of them as one detail holds.
 * @returns the text, and which positions it tells.
 */
function spans(all: readonly number[]): { text: string; positions: number[] } {
  const spans: string[] = []
  const positions: number[] = []
  const sorted = all.toSorted((a, b) => a - b)
  let letters = 0
  for (let from = 0; from < sorted.length; ) {
    let to = from
    while (sorted[to + 1] === (sorted[to] as number) + 1) to += 1
    const span = from === to ? `${sorted[from]}` : `${sorted[from]}-${sorted[to]}`
    letters += span.length + 1
    if (letters > longestPositions) break
    spans.push(span)
    positions.push(...sorted.slice(from, to + 1))
    from = to + 1
  }
  return { text: spans.join(','), positions }
}
