import type { UsualPlace, UsualPlaceRecords } from '../usual-place.ts'
import type { Engine } from './engine.ts'
import type { Database } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { UsualPlacesTable } from './tables.ts'
import { inTransaction } from './transaction.ts'

function placeToRow({ account, place, seenAt }: UsualPlace): UsualPlacesTable {
  return { account, place, seen_at: seenAt }
}

function placeFromRow({ account, place, seen_at: seenAt }: UsualPlacesTable): UsualPlace {
  return { account, place, seenAt }
}

export function usualPlaces(db: Database, engine: Engine): UsualPlaceRecords {
  return {
    async of(account, places) {
      const query = db
        .selectFrom('usual_places')
        .selectAll()
        .where('account', '=', account)
        .where('place', 'in', places)
      return (await retryWhileBusy(engine, () => query.execute())).map(placeFromRow)
    },

    async remember(places, most) {
      const [first] = places
      if (!first) return
      await inTransaction(engine, async trx => {
        await trx
          .insertInto('usual_places')
          .values(places.map(placeToRow))
          .onConflict(conflict =>
            conflict
              .columns(['account', 'place'])
              .doUpdateSet(({ ref }) => ({ seen_at: ref('excluded.seen_at') })),
          )
          .execute()
        const newest = trx
          .selectFrom('usual_places')
          .select('place')
          .where('account', '=', first.account)
          .orderBy('seen_at', 'desc')
          .limit(most)
        await trx
          .deleteFrom('usual_places')
          .where('account', '=', first.account)
          .where('place', 'not in', newest)
          .execute()
      })
    },

    async forget(account, places) {
      const query = db
        .deleteFrom('usual_places')
        .where('account', '=', account)
        .where('place', 'in', places)
      await retryWhileBusy(engine, () => query.execute())
    },

    async purge(seenBefore, limit) {
      const old = db
        .selectFrom('usual_places')
        .select(['account', 'place'])
        .where('seen_at', '<', seenBefore)
        .limit(limit)
      const query = db
        .deleteFrom('usual_places')
        .where(row => row(row.refTuple('account', 'place'), 'in', old.$asTuple('account', 'place')))
      const result = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return Number(result.numDeletedRows)
    },
  }
}
