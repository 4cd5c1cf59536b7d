import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A server in a process of its own, whose processor time and memory can be read. */
export class MeasuredProcess {
  readonly url: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url
    this.#child = child
    this.#folder = folder
  }

  static async start(file: string, args: string[], answersAt: string): Promise<MeasuredProcess> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const folder = mkdtempSync(join(tmpdir(), 'qrgate-bench-'))
    const child = spawn(
      process.execPath,
      ['-C', 'source', fileURLToPath(new URL(file, import.meta.url)), ...args],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          HOST: '127.0.0.1',
          PORT: `${port}`,
          PUBLIC_URL: url,
          QRGATE_DATA_DIR: folder,
          QRGATE_LOG_LEVEL: 'warn',
          QRGATE_FAILURES_PER_ACCOUNT: '1000',
          QRGATE_FAILURES_PER_ACCOUNT_DAY: '100000',
          QRGATE_FAILURES_PER_NETWORK: '100000',
          QRGATE_TRIES_PER_SIGN_IN: '100000',
          QRGATE_HASH_WAIT_SECONDS: '10',
        },
      },
    )
    const started = new MeasuredProcess(url, child, folder)
    while (
      !(await fetch(url + answersAt).then(
        () => true,
        () => false,
      ))
    )
      await sleep(50)
    return started
  }

  /** Processor time used so far, in milliseconds (proc(5): utime and stime in ticks of 10 ms). */
  cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')
    return (Number(fields?.[11]) + Number(fields?.[12])) * 10
  }

  /** Resident memory in kilobytes. */
  rssKb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  }

  stop(): void {
    this.#child.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
