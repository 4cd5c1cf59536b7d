import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** In the order in which `npm run build` makes them. */
const packed = ['sdk', 'reception', 'server']

interface Manifest {
  name: string
  files: string[]
  dependencies?: Record<string, string>
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

/**
 * The packages as `npm run build` and `npm pack` make them, in a folder beside nothing but what they
 * say that they need. The pages are those that are built already, as `npm test` builds them first.
 */
function install(t: TestContext): string {
  const house = temporaryFolder(t)
  for (const file of ['package.json', 'tsconfig.json']) cpSync(root + file, join(house, file))
  const own = packed.map(folder => manifestOf(root + folder).name)
  for (const name of readdirSync(`${root}node_modules`)) {
    if (name === '@qrgate' || own.includes(name)) continue
    link(`${root}node_modules/${name}`, join(house, 'node_modules', name))
  }
  const isSource = (path: string) => !/[/](node_modules|dist)$/.test(path)
  for (const folder of packed) {
    cpSync(root + folder, join(house, folder), { recursive: true, filter: isSource })
    link(join(house, folder), join(house, 'node_modules', manifestOf(root + folder).name))
  }
  const tsc = `${root}node_modules/.bin/tsc`
  for (const folder of packed) {
    execFileSync(tsc, ['-p', join(house, folder, 'tsconfig.build.json')], { stdio: 'inherit' })
  }

  const installed = temporaryFolder(t)
  for (const folder of packed) {
    const options = ['--json', '--ignore-scripts', '--pack-destination', installed]
    const said = execFileSync('npm', ['pack', ...options], { cwd: join(house, folder) })
    const [{ filename }] = JSON.parse(`${said}`)
    const { name, dependencies = {} } = manifestOf(root + folder)
    const own = join(installed, 'node_modules', name)
    mkdirSync(own, { recursive: true })
    const archive = join(installed, filename)
    execFileSync('tar', ['-xzf', archive, '-C', own, '--strip-components=1'])
    for (const needed of Object.keys(dependencies).filter(one => !one.startsWith('@qrgate/'))) {
      const place = join(own, 'node_modules', needed)
      link(join(root, 'node_modules', needed), place)
    }
  }
  return installed
}

interface Running {
  url: string
  said(): string
  stop(): Promise<void>
}

/** Runs one of their commands until the test is over, with its settings in a `.env`. */
async function run(
  t: TestContext,
  command: string,
  args: string[],
  settings: (url: URL) => Record<string, string>,
): Promise<Running> {
  const url = `http://127.0.0.1:${await freePort()}`
  const cwd = temporaryFolder(t)
  const lines = Object.entries(settings(new URL(url))).map(([name, value]) => `${name}="${value}"`)
  writeFileSync(join(cwd, '.env'), lines.join('\n'))
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
    })
  }
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill()
    await exited
  }
  t.after(stop)
  await until('it answers', async () => {
    if (child.exitCode !== null) throw new Error(`it did not start: ${said}`)
    const answer = await fetch(`${url}/healthz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  })
  return { url, said: () => said, stop }
}

test('what is packed runs: the demo with its desk, reception alone, and serve without reception', async t => {
  const installed = install(t)
  const qrgate = join(installed, 'node_modules/qrgate/bin/qrgate.js')
  const reception = join(installed, 'node_modules/@qrgate/reception')

  const listening = ({ port, hostname }: URL) => ({ PORT: port, HOST: hostname })
  const demo = await run(t, qrgate, ['demo'], listening)
  await until('it says where its desk is', () => /\/demo#desk=[\w-]+/.test(demo.said()))
  for (const path of ['/kiosk', '/reception/board', '/reception/desk', '/reception/day']) {
    const page = await (await fetch(demo.url + path)).text()
    const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(page) ?? []
    assert.equal((await fetch(new URL(script, demo.url + path))).status, 200, `${path}: ${script}`)
  }
  await demo.stop()

  const alone = await run(t, join(reception, 'bin/qrgate-reception.js'), [], ({ port }) => ({
    RECEPTION_PORT: port,
    RECEPTION_GATE: demo.url,
    RECEPTION_CREDENTIAL: 'of-a-gate-that-is-not-there',
    RECEPTION_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  }))
  assert.equal((await fetch(`${alone.url}/board`)).status, 200)
  await alone.stop()

  rmSync(reception, { recursive: true })
  const gate = await run(t, qrgate, ['serve'], url => ({
    ...listening(url),
    PUBLIC_URL: `https://${url.host}`,
    SECRET_KEY: 'a secret key that only this test uses: 32 bytes',
  }))
  assert.equal((await fetch(`${gate.url}/kiosk`)).status, 200)
})

test('the image holds all that is packed', () => {
  const image = readFileSync(`${root}Dockerfile`, 'utf8')
  for (const folder of packed) {
    for (const file of manifestOf(root + folder).files) {
      assert.match(image, new RegExp(`^COPY --from=build .*/build/${folder}/${file} `, 'm'))
    }
  }
})
