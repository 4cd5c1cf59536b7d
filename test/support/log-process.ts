import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { patchedBy, patchedLikeThis } from '../patches/patched-process.ts'
import type { Scope } from './gate.ts'
import type { Journal } from './journal.ts'
import type { Command, NodeSettings } from './log-node.ts'
import type { WriterSettings } from './log-writers.ts'

const preload = new URL('./wrong-clock.ts', import.meta.url).href

/** A node of the log or some writers, as a process that can be killed and frozen. */
export class LogProcess {
  readonly name: string
  readonly #child: ChildProcess

  /**
   * @param script `log-node.ts` or `log-writers.ts`.
   * @param settings what the script is given.
   * @param wrong by how many milliseconds its clock is wrong.
   * @param patches of its sources.
   */
  constructor(
    t: Scope,
    journal: Journal,
    script: 'log-node.ts' | 'log-writers.ts',
    settings: NodeSettings | WriterSettings,
    wrong = 0,
    patches: readonly string[] = [],
  ) {
    this.name = settings.name
    const path = fileURLToPath(new URL(script, import.meta.url))
    this.#child = spawn(
      process.execPath,
      ['-C', 'source', `--import=${preload}`, path, JSON.stringify(settings)],
      {
        env: {
          PATH: process.env.PATH,
          ...(patches.length > 0 ? patchedBy(...patches) : patchedLikeThis()),
          WRONG_AT_START: `${wrong}`,
          WRONG_LATER: `${-2 * wrong}`,
        },
        stdio: ['pipe', journal.end, 'inherit'],
      },
    )
    // Whoever is killed reads no more.
    this.#child.stdin?.on('error', () => {})
    t.after(() => this.kill())
  }

  tell(command: Command): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
  }

  /** Stops it in the middle of whatever it does. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** From now on its clock is wrong the other way. */
  turnClock(): void {
    this.#child.kill('SIGWINCH')
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const over = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await over
  }

  /** Lets it end by itself. @returns its exit code. */
  async end(): Promise<number | null> {
    const over = once(this.#child, 'exit')
    this.#child.stdin?.end()
    const [code] = await over
    return code
  }
}
