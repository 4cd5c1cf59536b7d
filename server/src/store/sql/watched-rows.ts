import { sql } from 'kysely'
import type { WatchedRows } from '../watched-rows.ts'
import type { Engine } from './engine.ts'
import type { Database } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

/** How far the sweep looks back behind its last answer: longer than any transaction here takes. */
const overlap = 10_000

export function watchedRows(db: Database, engine: Engine): WatchedRows {
  return {
    async changes(since) {
      const written = await retryWhileBusy(engine, () => engine.othersWrote())
      if (!written) return null
      const of = (table: 'sign_ins' | 'hand_offs') => {
        const query = db
          .selectFrom(table)
          .select(['id', 'seq', 'changed_at'])
          .where('changed_at', '>', since - overlap)
        if (!engine.stampsChanges) return query
        // What was stamped before the clock was set back would be named again for as long as it was ahead.
        return query.where('changed_at', '<', sql<number>`${engine.now} + ${overlap}`)
      }
      const now = db.selectNoFrom([
        sql.lit('').as('id'),
        sql.lit(0).as('seq'),
        engine.now.as('changed_at'),
      ])
      const query = of('sign_ins').unionAll(of('hand_offs')).unionAll(now)
      const rows = await retryWhileBusy(engine, () => query.execute())
      const changed = rows.filter(({ id }) => id !== '')
      const latest = changed.reduce((at, row) => Math.max(at, row.changed_at), since)
      const present = rows.find(({ id }) => id === '')?.changed_at ?? latest
      return { at: Math.min(latest, present), changed }
    },

    async seqs(ids) {
      if (ids.length === 0) return []
      const of = (table: 'sign_ins' | 'hand_offs') =>
        db.selectFrom(table).select(['id', 'seq']).where('id', 'in', ids)
      const query = of('sign_ins').unionAll(of('hand_offs'))
      return retryWhileBusy(engine, () => query.execute())
    },
  }
}
