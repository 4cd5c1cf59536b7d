import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { until } from '../support/patience.ts'
import type { Engine, Tab } from './tab.ts'

type Answer = Record<string, unknown>

/** The calls of WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */
class Session {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #last = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', data => {
      const answer = JSON.parse(String(data)) as Answer & { id?: number }
      this.#waiting.get(answer.id ?? -1)?.(answer)
      this.#waiting.delete(answer.id ?? -1)
    })
  }

  static open(url: string): Promise<Session> {
    const socket = new WebSocket(url)
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(new Session(socket))).on('error', reject)
    })
  }

  call(method: string, params: object): Promise<Answer> {
    this.#last += 1
    const id = this.#last
    this.#socket.send(JSON.stringify({ id, method, params }))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, answer => {
        if (answer.type === 'success') resolve(answer.result as Answer)
        else reject(new Error(`${method}: ${answer.error} ${answer.message}`))
      })
    })
  }

  close(): void {
    this.#socket.terminate()
  }
}

/** Firefox by its own protocol, without a driver beside it. */
export async function startFirefox(program: string): Promise<Engine> {
  const profile = mkdtempSync(join(tmpdir(), 'qrgate-firefox-'))
  writeFileSync(join(profile, 'user.js'), 'user_pref("intl.accept_languages", "en");\n')
  const child = spawn(
    program,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  let address: string | undefined
  await until('Firefox listens', () => {
    address = /WebDriver BiDi listening on (ws:\S+)/.exec(said)?.[1]
    if (child.exitCode !== null) throw new Error(`Firefox did not start: ${said}`)
    return address !== undefined
  })
  const session = await Session.open(`${address}/session`)
  const opened = await session.call('session.new', { capabilities: {} })
  const { browserVersion } = opened.capabilities as { browserVersion: string }
  return {
    name: 'Firefox',
    version: browserVersion,
    async open(viewport) {
      const { userContext } = await session.call('browser.createUserContext', {})
      const created = await session.call('browsingContext.create', { type: 'window', userContext })
      const context = String(created.context)
      await session.call('browsingContext.setViewport', { context, viewport })
      return tabOf(session, context)
    },
    async stop() {
      session.close()
      child.kill('SIGKILL')
      await new Promise(resolve => child.on('exit', resolve))
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function tabOf(session: Session, context: string): Tab {
  const perform = (source: object) =>
    session.call('input.performActions', { context, actions: [source] })
  return {
    async goto(url) {
      await session.call('browsingContext.navigate', { context, url, wait: 'complete' })
    },
    async evaluate(expression) {
      const params = { target: { context }, awaitPromise: true }
      const asText = `JSON.stringify(${expression})`
      const answer = await session.call('script.evaluate', { ...params, expression: asText })
      const { type, result } = answer as { type: string; result?: { value?: string } }
      if (type !== 'success') throw new Error(`not evaluated: ${JSON.stringify(answer)}`)
      return result?.value === undefined ? undefined : JSON.parse(result.value)
    },
    async clickAt(x, y) {
      await perform({
        type: 'pointer',
        id: 'mouse',
        actions: [
          { type: 'pointerMove', x, y },
          { type: 'pointerDown', button: 0 },
          { type: 'pointerUp', button: 0 },
        ],
      })
    },
    async type(text) {
      const keys = [...text].flatMap(value => [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ])
      await perform({ type: 'key', id: 'keys', actions: keys })
    },
    async screenshot() {
      const { data } = await session.call('browsingContext.captureScreenshot', { context })
      return Buffer.from(String(data), 'base64')
    },
  }
}
