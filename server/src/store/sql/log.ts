import { type Selectable, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import { firstSeal, logSeal } from '../../protocol/log-form.ts'
import type { Lease } from '../lease.ts'
import type { LogQuery, LogRecords, SealedRow } from '../log.ts'
import type { Engine } from './engine.ts'
import { requireLease } from './leases.ts'
import { addToLog, erased, logFromRow } from './log-row.ts'
import { takeOverAudit } from './migrations/2026-11-sealed-log.ts'
import type { Database, InTransaction } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { LogTable, Tables } from './tables.ts'
import { inTransaction } from './transaction.ts'

/** Letters of an erasure's positions, so that its detail keeps within its bound. */
const longestPositions = 1_900

/** Positions that one look for something goes through, however few of them are found. */
const stretch = 20_000

/** Rows that one statement changes: few sizes, so that a prepared statement serves again. */
const chunkSizes = [100, 10, 1]

/** Spelled out and not bound: an index over some rows serves only a query that says which. */
const ofVisitors = sql<SqlBool>`visitors is not null`
const isSealed = sql<SqlBool>`position is not null`
const isUnsealed = sql<SqlBool>`position is null`

export function log(db: Database, engine: Engine): LogRecords {
  /** A transaction that only the holder of the lease can make. @throws LeaseLost */
  const withLease = <T>(lease: Lease, work: (trx: InTransaction) => Promise<T>): Promise<T> =>
    inTransaction(engine, async trx => {
      await requireLease(trx, engine, lease)
      return work(trx)
    })
  const sealed = async (select: (rows: Rows) => Rows): Promise<SealedRow[]> => {
    const query = select(db.selectFrom('log').selectAll().where(isSealed))
    return (await retryWhileBusy(engine, () => query.execute())).map(logFromRow) as SealedRow[]
  }

  const head = async () => {
    const query = db.selectFrom('log_head').select(['position', 'seal']).where('id', '=', 1)
    const last = await retryWhileBusy(engine, () => query.executeTakeFirst())
    return last ? { ...last } : { position: 0, seal: firstSeal }
  }

  return {
    add: events => inTransaction(engine, trx => addToLog(trx, events)),

    seal: (lease, limit) =>
      withLease(lease, async trx => {
        const takenOver = await takeOverAudit(trx, limit)
        const rows = await trx
          .selectFrom('log')
          .select(['row', 'digest'])
          .where(isUnsealed)
          // Of a sign-in that went on at a newer gate, what the older one has told came first.
          .$if(takenOver !== null, query => query.orderBy('at'))
          .orderBy('row')
          .limit(limit)
          .execute()
        if (rows.length === 0) return 0
        let { position, seal } = await trx
          .selectFrom('log_head')
          .select(['position', 'seal'])
          .where('id', '=', 1)
          .executeTakeFirstOrThrow()
        const seals = rows.map(({ row, digest }) => {
          position += 1
          seal = logSeal(seal, position, digest)
          return { row, position, seal }
        })
        for (const chunk of inChunks(seals)) await writeSeals(trx, chunk)
        await trx.updateTable('log_head').set({ position, seal }).where('id', '=', 1).execute()
        return rows.length
      }),

    unsealed: () =>
      retryWhileBusy(engine, async () => {
        const unsealed = db.selectFrom('log').select('row').where(isUnsealed).limit(1)
        const old = db.selectFrom('audit').select('row').limit(1)
        return Boolean((await unsealed.executeTakeFirst()) ?? (await old.executeTakeFirst()))
      }),

    after: (position, limit) =>
      sealed(rows => rows.where('position', '>', position).orderBy('position').limit(limit)),

    async find(query, from, limit) {
      const first = (await sealed(query => query.orderBy('position').limit(1)))[0]?.position ?? 0
      const { position: last } = await head()
      const newest = from === 'newest'
      const begin = newest ? first : Math.max(first, from.after + 1)
      // An account's own rows are few, and an index finds them wherever they are.
      const step = query.account === undefined ? stretch : Math.max(last - begin + 1, 1)
      const found: SealedRow[] = []
      for (let done = 0; begin + done <= last && found.length < limit; done += step) {
        const low = newest ? last - done - step : begin + done - 1
        const rows = await sealed(rows =>
          matching(rows, query)
            .where('position', '>', low)
            .where('position', '<=', low + step)
            .orderBy('position', newest ? 'desc' : 'asc')
            .limit(limit - found.length),
        )
        found.push(...rows)
      }
      return found
    },

    async waiting(query, from, limit) {
      const rows = matching(db.selectFrom('log').selectAll().where(isUnsealed), query).limit(limit)
      const found =
        from === 'newest'
          ? rows.orderBy('row', 'desc')
          : rows.where('row', '>', from.after).orderBy('row')
      return (await retryWhileBusy(engine, () => found.execute())).map(logFromRow)
    },

    head,

    async cursor(reader) {
      const query = db.selectFrom('log_cursors').select('position').where('reader', '=', reader)
      return (await retryWhileBusy(engine, () => query.executeTakeFirst()))?.position ?? 0
    },

    async beginAtEnd(reader) {
      const { position } = await head()
      const query = db
        .insertInto('log_cursors')
        .values({ reader, position })
        .onConflict(conflict => conflict.column('reader').doNothing())
      await retryWhileBusy(engine, () => query.execute())
    },

    moveCursor: (lease, position) =>
      withLease(lease, async trx => {
        await trx
          .insertInto('log_cursors')
          .values({ reader: lease.name, position })
          .onConflict(conflict => conflict.column('reader').doUpdateSet({ position }))
          .execute()
      }),

    addCheckpoint: (lease, checkpoint, event) =>
      withLease(lease, async trx => {
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
      withLease(lease, async trx => {
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
      withLease(lease, async trx => {
        const { numUpdatedRows: marked } = await trx
          .updateTable('log_checkpoints')
          .set({ purged_at: at })
          .where('position', '<=', position)
          .where('purged_at', 'is', null)
          .executeTakeFirstOrThrow()
        if (marked > 0n) await addToLog(trx, [event])
      }),

    remove: (lease, through, limit) =>
      withLease(lease, async trx => {
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

type Rows = SelectQueryBuilder<Tables, 'log', Selectable<LogTable>>

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

function matching(rows: Rows, { since, until, kiosk, account, event }: LogQuery): Rows {
  return rows
    .$if(since !== undefined, query => query.where('at', '>=', since as number))
    .$if(until !== undefined, query => query.where('at', '<', until as number))
    .$if(kiosk !== undefined, query => query.where('kiosk', '=', kiosk as number))
    .$if(account !== undefined, query => query.where('account', '=', account as string))
    .$if(event !== undefined, query =>
      query.where('event', event?.includes('.') ? '=' : 'like', patternOf(event as string)),
    )
}

function patternOf(event: string): string {
  return event.includes('.') ? event : `${event}.%`
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
