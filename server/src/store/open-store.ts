import { OperatorError } from '../operator-error.ts'
import type { Opening } from './sql/migrate.ts'
import { openSqliteStore } from './sql/sqlite.ts'
import { sqlitePath } from './sqlite-files.ts'
import type { Store } from './store.ts'

/**
 * Opens the database that `DATABASE_URL` names; an engine is loaded only where it is asked for.
 * @throws UnusableDatabase, and OperatorError for a scheme that is neither `sqlite:` nor `postgres://`.
 */
export async function openStore(databaseUrl: string, opening: Opening = 'make'): Promise<Store> {
  const path = sqlitePath(databaseUrl)
  if (path !== undefined) return openSqliteStore(path, opening)
  const [scheme] = databaseUrl.split(':', 1)
  if (scheme === 'postgres' || scheme === 'postgresql') {
    const { openPostgresStore } = await import('./sql/postgres.ts')
    return openPostgresStore(databaseUrl, opening)
  }
  throw new OperatorError(
    `DATABASE_URL must be like sqlite:data/qrgate.sqlite or postgres://…, not "${scheme}:…".`,
  )
}
