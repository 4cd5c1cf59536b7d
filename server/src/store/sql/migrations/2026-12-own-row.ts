import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What a gate keeps of itself: by which key its secrets are, since when it is a restored one, and where it tries whether it can write. */
export const ownRow: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('gate')
      .addColumn('id', 'integer', column => column.primaryKey())
      .addColumn('key_check', 'text')
      .addColumn('restored_at', 'bigint')
      .addColumn('checked_at', 'bigint', column => column.notNull())
      .execute()
    await (db as Kysely<{ gate: { id: number; checked_at: number } }>)
      .insertInto('gate')
      .values({ id: 1, checked_at: 0 })
      .execute()
  },
}
