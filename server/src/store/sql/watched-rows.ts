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
      const of = (table: 'sign_ins' | 'hand_offs') =>
        db
          .selectFrom(table)
          .select(['id', 'seq', 'changed_at'])
          .where('changed_at', '>', since - overlap)
      const changed = of('sign_ins').unionAll(of('hand_offs'))
      const rows = await retryWhileBusy(engine, () => changed.execute())
      return { at: rows.reduce((at, row) => Math.max(at, row.changed_at), since), changed: rows }
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
