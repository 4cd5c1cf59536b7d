import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

/** Debian keeps the server's programs out of PATH, one folder a version; the newest will do. */
function programs(): string {
  const folder = '/usr/lib/postgresql'
  const [newest] = readdirSync(folder).sort((a, b) => Number(b) - Number(a))
  return join(folder, newest ?? '', 'bin')
}

/** The server refuses to run as root, so root lends it the user that the package made. */
function asPostgres(program: string, args: string[]): [string, string[]] {
  const command = join(programs(), program)
  if (process.getuid?.() !== 0) return [command, args]
  return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args]]
}

/** A Postgres server of this test's own; it ends with the test. */
export class PostgresServer {
  readonly port: number
  readonly #folder: string
  #child: ChildProcess | undefined
  #databases = 0

  private constructor(folder: string, port: number) {
    this.#folder = folder
    this.port = port
  }

  static async start(t: Scope): Promise<PostgresServer> {
    // Hooks run in the order of registration, and a server must not outlive its folder.
    let server: PostgresServer | undefined
    t.after(() => server?.kill())
    const folder = temporaryFolder(t)
    if (process.getuid?.() === 0) {
      const uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
      chownSync(folder, uid, uid)
    }
    const data = join(folder, 'data')
    const init = asPostgres('initdb', ['-D', data, '-A', 'trust', '-U', 'qrgate', '--no-sync'])
    execFileSync(...init, { stdio: 'ignore' })
    server = new PostgresServer(folder, await freePort())
    await server.boot()
    return server
  }

  async boot(): Promise<void> {
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'max_connections=100']
    const args = [
      '-D',
      join(this.#folder, 'data'),
      '-p',
      `${this.port}`,
      '-k',
      this.#folder,
      ...settings.flatMap(setting => ['-c', setting]),
    ]
    this.#child = spawn(...asPostgres('postgres', args), { stdio: 'ignore' })
    const answers = () =>
      this.#admin('select 1').then(
        () => true,
        () => false,
      )
    await until('Postgres answers', answers, 100)
  }

  /** The address of a new, empty database. */
  async database(): Promise<string> {
    this.#databases += 1
    const name = `gate_${this.#databases}`
    await this.#admin(`create database ${name}`)
    return this.#url(name)
  }

  /** Every process of the server stands still: connections stay open, and nobody answers. */
  freeze(): void {
    for (const pid of this.#processes()) process.kill(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#processes()) process.kill(pid, 'SIGCONT')
  }

  /** No transaction that runs now does so any longer. */
  async untilOverWhatHasBegun(): Promise<void> {
    const [{ now }] = await this.#ask<{ now: string }>('select clock_timestamp()::text as now')
    const left = `select count(*)::int as left from pg_stat_activity
      where backend_type = 'client backend' and xact_start <= '${now}' and pid <> pg_backend_pid()`
    const ended = async () => (await this.#ask<{ left: number }>(left))[0].left === 0
    await until('what has begun is over', ended)
  }

  /** The postmaster and all whom it has forked. */
  #processes(): number[] {
    const parent = this.#child?.pid
    if (parent === undefined) return []
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    return [parent, ...children.split(' ').filter(Boolean).map(Number)]
  }

  /** A fast shutdown, as `systemctl restart` does it: clients are thrown out. */
  async stop(): Promise<void> {
    await this.#end('SIGINT')
  }

  async kill(): Promise<void> {
    await this.#end('SIGQUIT')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    const over = once(child, 'exit')
    child.kill(signal)
    // A frozen process takes no signal but these two.
    child.kill('SIGCONT')
    await over
  }

  async #admin(sql: string): Promise<void> {
    await this.#query(sql)
  }

  /** @param sql what answers with one row. */
  async #ask<Row>(sql: string): Promise<[Row]> {
    return (await this.#query(sql)) as [Row]
  }

  /** Runs one statement beside the nodes. @param url as {@link PostgresServer.database} gave it. */
  async run(url: string, sql: string): Promise<void> {
    await this.#query(sql, url)
  }

  async #query(sql: string, url = this.#url('postgres')): Promise<unknown[]> {
    const client = new pg.Client(url)
    await client.connect()
    const { rows } = await client.query(sql)
    await client.end()
    return rows
  }

  #url(database: string): string {
    return `postgres://qrgate@127.0.0.1:${this.port}/${database}`
  }
}
