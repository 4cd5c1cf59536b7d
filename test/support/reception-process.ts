import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiled } from './command.ts'
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
  static async placed(t: Scope): Promise<ReceptionProcess> {
    let reception: ReceptionProcess | undefined
    // It must not outlive its folder.
    t.after(() => reception?.kill('SIGKILL'))
    reception = new ReceptionProcess(join(temporaryFolder(t), 'data'), await freePort())
    return reception
  }

  get host(): string {
    return new URL(this.url).host
  }

  /** Starts the process and waits until it answers. */
  async boot(gate = this.#gate): Promise<void> {
    this.#gate = gate
    const child = this.#spawn()
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
    const child = this.#spawn('desk')
    let printed = ''
    child.stdout?.on('data', chunk => {
      printed += chunk
    })
    await new Promise(resolve => child.on('close', resolve))
    return DeskClient.open(printed.split('\n')[0] ?? '')
  }

  /** Everything that it has logged. */
  get output(): string {
    return this.#output
  }

  #spawn(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, ['-C', 'source', cli, ...args], {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: compiled,
        RECEPTION_GATE: this.#gate?.url,
        RECEPTION_CREDENTIAL: this.#gate?.credential,
        RECEPTION_WEBHOOK_SECRET: this.#gate?.webhookSecret,
        RECEPTION_DATA_DIR: this.dataDir,
        RECEPTION_PORT: `${this.#port}`,
        RECEPTION_PUBLIC_URL: this.url,
        RECEPTION_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', chunk => {
        this.#output += chunk
      })
    }
    return child
  }
}
