import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Tables } from '../tables.ts'

/**
 * Whom a kiosk stands for and who is told what; what a visit adds to a sign-in; keys that sign ID tokens.
 * Each new column may be left out by a gate of before.
 */
export const visits: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('clients')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('name_ko', 'text', column => column.notNull())
      .addColumn('name_en', 'text', column => column.notNull())
      .addColumn('claims', 'text', column => column.notNull())
      .addColumn('endpoint', 'text')
      .addColumn('credential_hash', 'text', column => column.unique())
      .addColumn('old_credential_hash', 'text', column => column.unique())
      .addColumn('old_credential_until', 'bigint')
      .addColumn('webhook_secret', 'text')
      .addColumn('old_webhook_secret', 'text')
      .addColumn('old_webhook_until', 'bigint')
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('removed_at', 'bigint')
      .execute()
    await db.schema
      .createTable('subjects')
      .addColumn('client', 'text', column => column.notNull())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('sub', 'text', column => column.notNull())
      .addColumn('claims', 'text', column => column.notNull())
      .addColumn('told_at', 'bigint', column => column.notNull())
      .addPrimaryKeyConstraint('subjects_pkey', ['client', 'account'])
      .addUniqueConstraint('subjects_sub', ['client', 'sub'])
      .execute()
    await db.schema
      .createTable('signing_keys')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('public_key', 'text', column => column.notNull())
      .addColumn('private_key', 'text', column => column.notNull())
      .addColumn('signs_from', 'bigint', column => column.notNull())
      .addColumn('accepted_until', 'bigint')
      .addColumn('created_at', 'bigint', column => column.notNull())
      .execute()
    const tables = db as Kysely<Tables>
    await tables.insertInto('locks').values({ name: 'signing keys' }).execute()
    await db.schema.alterTable('kiosks').addColumn('client', 'text').execute()
    await db.schema.alterTable('kiosks').addColumn('policy', 'text').execute()
    await db.schema.alterTable('accounts').addColumn('external_id', 'text').execute()
    await db.schema
      .createIndex('accounts_external_id')
      .on('accounts')
      .column('external_id')
      .unique()
      .execute()
    for (const column of ['client', 'claims', 'left_by'] as const) {
      await db.schema.alterTable('sign_ins').addColumn(column, 'text').execute()
    }
    for (const column of ['stay_until', 'disowned_at'] as const) {
      await db.schema.alterTable('sign_ins').addColumn(column, 'bigint').execute()
    }
  },
}
