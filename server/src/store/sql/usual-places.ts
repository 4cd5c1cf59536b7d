import type { UsualPlace, UsualPlaceRecords } from '../usual-place.ts'
import type { Engine } from './engine.ts'
import type { Database } from './noun.ts'
import { prepared } from './prepared.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { UsualPlacesTable } from './tables.ts'
import { inTransaction } from './transaction.ts'

function placeToRow({ account, place, seenAt }: UsualPlace): UsualPlacesTable {
  return { account, place, seen_at: seenAt }
}

function placeFromRow({ account, place, seen_at: seenAt }: UsualPlacesTable): UsualPlace {
  return { account, place, seenAt }
}

/** Of one account: a handful. */
const all = prepared((db, { account }: Pick<UsualPlacesTable, 'account'>) =>
  db.selectFrom('usual_places').selectAll().where('account', '=', account),
)

const forgetOldest = prepared((db, { account, most }: { account: string; most: number }) => {
  const newest = db
    .selectFrom('usual_places')
    .select('place')
    .where('account', '=', account)
    .orderBy('seen_at', 'desc')
    .limit(most)
  return db
    .deleteFrom('usual_places')
    .where('account', '=', account)
    .where('place', 'not in', newest)
})

export function usualPlaces(db: Database, engine: Engine): UsualPlaceRecords {
  const see = prepared((db, row: UsualPlacesTable) =>
    engine.unasked(
      db
        .insertInto('usual_places')
        .values(row)
        .onConflict(conflict =>
          conflict
            .columns(['account', 'place'])
            .doUpdateSet(({ ref }) => ({ seen_at: ref('excluded.seen_at') })),
        ),
    ),
  )

  return {
    async of(account, places) {
      const rows = await retryWhileBusy(engine, () => all(db, { account }))
      return rows.filter(({ place }) => places.includes(place)).map(placeFromRow)
    },

    async all(account) {
      const rows = await retryWhileBusy(engine, () => all(db, { account }))
      return rows.map(placeFromRow).toSorted((a, b) => b.seenAt - a.seenAt)
    },

    async remember(places, most) {
      const [first] = places
      if (!first) return
      await inTransaction(engine, async trx => {
        for (const place of places) await see(trx, placeToRow(place))
        await forgetOldest(trx, { account: first.account, most })
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
