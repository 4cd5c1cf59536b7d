import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * What the log tells of one account is found without reading all of it. Position is no part of the index: so
 * sealing a row leaves it as it is.
 */
export const theLogByAccount: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createIndex('log_account')
      .on('log')
      .column('account')
      .where(sql.ref('account'), 'is not', null)
      .execute()
  },
}
