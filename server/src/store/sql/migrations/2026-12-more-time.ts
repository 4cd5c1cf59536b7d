import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** When a visitor asked for more time to sign in, which is given once. */
export const moreTime: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('sign_ins').addColumn('extended_at', 'bigint').execute()
  },
}
