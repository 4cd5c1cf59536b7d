import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A sign-in has one user code, however many ask for it at once. */
export const oneUserCode: Migration = {
  async up(db: Kysely<unknown>) {
    // First of all: until this is committed it keeps the nodes that run from adding a second code
    // (on Postgres it locks the table; on SQLite the transaction does).
    await db.schema.dropIndex('user_codes_sign_in').execute()
    await sql`
      delete from user_codes where exists (
        select 1 from user_codes as later
        where later.sign_in = user_codes.sign_in
          and (later.expires_at, later.user_code) > (user_codes.expires_at, user_codes.user_code)
      )`.execute(db)
    await db.schema
      .createIndex('user_codes_sign_in_key')
      .unique()
      .on('user_codes')
      .column('sign_in')
      .execute()
  },
}
