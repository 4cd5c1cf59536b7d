import { join } from 'node:path'
import { openSqliteStore } from '../../server/src/store/sqlite.ts'
import { temporaryFolder } from '../support/gate.ts'
import { storeSuite } from './store-suite.ts'

storeSuite('SQLite', async t => {
  const store = await openSqliteStore(join(temporaryFolder(t), 'data', 'qrgate.sqlite'))
  t.after(() => store.close())
  return store
})
