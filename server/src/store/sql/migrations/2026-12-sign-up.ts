import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Who may add an account, and what whoever did has agreed to. */
export const signUp: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('invitations')
      .addColumn('hash', 'text', column => column.primaryKey())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('uses_left', 'integer', column => column.notNull())
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('expires_at', 'bigint', column => column.notNull())
      .addColumn('voided_at', 'bigint')
      .execute()
    await db.schema.alterTable('accounts').addColumn('consent_version', 'text').execute()
    await db.schema.alterTable('accounts').addColumn('consented_at', 'bigint').execute()
  },
}
