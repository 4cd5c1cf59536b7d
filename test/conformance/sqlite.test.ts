import { join } from 'node:path'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { storeSuite } from './store-suite.ts'

storeSuite('SQLite', async t => {
  const path = join(temporaryFolder(t), 'data', 'qrgate.sqlite')
  const [one, other] = [await openSqliteStore(path), await openSqliteStore(path)]
  t.after(() => Promise.all([one.close(), other.close()]))
  return [one, other]
})
