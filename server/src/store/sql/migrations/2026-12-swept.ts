import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What finds in every round, at no cost, what nobody needs any more and is to be forgotten. */
export const swept: Migration = {
  async up(db: Kysely<unknown>) {
    for (const [table, column] of [
      ['passkeys', 'removed_at'],
      ['remembered_phones', 'forgotten_at'],
      ['accounts', 'recovery_expires_at'],
    ] as const) {
      await db.schema
        .createIndex(`${table}_${column}`)
        .on(table)
        .column(column)
        .where(sql.ref(column), 'is not', null)
        .execute()
    }
  },
}
