import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cli, compiled, qrgate } from '../support/command.ts'
import { startDemo } from '../support/demo.ts'
import { freePort, startGate, temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { until } from '../support/patience.ts'

/** Somebody listens there until the test is over; where somebody does already, all the better. */
async function occupy(t: TestContext, port: number): Promise<void> {
  const other = createServer()
  await new Promise<void>(resolve => {
    other.on('error', () => resolve()).listen(port, '127.0.0.1', resolve)
  })
  t.after(() => other.close())
}

/** A demo that was told no port. @returns what it has printed once it answers. */
async function startAnywhere(t: TestContext, folder: string): Promise<string> {
  const child = spawn(process.execPath, ['-C', 'source', cli, 'demo'], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled, HOST: '127.0.0.1' },
  })
  const over = once(child, 'exit')
  t.after(async () => {
    child.kill()
    await over
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
    })
  }
  await until('it has said where it is', () => {
    if (child.exitCode !== null) throw new Error(`it did not start: ${said}`)
    return said.includes('Stop with Ctrl+C')
  })
  return said
}

test('N51: a demo takes the next free port where its usual one is taken, says so, and commands know it', async t => {
  await occupy(t, 8080)
  const folder = temporaryFolder(t)
  const said = await startAnywhere(t, folder)
  const [, port] = /Port 8080 is taken, so it is (\d+)\./.exec(said) ?? []
  assert.ok(Number(port) > 8080, said)
  const url = `http://127.0.0.1:${port}`
  assert.equal(/http:\S+/.exec(said)?.[0].split('#')[0], `${url}/demo`)
  assert.equal((await fetch(`${url}/demo`)).status, 200)
  const { out } = await qrgate(['kiosk', 'add', '1층'], {}, folder)
  assert.ok(out.includes(`${url}/enrol/`), out)
})

test('N51: a second demo in the same folder says where the first one runs, and touches nothing', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  const env = { QRGATE_DATA_DIR: gate.dataDir, HOST: '127.0.0.1' }
  const { code, err } = await qrgate(['demo'], env, gate.dataDir)
  assert.equal(code, 1)
  assert.match(err, new RegExp(`^qrgate: A demo runs .* already: ${gate.url}/demo\n`))
  assert.doesNotMatch(err, /^ +at /m)
  await gate.kill('SIGKILL')
  // Whoever has ended, however it did, holds nothing.
  await gate.boot()
})

const refused: [what: string, env: Record<string, string>, words: RegExp][] = [
  [
    'a host that is another machine’s',
    { HOST: '192.0.2.199' },
    /HOST 192\.0\.2\.199 is no address/,
  ],
  ['a host without a name', { HOST: 'nowhere.invalid' }, /HOST nowhere\.invalid is no name/],
  ['a host that is none', { HOST: 'my house' }, /HOST must be .* not "my house"/],
  ['a host that is a number', { HOST: '0x7f.1' }, /HOST must be .* not "0x7f\.1"/],
  ['a host with a zone', { HOST: 'fe80::1%eth0' }, /HOST must be .* not "fe80::1%eth0"/],
  ['a port that is none', { PORT: 'http' }, /PORT must be a whole number/],
  ['a port in another notation', { PORT: '0x50' }, /PORT must be a whole number/],
  ['a port too high', { PORT: '65536' }, /PORT must be a whole number/],
  ['a folder that is a file', { QRGATE_DATA_DIR: 'file' }, /the folder file .*QRGATE_DATA_DIR/],
  [
    'a folder that no system makes',
    { QRGATE_DATA_DIR: '/proc/x/data' },
    /the folder \/proc\/x\/data/,
  ],
  ['a folder below a file', { QRGATE_DATA_DIR: 'file/data' }, /the folder file\/data/],
]
for (const [what, env, words] of refused) {
  test(`N51: ${what} is a sentence and no stack`, async t => {
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'file'), '')
    const { code, out, err } = await qrgate(['demo'], env, folder)
    assert.equal(code, 1)
    assert.equal(out, '')
    assert.match(err, words)
    assert.match(err, /^qrgate: .*\n$/)
  })
}

