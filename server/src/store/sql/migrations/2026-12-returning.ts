import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** What brings a visitor back without a password: remembered phones and passkeys. */
export const returning: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('accounts')
      .addColumn('epoch', 'integer', column => column.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('sign_ins').addColumn('epoch', 'integer').execute()
    await db.schema.alterTable('sign_ins').addColumn('proven_at', 'bigint').execute()

    await db.schema
      .createTable('remembered_phones')
      .addColumn('hash', 'text', column => column.primaryKey())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('epoch', 'integer', column => column.notNull())
      .addColumn('kind', 'text', column => column.notNull())
      .addColumn('amr', 'text', column => column.notNull())
      .addColumn('proven_at', 'bigint', column => column.notNull())
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('used_at', 'bigint', column => column.notNull())
      .addColumn('forgotten_at', 'bigint')
      .execute()
    await index(db, 'remembered_phones', 'account')
    await index(db, 'remembered_phones', 'used_at')

    await db.schema
      .createTable('passkeys')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('domain', 'text', column => column.notNull())
      .addColumn('public_key', 'text', column => column.notNull())
      .addColumn('sign_count', 'bigint', column => column.notNull())
      .addColumn('transports', 'text', column => column.notNull())
      .addColumn('synced', 'integer', column => column.notNull())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('used_at', 'bigint')
      .addColumn('removed_at', 'bigint')
      .execute()
    await index(db, 'passkeys', 'account')
  },
}

async function index(db: Kysely<unknown>, table: string, column: string): Promise<void> {
  await db.schema.createIndex(`${table}_${column}`).on(table).column(column).execute()
}
