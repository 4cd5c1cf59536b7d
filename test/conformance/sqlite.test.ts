import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import { openNodeSqlite } from '../../server/src/store/sql/node-sqlite.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import { temporaryFolder } from '../support/gate.ts'
import { storeSuite } from './store-suite.ts'

storeSuite('SQLite', async t => {
  const path = join(temporaryFolder(t), 'data', 'qrgate.sqlite')
  const [one, other] = [await openSqliteStore(path), await openSqliteStore(path)]
  const raw = new Kysely<Tables>({ dialect: new SqliteDialect({ database: openNodeSqlite(path) }) })
  t.after(() => Promise.all([one.close(), other.close(), raw.destroy()]))
  return { one, other, raw }
})
