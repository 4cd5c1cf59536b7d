import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { gate } from './migrations/2026-11-gate.ts'

/** Migrations in order; listed here, so that go-to-definition finds them. */
const migrations = { '2026-11-gate': gate }

/** Brings the tables up to date. @throws whatever the database said, and then nothing has started. */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const provider = { getMigrations: async () => migrations }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}
