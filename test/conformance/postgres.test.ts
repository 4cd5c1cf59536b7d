import { after } from 'node:test'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { PostgresServer } from '../support/postgres.ts'
import { storeSuite } from './store-suite.ts'

const url = await (await PostgresServer.start({ after })).database()
const stores = await Promise.all([openPostgresStore(url), openPostgresStore(url)])
const client = new pg.Client(url)
// At the end the server may go first.
client.on('error', () => {})
await client.connect()
after(() => Promise.all([client.end(), ...stores.map(store => store.close())]))

storeSuite('Postgres', async () => {
  await client.query('truncate sign_ins, accounts, kiosks, user_codes, audit restart identity')
  return stores
})
