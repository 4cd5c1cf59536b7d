import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../server/src/boot/qrgate.ts', import.meta.url))

/** A demo gate in a process, a folder and on a port of its own. */
export class DemoGate {
  readonly url: string
  readonly #process: ChildProcess
  #output = ''
  readonly #folder: string

  /** What the process was told. */
  readonly #env: NodeJS.ProcessEnv

  private constructor(url: string, child: ChildProcess, folder: string, env: NodeJS.ProcessEnv) {
    this.url = url
    this.#process = child
    this.#folder = folder
    this.#env = env
    child.stdout?.on('data', chunk => {
      this.#output += chunk
    })
  }

  /** The first of what it prints that is like this. */
  async printed(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#output)
      if (found) return found[0]
      await sleep(100)
    }
  }

  /** @param withReception with a desk, a board and people to sign in as. */
  static async start(
    settings: Record<string, string> = {},
    withReception = false,
  ): Promise<DemoGate> {
    const folder = mkdtempSync(join(tmpdir(), 'qrgate-screens-'))
    const url = `http://127.0.0.1:${await freePort()}`
    const env = {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: new URL(url).port,
      PUBLIC_URL: url,
      QRGATE_DATA_DIR: folder,
      ...settings,
    }
    const child = spawn(
      process.execPath,
      ['-C', 'source', cli, 'demo', ...(withReception ? [] : ['--no-reception'])],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
        env,
      },
    )
    const gate = new DemoGate(url, child, folder, env)
    process.on('exit', () => child.kill())
    await gate.#answers()
    return gate
  }

  /** Runs `qrgate …` beside it, as its operator does. @returns what it has printed. */
  command(...args: string[]): string {
    return execFileSync(process.execPath, ['-C', 'source', cli, ...args], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
  }

  async stop(): Promise<void> {
    const over = once(this.#process, 'exit')
    this.#process.kill()
    await over
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answers(): Promise<void> {
    const deadline = performance.now() + 15_000
    while (this.#process.exitCode === null && performance.now() < deadline) {
      const answered = await fetch(`${this.url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (answered) return
      await sleep(100)
    }
    throw new Error('The gate did not start.')
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return typeof address === 'object' && address ? address.port : 0
}
