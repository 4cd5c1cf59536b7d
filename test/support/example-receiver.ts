import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClock } from '../../server/src/clock.ts'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

/** A program of examples/webhooks, and how its reader would run it. */
export interface ExampleReceiver {
  file: string
  command(port: number): [program: string, ...args: string[]]
}

const fileOf = (name: string) =>
  fileURLToPath(new URL(`../../examples/webhooks/${name}`, import.meta.url))

export const receivers: ExampleReceiver[] = [
  { file: fileOf('receiver.ts'), command: () => [process.execPath, fileOf('receiver.ts')] },
  { file: fileOf('receiver.py'), command: () => ['python3', fileOf('receiver.py')] },
  {
    file: fileOf('receiver.php'),
    // A PHP without a php.ini shows its errors, and then answers them with 200.
    command: port => [
      'php',
      '-d',
      'display_errors=1',
      '-S',
      `127.0.0.1:${port}`,
      fileOf('receiver.php'),
    ],
  },
]

/** Whether this machine has the program. */
export function has(program: string, question = '--version'): boolean {
  return spawnSync(program, [question], { stdio: 'ignore' }).status === 0
}

export const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`

/** One secret's signature, as Standard Webhooks has it: over id, time and the bytes of the body. */
export function signature(secret: string, id: string, time: string | number, body: string): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`
}

/** The sender's clock, in seconds since 1970. */
const clock = createClock()
export const now = () => Math.floor(clock() / 1000)

/** What the gate asks; not as `JSON.stringify` writes it, so that only the bytes that came verify. */
export function requested(id: string, more: object = {}): string {
  const data = {
    id,
    service: 'consultation',
    kiosk: { number: 100, name: { ko: '1층 접수 1번', en: 'Reception 1' } },
    claims: { sub: 'icgibwnxYfpl_Ky7kwCy3bdAUNjUbtxDqsKoV7ViWmk', masked_name: '홍*동' },
    language: 'ko',
    ...more,
  }
  const timestamp = '2026-11-23T05:58:00.000Z'
  return JSON.stringify({ type: 'hand_off.requested', timestamp, data, ...more }, null, 1)
}

export function cancelled(id: string): string {
  return JSON.stringify({
    type: 'hand_off.cancelled',
    timestamp: '',
    data: { id, reason: 'phone' },
  })
}

export interface Answer {
  status?: string
  number?: string
  text?: { ko: string; en: string }
}

/** One receiver as a process of its own, with its file over all its restarts. */
export class RunningReceiver {
  readonly url: string
  readonly data: string
  readonly #command: [string, ...string[]]
  readonly #env: Record<string, string>
  readonly #secret: string
  #child: ChildProcess | undefined

  private constructor(receiver: ExampleReceiver, folder: string, port: number, secrets: string[]) {
    this.url = `http://127.0.0.1:${port}/`
    this.data = join(folder, 'numbers.sqlite')
    this.#command = receiver.command(port)
    this.#secret = secrets[0] ?? ''
    this.#env = {
      PATH: process.env.PATH ?? '',
      WEBHOOK_SECRET: secrets.join(' '),
      PORT: `${port}`,
      DATA: this.data,
      // PHP's server answers one after the other, unless it is told to be several.
      PHP_CLI_SERVER_WORKERS: '4',
    }
  }

  static async start(t: Scope, receiver: ExampleReceiver, secrets = [newSecret()]) {
    let running: RunningReceiver | undefined
    // Hooks run in the order of registration, and it must not outlive its folder.
    t.after(() => running?.kill())
    running = new RunningReceiver(receiver, temporaryFolder(t), await freePort(), secrets)
    await running.boot()
    return running
  }

  async boot(): Promise<void> {
    const [program, ...args] = this.#command
    // A group of its own, as PHP's server is several processes.
    const child = spawn(program, args, { env: this.#env, stdio: 'ignore', detached: true })
    this.#child = child
    await until('the receiver answers', async () => {
      assert.equal(child.exitCode, null, 'the receiver did not start')
      const answer = await fetch(this.url).catch(() => undefined)
      await answer?.body?.cancel()
      return answer !== undefined
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise(resolve => child.on('exit', resolve))
    process.kill(-child.pid, 'SIGKILL')
    await exited
  }

  /** Sends as the gate does. @param change headers that are other ones. */
  async send(id: string, body: string, change: Record<string, string> = {}): Promise<Response> {
    const time = change['webhook-timestamp'] ?? `${now()}`
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': time,
      'webhook-signature': signature(this.#secret, id, time, body),
      ...change,
    }
    return fetch(this.url, { method: 'POST', headers, body })
  }

  /** Asks for a hand-off. */
  async ask(id: string): Promise<Answer> {
    const answer = await this.send(id, requested(id))
    assert.equal(answer.status, 200)
    return (await answer.json()) as Answer
  }

  /** Tells that a hand-off is void, in a notification with an id of its own. */
  async cancel(id: string): Promise<void> {
    const answer = await this.send(`note-${randomUUID()}`, cancelled(id))
    await answer.body?.cancel()
    assert.ok(answer.ok)
  }
}
