import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

/** Debian keeps it where only root looks. */
const program = ['pgbouncer', '/usr/sbin/pgbouncer'].find(
  name => spawnSync(name, ['--version']).status === 0,
)

/** Why tests with a pooler cannot be run here. */
export const withoutPgBouncer = program === undefined && 'there is no pgbouncer'

/** How many connections to the server a pooler has that gives each to many. */
export const pooled = 4

/**
 * Puts a pooler before a database.
 * @param mode when a server's connection is the next client's: at the end of a transaction, or of a session.
 * @returns the database's address through it.
 */
export async function startPgBouncer(
  t: Scope,
  database: string,
  mode: 'transaction' | 'session' | 'statement',
): Promise<string> {
  let child: ChildProcess | undefined
  t.after(async () => {
    if (!child || child.exitCode !== null) return
    const over = once(child, 'exit')
    child.kill('SIGKILL')
    await over
  })
  const folder = temporaryFolder(t)
  const { hostname, port, pathname, username } = new URL(database)
  const name = pathname.slice(1)
  const own = await freePort()
  const isRoot = process.getuid?.() === 0
  const config = [
    '[databases]',
    `${name} = host=${hostname} port=${port} dbname=${name}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${own}`,
    'unix_socket_dir =',
    'auth_type = any',
    `pool_mode = ${mode}`,
    // A session keeps its connection, and a gate has ten.
    `default_pool_size = ${mode === 'session' ? 24 : pooled}`,
    ...(isRoot ? ['user = postgres'] : []),
  ]
  // Of anybody who comes it makes the one user of the database.
  config[1] += ` user=${username}`
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, `${config.join('\n')}\n`, { mode: 0o644 })
  child = spawn(program ?? '', [file], { stdio: 'ignore' })
  const url = `postgres://${username}@127.0.0.1:${own}/${name}`
  await until('the pooler answers', async () => {
    const client = new pg.Client(url)
    client.on('error', () => {})
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    )
  })
  return url
}
