import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** When somebody was called: whoever is called once more is told so once more. */
export const handOffsCalled: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('hand_offs').addColumn('called_at', 'bigint').execute()
  },
}
