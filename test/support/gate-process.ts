import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Mode } from '../../server/src/config.ts'
import { patchedLikeThis } from '../patches/patched-process.ts'
import { cli, compiled } from './command.ts'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A gate as a process of its own, at one address and folder over all its restarts. */
export class GateProcess {
  readonly url: string
  readonly dataDir: string
  /** What it is at its next start: another build, perhaps. */
  program = cli
  readonly #env: Record<string, string>
  readonly #mode: Mode
  readonly #withReception: boolean
  #child: ChildProcess | undefined
  #output = ''
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null })

  private constructor(
    dataDir: string,
    port: number,
    env: Record<string, string>,
    mode: Mode,
    withReception: boolean,
  ) {
    this.#withReception = withReception
    this.url = `http://127.0.0.1:${port}`
    this.dataDir = dataDir
    this.#mode = mode
    this.#env = { HOST: '127.0.0.1', PORT: `${port}`, QRGATE_DATA_DIR: dataDir, ...env }
  }

  /** @param withReception whether a demo has its desk, its board and people to sign in as. */
  static async start(
    t: Scope,
    env: Record<string, string> = {},
    mode: Mode = 'demo',
    withReception = false,
  ): Promise<GateProcess> {
    const gate = await GateProcess.prepare(t, env, mode, withReception)
    await gate.boot()
    return gate
  }

  /** One that does not run yet. */
  static async prepare(
    t: Scope,
    env: Record<string, string> = {},
    mode: Mode = 'demo',
    withReception = false,
  ): Promise<GateProcess> {
    // Hooks run in the order of registration, and a gate must not outlive its folder.
    let gate: GateProcess | undefined
    t.after(() => gate?.kill('SIGKILL'))
    gate = new GateProcess(temporaryFolder(t), await freePort(), env, mode, withReception)
    return gate
  }

  /** Starts the process and waits until it answers. @param env what has changed in its settings. */
  async boot(env: Record<string, string> = {}): Promise<void> {
    // Directly, without a shell: a signal must reach the gate itself.
    const args = this.#mode === 'demo' && !this.#withReception ? ['--no-reception'] : []
    const child = spawn(process.execPath, ['-C', 'source', this.program, this.#mode, ...args], {
      cwd: this.dataDir,
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: compiled,
        ...patchedLikeThis(),
        ...this.#env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', chunk => {
        this.#output += chunk
      })
    }
    this.#exited = new Promise(resolve => {
      child.on('exit', (code, signal) => resolve({ code, signal }))
    })
    await until('the gate answers', async () => {
      const answer = await fetch(`${this.url}/healthz`).catch(() => undefined)
      await answer?.body?.cancel()
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the gate did not start: ${this.#output}`)
      return answer?.ok === true
    })
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** What of it is in memory, in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Nobody reads what it says any more, as when a log collector dies. */
  closeOutput(): void {
    this.#child?.stdout?.destroy()
    this.#child?.stderr?.destroy()
  }

  get exited(): Promise<Exit> {
    return this.#exited
  }

  async kill(name: NodeJS.Signals): Promise<Exit> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.signal(name)
    return this.#exited
  }

  /** Stops it in the middle of whatever it does: it takes what is sent, and answers nothing. */
  freeze(): void {
    this.signal('SIGSTOP')
  }

  thaw(): void {
    this.signal('SIGCONT')
  }

  /** Waits for a line of its log. */
  async logged(words: RegExp): Promise<void> {
    await until(`the log says ${words}`, () => words.test(this.#output), 2)
  }

  /** Everything that it has printed. */
  get output(): string {
    return this.#output
  }

  /** The log lines of all its lives; what a demo prints for people is left out. */
  log(): string {
    const lines = this.#output.split('\n').filter(line => line.startsWith('{'))
    return lines.join('\n')
  }
}
