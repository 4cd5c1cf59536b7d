import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Accounts and kiosks that an operator has removed, and when an enrolment link was used: a kiosk that has a
 * screen may have a link for the next one.
 */
export const removed: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('accounts').addColumn('removed_at', 'bigint').execute()
    for (const column of ['removed_at', 'link_used_at'] as const) {
      await db.schema.alterTable('kiosks').addColumn(column, 'bigint').execute()
    }
  },
}
