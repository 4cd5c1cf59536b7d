import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import pg from 'pg'
import { optionsOf } from './postgres-connection.ts'
import { patience } from './retry-while-busy.ts'

/** How a Postgres is reached. */
export interface PostgresLook {
  /** Whether its connection is encrypted, and whether the server has shown who it is. */
  tls: 'none' | 'unverified' | 'verified'
  /**
   * What is between: nothing that can be seen, or a pooler, which gives a server's connection to the next
   * program at the end of each transaction, or of the session.
   */
  pooler: 'none' | 'transaction' | 'session'
  /** Whom it is spoken to; undefined for a socket of this machine's own. */
  address: string | undefined
  /** Settings that decide what a power cut takes back, where they are off. */
  lax: string[]
}

/** Opens two connections and closes them again. @throws whatever keeps it from that. */
export async function lookAtPostgres(url: string): Promise<PostgresLook> {
  const [one, other] = [clientOf(url), clientOf(url)]
  try {
    await one.connect()
    const way = { ...wayOf(one), lax: await laxSettings(one) }
    const process = await processOf(one)
    const { processID } = one as pg.Client & { processID: number | null }
    // A pooler gives out numbers of its own.
    if (process === processID) return { ...way, pooler: 'none' }
    await other.connect()
    // What has just come free is given out first: to another program, though its first user is still there.
    await other.query('begin')
    const isShared = (await processOf(other)) === process
    await other.query('rollback')
    return { ...way, pooler: isShared ? 'transaction' : 'session' }
  } finally {
    await Promise.allSettled([one.end(), other.end()])
  }
}

/** Whether gates are connected to it; a gate asks something every second. @throws like {@link lookAtPostgres}. */
export async function isInUse(url: string): Promise<boolean> {
  const client = clientOf(url)
  try {
    await client.connect()
    const { rows } = await client.query(
      `select from pg_stat_activity where datname = current_database()
        and application_name = 'qrgate' and pid <> pg_backend_pid()`,
    )
    return rows.length > 0
  } finally {
    await client.end().catch(() => {})
  }
}

function clientOf(url: string): pg.Client {
  const client = new pg.Client({ ...optionsOf(url), query_timeout: patience })
  client.on('error', () => {})
  return client
}

function wayOf(client: pg.Client): Pick<PostgresLook, 'tls' | 'address'> {
  // Its types keep from us what it speaks over.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  const address = stream.remoteAddress
  if (!(stream instanceof TLSSocket)) return { tls: 'none', address }
  return { tls: stream.authorized ? 'verified' : 'unverified', address }
}

async function laxSettings(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name`,
  )
  return rows.map(({ name }) => name)
}

/** The number of the server's own process that answers just now. */
async function processOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}
