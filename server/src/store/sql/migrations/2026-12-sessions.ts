import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Browsers in which people look after their own account, and accounts that are deleted after a while. */
export const sessions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('accounts').addColumn('delete_at', 'bigint').execute()
    await db.schema
      .createIndex('accounts_delete_at')
      .on('accounts')
      .column('delete_at')
      .where(sql.ref('delete_at'), 'is not', null)
      .execute()

    await db.schema
      .createTable('sessions')
      .addColumn('hash', 'text', column => column.primaryKey())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('epoch', 'integer', column => column.notNull())
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('used_at', 'bigint', column => column.notNull())
      .addColumn('ended_at', 'bigint')
      .execute()
    for (const column of ['account', 'created_at']) {
      await db.schema.createIndex(`sessions_${column}`).on('sessions').column(column).execute()
    }
  },
}
