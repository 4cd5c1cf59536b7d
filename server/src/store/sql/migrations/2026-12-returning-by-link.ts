import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The one-time link by which somebody who has lost their password sets a new one. */
export const returningByLink: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('accounts').addColumn('recovery_hash', 'text').execute()
    await db.schema.alterTable('accounts').addColumn('recovery_expires_at', 'bigint').execute()
    await db.schema
      .createIndex('accounts_recovery_hash')
      .unique()
      .on('accounts')
      .column('recovery_hash')
      .execute()
  },
}
