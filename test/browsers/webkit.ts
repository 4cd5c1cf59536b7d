import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import type { Engine, Size, Tab } from './tab.ts'

/** WebKitGTK by WebDriver (https://www.w3.org/TR/webdriver/); one driver has one window. */
export async function startWebkit(driver: string, browser: string): Promise<Engine> {
  const children: ChildProcess[] = []
  const display = await startDisplay(children)
  const open = async (size: Size) => {
    const port = await freePort()
    const env = { ...process.env, DISPLAY: display, LANG: 'C.UTF-8', LIBGL_ALWAYS_SOFTWARE: '1' }
    children.push(spawn(driver, [`--port=${port}`], { env, stdio: 'ignore' }))
    const call = caller(`http://127.0.0.1:${port}`)
    await until('the driver listens', () => call('GET', '/status').then(Boolean, () => false), 100)
    const options = { binary: browser, args: ['--automation'] }
    const opened = (await call('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    })) as { sessionId: string; capabilities: { browserVersion: string } }
    const inSession = (method: string, path: string, body?: object) =>
      call(method, `/session/${opened.sessionId}${path}`, body)
    await inSession('POST', '/window/rect', { x: 0, y: 0, ...size })
    return { tab: tabOf(inSession), version: opened.capabilities.browserVersion }
  }
  const first = await open({ width: 600, height: 600 })
  return {
    name: 'WebKitGTK',
    version: first.version,
    open: async size => (await open(size)).tab,
    async stop() {
      // The display last: browsers that lose it take their time.
      for (const child of children.reverse()) {
        child.kill()
        await new Promise(resolve =>
          child.exitCode === null ? child.on('exit', resolve) : resolve(0),
        )
      }
    },
  }
}

/** A screen that nobody sees. @returns its name, e.g. `:1`. */
async function startDisplay(children: ChildProcess[]): Promise<string> {
  const args = ['-displayfd', '1', '-screen', '0', '1600x2000x24', '-nolisten', 'tcp']
  const child = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  await until('the display is there', () => /\d+\n/.test(said))
  return `:${said.trim()}`
}

type Call = (method: string, path: string, body?: object) => Promise<unknown>

function caller(url: string): Call {
  return async (method, path, body) => {
    const answer = await fetch(url + path, { method, body: body ? JSON.stringify(body) : null })
    const { value } = (await answer.json()) as { value: unknown }
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`)
    return value
  }
}

function tabOf(call: Call): Tab {
  const perform = (source: object) => call('POST', '/actions', { actions: [source] })
  return {
    async goto(url) {
      await call('POST', '/url', { url })
    },
    evaluate: expression =>
      call('POST', '/execute/sync', { script: `return ${expression}`, args: [] }),
    async clickAt(x, y) {
      await perform({
        type: 'pointer',
        id: 'mouse',
        parameters: { pointerType: 'mouse' },
        actions: [
          { type: 'pointerMove', duration: 0, x, y },
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
      return Buffer.from(String(await call('GET', '/screenshot')), 'base64')
    },
  }
}
