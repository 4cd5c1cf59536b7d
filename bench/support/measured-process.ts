import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { freePort, type Scope, temporaryFolder } from '../../test/support/gate.ts'
import { pause } from '../../test/support/patience.ts'
import { call } from './call.ts'
import type { Heap, LoopDelay, Question } from './inside.ts'

export interface Program {
  /** From this folder. */
  file: string
  /** What runs it, where it is not Node. */
  program?: string
  /** Whether it is what is published, and not the source. */
  isBuilt?: boolean
  args?: readonly string[]
  env?: Record<string, string>
  /** A path that answers as soon as it listens. */
  answersAt: string
  /** Where it keeps its data; else a folder of its own. */
  folder?: string
}

const inside = fileURLToPath(new URL('inside.ts', import.meta.url))

/** A server in a process of its own, whose processor time, memory and event loop can be read. */
export class MeasuredProcess {
  readonly url: string
  readonly folder: string
  readonly #program: Program
  #child: ChildProcess | undefined

  private constructor(program: Program, folder: string, port: number) {
    this.#program = program
    this.folder = folder
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(scope: Scope, program: Program): Promise<MeasuredProcess> {
    const folder = program.folder ?? temporaryFolder(scope)
    const started = new MeasuredProcess(program, folder, await freePort())
    scope.after(() => started.stop('SIGKILL'))
    await started.boot()
    return started
  }

  /** Starts it, once more after {@link stop}, and waits until it answers. */
  async boot(): Promise<void> {
    const { file, program, isBuilt, args = [], env = {}, answersAt } = this.#program
    const { port } = new URL(this.url)
    const conditions = isBuilt ? [] : ['-C', 'source']
    const ofNode = program === undefined ? ['--import', inside, ...conditions] : []
    const child = spawn(
      program ?? process.execPath,
      [...ofNode, fileURLToPath(new URL(file, import.meta.url)), ...args],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          PATH: process.env.PATH,
          HOST: '127.0.0.1',
          PORT: port,
          PUBLIC_URL: this.url,
          QRGATE_DATA_DIR: this.folder,
          ...env,
        },
      },
    )
    this.#child = child
    while (child.exitCode === null) {
      if (await call(this.url + answersAt).catch(() => undefined)) return
      await pause(5)
    }
    throw new Error(`${file} ended with ${child.exitCode} before it listened`)
  }

  /** Processor time used so far by all its threads, in microseconds (Linux's sched-stats). */
  cpuMicros(): number {
    const tasks = `/proc/${this.#child?.pid}/task`
    const micros = readdirSync(tasks).map(task => {
      const [nanos] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')
      return Number(nanos) / 1000
    })
    return micros.reduce((sum, each) => sum + each, 0)
  }

  /** Resident memory in kilobytes, after what nobody holds any more has gone. */
  async residentKb(): Promise<number> {
    await this.heap()
    const status = readFileSync(`/proc/${this.#child?.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  }

  heap(): Promise<Heap> {
    return this.#ask('heap')
  }

  /** How long its event loop was held up while something was done. */
  async loopDelayOf(work: () => Promise<unknown>): Promise<LoopDelay> {
    await this.#ask('watchLoop')
    await work()
    return this.#ask('loopDelay')
  }

  #ask<T>(question: Question): Promise<T> {
    const child = this.#child
    return new Promise((resolve, reject) => {
      child?.once('message', answer => resolve(answer as T))
      child?.send(question, error => error && reject(error))
    })
  }

  /** Resolves once it has ended. */
  stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
    return new Promise(resolve => {
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  }
}
