import { after } from 'node:test'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { PostgresServer } from '../support/postgres.ts'
import { storeSuite } from './store-suite.ts'

const server = await PostgresServer.start({ after })

storeSuite('Postgres', async t => {
  const url = await server.database()
  const [one, other] = [await openPostgresStore(url), await openPostgresStore(url)]
  t.after(() => Promise.all([one.close(), other.close()]))
  return [one, other]
})
