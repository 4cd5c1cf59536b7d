import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import type { Certificate } from './certificate.ts'
import { FakeClock } from './fake-clock.ts'
import { until } from './patience.ts'
import { freePort, type Scope, temporaryFolder } from './temporary.ts'

/** Debian keeps the server's programs out of PATH, one folder a version; the newest will do. */
function programs(): string {
  const folder = '/usr/lib/postgresql'
  const [newest] = readdirSync(folder).sort((a, b) => Number(b) - Number(a))
  return join(folder, newest ?? '', 'bin')
}

/** The server refuses to run as root, so root lends it the user that the package made. */
function asPostgres(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): [string, string[]] {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // For the program alone: what root has loaded its user may not share.
  const command = ['env', ...set, join(programs(), program), ...args]
  const user = ['--reuid=postgres', '--regid=postgres', '--clear-groups']
  const [first, ...rest] = process.getuid?.() === 0 ? ['setpriv', ...user, ...command] : command
  return [first ?? '', rest]
}

const sharedMemory = '/dev/shm'

/** Every database is 300 files of 8 MB in all, which memory makes in half the time of a disk. */
function roomy(folder: string): boolean {
  const enough = 4 * 2 ** 30
  if (!existsSync(folder) || freemem() < enough) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > enough
}

/** It reads a key only where nobody else can. */
function useTls(data: string, { key, cert }: Certificate): void {
  for (const [name, text] of [
    ['server.key', key],
    ['server.crt', cert],
  ] as const) {
    const file = join(data, name)
    writeFileSync(file, text, { mode: 0o600 })
    const { uid, gid } = statSync(data)
    chownSync(file, uid, gid)
  }
  appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n')
}

export interface PostgresOptions {
  /** What it shows to whoever wants TLS. */
  certificate?: Certificate
  /** Whether it goes by a clock that the test sets. */
  ownClock?: boolean
  /** Whether the process may end while it is there. */
  unref?: boolean
}

/** A Postgres server of this test's own; it ends with the test. */
export class PostgresServer {
  readonly port: number
  /** The clock that it goes by; the machine's where it has none of its own. */
  readonly clock: FakeClock | undefined
  readonly #folder: string
  #child: ChildProcess | undefined
  #databases = 0
  #template: Promise<string> | undefined

  private constructor(folder: string, port: number, clock: FakeClock | undefined) {
    this.#folder = folder
    this.port = port
    this.clock = clock
  }

  static async start(
    t: Scope,
    { certificate, ownClock = false, unref = false }: PostgresOptions = {},
  ): Promise<PostgresServer> {
    // Hooks run in the order of registration, and a server must not outlive its folder.
    let server: PostgresServer | undefined
    t.after(() => server?.kill())
    const folder = temporaryFolder(t, roomy(sharedMemory) ? sharedMemory : tmpdir())
    if (process.getuid?.() === 0) {
      const uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
      chownSync(folder, uid, uid)
    }
    const data = join(folder, 'data')
    const init = asPostgres('initdb', ['-D', data, '-A', 'trust', '-U', 'qrgate', '--no-sync'])
    // What it says of a failure becomes part of the error.
    execFileSync(...init, { stdio: ['ignore', 'ignore', 'pipe'] })
    if (certificate) useTls(data, certificate)
    const clock = ownClock ? new FakeClock(folder) : undefined
    server = new PostgresServer(folder, await freePort(), clock)
    await server.boot()
    if (unref) server.#child?.unref()
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
    this.#child = spawn(...asPostgres('postgres', args, this.clock?.env), { stdio: 'ignore' })
    const answers = () =>
      this.#admin('select 1').then(
        () => true,
        () => false,
      )
    await until('Postgres answers', answers, 100)
  }

  /** The address of a new, empty database. @param like of one that nobody uses, to begin with the same. */
  async database(like = 'template1'): Promise<string> {
    this.#databases += 1
    const name = `gate_${this.#databases}`
    await this.#admin(`create database ${name} template ${like}`)
    return this.#url(name)
  }

  /** A new database with a gate's tables, empty: a copy is made faster than the tables are. */
  async gateDatabase(): Promise<string> {
    this.#template ??= this.#makeTemplate()
    return this.database(await this.#template)
  }

  async #makeTemplate(): Promise<string> {
    const url = await this.database()
    await (await openPostgresStore(url)).close()
    return new URL(url).pathname.slice(1)
  }

  /** As `pg_dump FROM | psql TO`, where `TO` is a new, empty database. @returns its address. */
  async dumpAndRestore(from: string): Promise<string> {
    const to = await this.database()
    const input = execFileSync(join(programs(), 'pg_dump'), [from])
    const args = ['--quiet', '--no-psqlrc', '--set=ON_ERROR_STOP=1', to]
    execFileSync(join(programs(), 'psql'), args, { input, stdio: ['pipe', 'ignore', 'pipe'] })
    return to
  }

  /** Every process of the server stands still: connections stay open, and nobody answers. */
  freeze(): void {
    // The postmaster first: it must not fork anybody whom the list then misses.
    this.#child?.kill('SIGSTOP')
    for (const pid of this.#processes()) process.kill(pid, 'SIGSTOP')
  }

  thaw(): void {
    for (const pid of this.#processes()) process.kill(pid, 'SIGCONT')
  }

  /** The postmaster and all whom it has forked. */
  #processes(): number[] {
    return this.#child ? this.#processesOf(this.#child) : []
  }

  #processesOf({ pid: parent }: ChildProcess): number[] {
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

  /** Every process is gone at once, and what was in memory with them: as the machine's own end would be. */
  async crash(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child) return
    const over = once(child, 'exit')
    const all = this.#processesOf(child)
    for (const pid of all) process.kill(pid, 'SIGKILL')
    await over
    await until('nobody of it is left', () => all.every(pid => !existsSync(`/proc/${pid}`)))
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
    const client = new pg.Client(this.#url('postgres'))
    await client.connect()
    await client.query(sql)
    await client.end()
  }

  #url(database: string): string {
    return `postgres://qrgate@127.0.0.1:${this.port}/${database}`
  }
}
