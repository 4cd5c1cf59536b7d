import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Tables } from '../tables.ts'

/** What a place says of itself, and every notice that somebody has agreed to. */
export const site: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('site')
      .addColumn('id', 'integer', column => column.primaryKey())
      .addColumn('notice', 'text')
      .execute()
    await (db as Kysely<Tables>).insertInto('site').values({ id: 1, notice: null }).execute()
    await db.schema
      .createTable('notices')
      .addColumn('version', 'text', column => column.primaryKey())
      .addColumn('texts', 'text', column => column.notNull())
      .addColumn('agreed_at', 'bigint', column => column.notNull())
      .execute()
  },
}
