import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * What visitors have asked for, and what clients are told of. Each new column may be left out by a gate of
 * before.
 */
export const handOffs: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('hand_offs')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('sign_in', 'text', column => column.notNull())
      .addColumn('client', 'text', column => column.notNull())
      .addColumn('kiosk', 'bigint', column => column.notNull())
      .addColumn('account', 'text', column => column.notNull())
      .addColumn('claims', 'text', column => column.notNull())
      .addColumn('service', 'text', column => column.notNull())
      .addColumn('language', 'text', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('seq', 'integer', column => column.notNull())
      .addColumn('ticket', 'text')
      .addColumn('text', 'text')
      .addColumn('coming_at', 'bigint')
      .addColumn('deadline', 'bigint')
      .addColumn('tries', 'integer', column => column.notNull())
      .addColumn('next_try_at', 'bigint')
      .addColumn('created_at', 'bigint', column => column.notNull())
      .addColumn('updated_at', 'bigint', column => column.notNull())
      .addColumn('changed_at', 'bigint', column => column.notNull())
      .execute()
    for (const column of ['deadline', 'next_try_at'] as const) {
      await db.schema
        .createIndex(`hand_offs_${column}`)
        .on('hand_offs')
        .column(column)
        .where(sql.ref(column), 'is not', null)
        .execute()
    }
    await db.schema
      .createIndex('hand_offs_final')
      .on('hand_offs')
      .column('updated_at')
      .where(sql.ref('deadline'), 'is', null)
      .execute()
    await db.schema
      .createIndex('hand_offs_changed_at')
      .on('hand_offs')
      .column('changed_at')
      .execute()
    await db.schema
      .createTable('deliveries')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('client', 'text', column => column.notNull())
      .addColumn('event', 'text', column => column.notNull())
      .addColumn('subject', 'text', column => column.notNull())
      .addColumn('position', 'bigint', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('tries', 'integer', column => column.notNull())
      .addColumn('tried_since', 'bigint')
      .addColumn('next_try_at', 'bigint')
      .addColumn('why', 'text')
      .addColumn('at', 'bigint', column => column.notNull())
      .addColumn('updated_at', 'bigint', column => column.notNull())
      .execute()
    const open = {
      deliveries_open: ['client', 'subject', 'position'],
      deliveries_next_try_at: ['next_try_at'],
    }
    for (const [name, columns] of Object.entries(open)) {
      await db.schema
        .createIndex(name)
        .on('deliveries')
        .columns(columns)
        .where(sql.ref('next_try_at'), 'is not', null)
        .execute()
    }
    await db.schema
      .createIndex('deliveries_over')
      .on('deliveries')
      .column('updated_at')
      .where(sql.ref('next_try_at'), 'is', null)
      .execute()
    await db.schema.alterTable('sign_ins').addColumn('hand_off', 'text').execute()
    await db.schema.alterTable('clients').addColumn('services', 'text').execute()
    for (const column of ['staff_calls', 'failing_since', 'webhooks_off_at'] as const) {
      await db.schema.alterTable('clients').addColumn(column, 'bigint').execute()
    }
  },
}
