import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { patchedLikeThis } from '../patches/patched-process.ts'
import { compiled, type Ran } from './command.ts'
import { DeskClient } from './desk-client.ts'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

const cli = fileURLToPath(new URL('../../reception/src/cli.ts', import.meta.url))

/** What reception is told of its gate. */
export interface KnownGate {
  url: string
  credential: string
  webhookSecret: string
}

/** Reception as a program of its own, at one address and folder over all its restarts. */
export class ReceptionProcess {
  readonly url: string
  /** Not there before it starts for the first time. */
  readonly dataDir: string
  readonly #port: number
  #gate: KnownGate | undefined
  #child: ChildProcess | undefined
  #output = ''
  #exited: Promise<void> = Promise.resolve()

  private constructor(dataDir: string, port: number) {
    this.dataDir = dataDir
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
  }

  /** Where it will be; it is started by {@link boot}. */
  static async placed(t: Scope, dataDir?: string): Promise<ReceptionProcess> {
    let reception: ReceptionProcess | undefined
    // It must not outlive its folder.
    t.after(() => reception?.kill('SIGKILL'))
    const folder = dataDir ?? join(temporaryFolder(t), 'data')
    reception = new ReceptionProcess(folder, await freePort())
    return reception
  }

  get host(): string {
    return new URL(this.url).host
  }

  /**
   * Starts the process and waits until it answers.
   * @param log where its log goes, instead of {@link output}.
   */
  async boot(gate = this.#gate, log?: number): Promise<void> {
    this.#gate = gate
    const child = this.#spawn([], {}, log)
    this.#child = child
    this.#exited = new Promise(resolve => child.on('exit', () => resolve()))
    await until('reception answers', async () => {
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined)
      await answer?.body?.cancel()
      if (child.exitCode !== null) throw new Error(`reception did not start: ${this.#output}`)
      return answer?.ok === true
    })
  }

  async kill(name: NodeJS.Signals): Promise<void> {
    this.#child?.kill(name)
    await this.#exited
  }

  /** A browser that is opened by the link that `qrgate-reception desk` prints. */
  async openDesk(): Promise<DeskClient> {
    const { out } = await this.run('desk')
    return DeskClient.open(out.split('\n')[0] ?? '')
  }

  /** A command beside it, as its operator types it. */
  run(...args: string[]): Promise<Ran> {
    return this.runWith({}, ...args)
  }

  /** @param env besides, or instead of, what it is told otherwise. */
  async runWith(env: Record<string, string>, ...args: string[]): Promise<Ran> {
    const child = this.#spawn(args, env)
    const ran: Ran = { code: null, out: '', err: '' }
    child.stdout?.on('data', chunk => {
      ran.out += chunk
    })
    child.stderr?.on('data', chunk => {
      ran.err += chunk
    })
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { ...ran, code }
  }

  /** Everything that it has logged. */
  get output(): string {
    return this.#output
  }

  #spawn(args: string[], env: Record<string, string>, log?: number): ChildProcess {
    const child = spawn(process.execPath, ['-C', 'source', cli, ...args], {
      env: {
        PATH: process.env.PATH,
        ...patchedLikeThis(),
        NODE_COMPILE_CACHE: compiled,
        RECEPTION_GATE: this.#gate?.url,
        RECEPTION_CREDENTIAL: this.#gate?.credential,
        RECEPTION_WEBHOOK_SECRET: this.#gate?.webhookSecret,
        RECEPTION_DATA_DIR: this.dataDir,
        RECEPTION_PORT: `${this.#port}`,
        RECEPTION_PUBLIC_URL: this.url,
        RECEPTION_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', log ?? 'pipe', log ?? 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', chunk => {
        this.#output += chunk
      })
    }
    return child
  }
}
