import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Where accounts sign in, so that guesses made elsewhere do not shut their owners out; and where the
 * screen is that shows a code, so that others do not shut out who stands before it.
 */
export const usualPlaces: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('usual_places')
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('place', 'text', column => column.notNull())
      .addColumn('seen_at', 'bigint', column => column.notNull())
      .addPrimaryKeyConstraint('usual_places_key', ['account', 'place'])
      .execute()
    await db.schema
      .createIndex('usual_places_seen_at')
      .on('usual_places')
      .column('seen_at')
      .execute()
    await db.schema.alterTable('user_codes').addColumn('network', 'text').execute()
  },
}