test('N51: a port that is taken, and was asked for, is a sentence in demo and serve alike', async t => {
  const gate = await GateProcess.start(t)
  const env = {
    HOST: '127.0.0.1',
    PORT: new URL(gate.url).port,
    PUBLIC_URL: 'https://gate.test',
    SECRET_KEY: 'a secret key that only this test uses: 32 bytes',
  }
  for (const mode of ['demo', 'serve']) {
    const { code, err } = await qrgate(
      [mode],
      { ...env, QRGATE_LOG_LEVEL: 'silent' },
      temporaryFolder(t),
    )
    assert.equal(code, 1, mode)
    assert.equal(
      err,
      `qrgate: Another program listens at 127.0.0.1:${env.PORT}; set PORT to another one.\n`,
    )
  }
})

test('N51: what the terminal’s QR opens makes a phone a visitor’s, and no kiosk', async t => {
  const { gate, printed } = await startDemo(t)
  await printed()
  // It listens at loopback only, so it has no QR for phones; what one would open is there.
  assert.match(gate.output, /^ +Phones cannot reach 127\.0\.0\.1; leave HOST out\.$/m)
  assert.doesNotMatch(gate.output, /[█▀▄]|\/try|one network/)
  const address = `${gate.url}/try`
  for (const [language, words] of [
    ['ko-KR,ko;q=0.9', /<html lang="ko">[\s\S]*방문자가 되어 보세요/],
    ['en-GB,en;q=0.9', /<html lang="en">[\s\S]*Be the visitor/],
  ] as const) {
    const answer = await fetch(address, { headers: { 'accept-language': language } })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.headers.getSetCookie(), [])
    const page = await answer.text()
    assert.match(page, words)
    assert.doesNotMatch(page, /<script|\/kiosk/)
    assert.ok(page.includes(`${gate.url}/demo`))
  }
})

test('N51: serve has no such page', async t => {
  const PORT = `${await freePort()}`
  await startGate(t, { PORT }, 'serve')
  assert.equal((await fetch(`http://127.0.0.1:${PORT}/try`)).status, 404)
})

/** A proxy that names the gate by its own address, whatever the browser has asked for. */
function behindProxy(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    request({ hostname, port, path, headers: { host: '127.0.0.1:9', ...headers } }, answer => {
      answer.resume()
      const { statusCode: status = 0, headers } = answer
      resolve({ status, location: headers.location ?? '' })
    })
      .on('error', reject)
      .end()
  })
}

test('N51: behind a proxy that changes Host no page is redirected twice', async t => {
  const PUBLIC_URL = 'http://demo.example.test'
  const PORT = `${await freePort()}`
  await startGate(t, { PUBLIC_URL, PORT })
  const local = `http://127.0.0.1:${PORT}`
  for (const [asked, kept] of [
    ['/', '/demo?moved='],
    ['/demo?lang=en', '/demo?lang=en&moved='],
    ['/kiosk?lang=ko&start=now', '/kiosk?lang=ko&start=now&moved='],
  ] as const) {
    const first = await behindProxy(local, asked)
    assert.deepEqual(first, { status: 307, location: PUBLIC_URL + kept })
    assert.equal((await behindProxy(local, kept)).status, 200, kept)
  }
  // Nor by a request line that names another host (RFC 9112 §3.2.2).
  const { location } = await behindProxy(local, '//elsewhere.test/demo')
  assert.ok(!location.includes('elsewhere'))
})

test('N51: at the port of a gate behind TLS a browser is led to the public address once, programs never', async t => {
  const PUBLIC_URL = 'https://gate.example.test'
  const PORT = `${await freePort()}`
  await startGate(t, { PUBLIC_URL, PORT, QRGATE_TRUSTED_PROXIES: '127.0.0.1' }, 'serve')
  const local = `http://127.0.0.1:${PORT}`
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  for (const [asked, kept] of [
    ['/', '/kiosk?moved='],
    ['/kiosk', '/kiosk?moved='],
    ['/kiosk?lang=en', '/kiosk?lang=en&moved='],
  ] as const) {
    const led = { status: 307, location: PUBLIC_URL + kept }
    assert.deepEqual(await behindProxy(local, asked, browser), led)
    assert.equal((await behindProxy(local, kept, browser)).status, 200, kept)
  }
  // By the proxy, also one that names another host or does not say that it speaks TLS.
  for (const headers of [{ 'x-forwarded-proto': 'https' }, { host: 'gate.example.test' }]) {
    assert.equal((await behindProxy(local, '/kiosk', { ...browser, ...headers })).status, 200)
  }
  assert.equal((await behindProxy(local, '/kiosk', { accept: '*/*' })).status, 200)
  for (const path of ['/healthz', '/readyz', '/api/openapi.json']) {
    assert.equal((await behindProxy(local, path, browser)).status, 200, path)
  }
})
