import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { readConfig } from '../server/src/config.ts'
import { system } from '../server/src/protocol/log-event.ts'
import { advance } from '../server/src/protocol/sign-in.ts'
import { createSignInId } from '../server/src/protocol/sign-in-id.ts'
import { type SignIn, type Step, unscanned } from '../server/src/protocol/sign-in-row.ts'
import { openPostgresStore } from '../server/src/store/sql/postgres.ts'
import { openSqliteStore } from '../server/src/store/sql/sqlite.ts'
import type { Store } from '../server/src/store/store.ts'
import { type Scope, temporaryFolder } from '../test/support/gate.ts'
import { PostgresServer } from '../test/support/postgres.ts'
import { median, row, timed, timedEach } from './figures.ts'

const many = 1_000_000
const signIns = 300
const sealed = 500
const { timings } = readConfig({}, 'demo')

/** The three writes of a sign-in, each in milliseconds. */
async function steps(store: Store): Promise<number[]> {
  const took: number[] = []
  for (let n = 0; n < signIns; n += 1) {
    const now = Date.now()
    const id = createSignInId(now, crypto.getRandomValues(new Uint8Array(10)))
    const way: Step[] = [
      { type: 'scan', phoneHash: 'phone', phoneKind: 'android' },
      { type: 'approve', phoneHash: 'phone', account: 'an account', amr: ['pwd'] },
      { type: 'claim' },
    ]
    for (const step of way) {
      const decide = (old: SignIn | null) =>
        advance(old ?? unscanned(id, 100, true), step, now, timings)
      took.push(await timed(() => store.signIns.update(id, decide)))
    }
  }
  return took
}

/** Sealing 500 events, each time in milliseconds. */
async function sealing(store: Store): Promise<number[]> {
  const event = {
    event: 'kiosk.added',
    at: Date.now(),
    actor: system,
    subject: { kind: 'kiosk', id: '100' },
  } as const
  while (await store.log.unsealed()) await store.log.seal(await leaseOf(store), sealed)
  return timedEach(10, async () => {
    await store.log.add(Array.from({ length: sealed }, () => event))
    await store.log.seal(await leaseOf(store), sealed)
  })
}

async function leaseOf({ leases }: Store) {
  const lease = await leases.take('sealer', 'bench', 60_000)
  if (!lease) throw new Error('somebody else has the lease')
  return lease
}

/** What the gate asks the log for while nothing happens. */
async function idle({ log }: Store): Promise<void> {
  await log.unsealed()
  await log.head()
}

/** What a log of a million rows adds to each thing that is done beside it. */
export async function measureLog(scope: Scope): Promise<void> {
  const path = join(temporaryFolder(scope), 'qrgate.sqlite')
  const url = await (await PostgresServer.start(scope)).database()
  const engines: [string, Store, () => Promise<void>][] = [
    ['SQLite', await openSqliteStore(path), () => fillSqlite(path)],
    ['Postgres', await openPostgresStore(url), () => fillPostgres(url)],
  ]
  for (const [name, store, fill] of engines) {
    const measure = async () => ({
      'a step of a sign-in': median(await steps(store)),
      'sealing 500 events': median(await sealing(store)),
      'looking for something to do': median(await timedEach(300, () => idle(store))),
    })
    await measure()
    const empty = await measure()
    await fill()
    await measure()
    const full = Object.entries(await measure())
    for (const [what, took] of full) {
      const before = empty[what as keyof typeof empty]
      const figures = `${before.toFixed(2)} → ${took.toFixed(2)} ms, ${(took / before).toFixed(2)} ×`
      row('P17', `${name}, 1 M rows: ${what}`, figures)
    }
    await store.close()
  }
}

const columns = `form, at, event, actor_kind, actor, subject_kind, subject, kiosk, account, detail,
  salt, digest, position, seal, visitors`
const values = (n: string, first: number) => `1, ${Date.now()} - ${many} + ${n}, 'sign_in.approved',
  'phone', 'k5oxSCyiKRwRmATcaJxCiiKd0TIpCo9wPj7EONTQnkI', 'sign_in',
  '01a222d4-de2a-7b16-b698-88efa2ad050d', 100, '14adAHHY_Be1tUF9ENwYrA', '{"amr":["pwd"]}',
  '93tuX4sM4dusaZaW7p3_cA', '6tt-TWXCXeo_eQ7JjJXVlNWosI4b9yLvY4aroQ637Os', ${first} + ${n},
  'QmgUNp4IbWgDq5aoYBgp5qxRyPQw4pQ4Ru7iDn_mCA', 1`

async function fillSqlite(path: string): Promise<void> {
  const database = new DatabaseSync(path, { timeout: 60_000 })
  const first = Number(database.prepare('select position from log_head').get()?.position)
  database.exec(`
    begin immediate;
    with recursive n(n) as (select 1 union all select n + 1 from n where n < ${many})
    insert into log (${columns}) select ${values('n', first)} from n;
    update log_head set position = position + ${many};
    commit`)
  database.close()
}

async function fillPostgres(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query('select position from log_head')
  const first = Number(rows[0].position)
  await client.query(`insert into log (${columns})
    select ${values('n', first)} from generate_series(1, ${many}) as n`)
  await client.query(`update log_head set position = position + ${many}`)
  await client.query('vacuum analyze log')
  await client.end()
}
