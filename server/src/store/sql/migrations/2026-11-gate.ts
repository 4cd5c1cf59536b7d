import { type ColumnDataType, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Sign-ins, accounts, kiosks and the (yet unsealed) audit log.
 * @param rowNumber the type of a column that counts up by itself, which every database spells anew.
 */
export const gate = (rowNumber: ColumnDataType): Migration => ({
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('sign_ins')
      .addColumn('id', 'text', column => column.primaryKey())
      .addColumn('kiosk', 'bigint', column => column.notNull())
      .addColumn('claimable', 'integer', column => column.notNull())
      .addColumn('state', 'text', column => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('seq', 'integer', column => column.notNull())
      .addColumn('deadline', 'bigint')
      .addColumn('phone_hash', 'text')
      .addColumn('phone_kind', 'text')
      .addColumn('account', 'text')
      .addColumn('amr', 'text')
      .addColumn('approved_at', 'bigint')
      .addColumn('claimed_at', 'bigint')
      .addColumn('updated_at', 'bigint', column => column.notNull())
      .addColumn('changed_at', 'bigint', column => column.notNull())
      .execute()
    // Both are small: nearly every row is either waiting for its deadline or for its purge.
    await db.schema
      .createIndex('sign_ins_deadline')
      .on('sign_ins')
      .column('deadline')
      .where(sql.ref('deadline'), 'is not', null)
      .execute()
    await db.schema
      .createIndex('sign_ins_final')
      .on('sign_ins')
      .column('updated_at')
      .where(sql.ref('deadline'), 'is', null)
      .execute()
    // The sweep of every node asks for it every second.
    await db.schema.createIndex('sign_ins_changed_at').on('sign_ins').column('changed_at').execute()

    await db.schema
      .createTable('accounts')
      .addColumn('key', 'text', column => column.primaryKey())
      .addColumn('id', 'text', column => column.notNull())
      .addColumn('id_key', 'text', column => column.notNull().unique())
      .addColumn('id_skeleton', 'text', column => column.notNull().unique())
      .addColumn('name', 'text', column => column.notNull())
      .addColumn('password_hash', 'text', column => column.notNull())
      .addColumn('subject_seed', 'text', column => column.notNull())
      .addColumn('disabled_at', 'bigint')
      .addColumn('created_at', 'bigint', column => column.notNull())
      .execute()

    await db.schema
      .createTable('kiosks')
      .addColumn('number', 'bigint', column => column.primaryKey())
      .addColumn('name_ko', 'text', column => column.notNull())
      .addColumn('name_en', 'text', column => column.notNull())
      .addColumn('ticket', 'text', column => column.notNull())
      .addColumn('claimable', 'integer', column => column.notNull())
      .addColumn('credential_hash', 'text', column => column.unique())
      .addColumn('link_hash', 'text', column => column.unique())
      .addColumn('link_expires_at', 'bigint')
      .addColumn('revoked_at', 'bigint')
      .addColumn('created_at', 'bigint', column => column.notNull())
      .execute()

    await db.schema
      .createTable('user_codes')
      .addColumn('user_code', 'text', column => column.primaryKey())
      .addColumn('sign_in', 'text', column => column.notNull())
      .addColumn('kiosk', 'bigint', column => column.notNull())
      .addColumn('expires_at', 'bigint', column => column.notNull())
      .execute()
    await db.schema.createIndex('user_codes_sign_in').on('user_codes').column('sign_in').execute()

    await db.schema
      .createTable('audit')
      .addColumn('row', rowNumber, column =>
        rowNumber === 'integer' ? column.primaryKey().autoIncrement() : column.primaryKey(),
      )
      .addColumn('at', 'bigint', column => column.notNull())
      .addColumn('event', 'text', column => column.notNull())
      .addColumn('sign_in', 'text', column => column.notNull())
      .addColumn('kiosk', 'bigint', column => column.notNull())
      .addColumn('account', 'text')
      .addColumn('reason', 'text')
      .execute()
    await db.schema.createIndex('audit_sign_in').on('audit').column('sign_in').execute()
  },
})
