import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import type { Contract } from '../../server/src/http/docs/contract.ts'
import { qrgate } from '../support/command.ts'
import { freePort, type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

const publicUrl = 'https://gate.example.org'
const SECRET_KEY = 'a secret key that only this test uses and nobody else'
const serve = { PUBLIC_URL: publicUrl }

/** A gate as the proxy before it sees it: plain http on this machine. */
async function startServe(t: TestContext, settings: Settings = {}) {
  const PORT = `${await freePort()}`
  const gate = await startGate(t, { ...serve, PORT, ...settings }, 'serve')
  return { url: `http://127.0.0.1:${PORT}`, dataDir: gate.dataDir }
}

test('S129: serve refuses to start insecurely and names every missing setting at once', async t => {
  const folder = temporaryFolder(t)
  const started = async (env: Record<string, string>) => {
    const { code, err } = await qrgate(['serve'], { HOST: '127.0.0.1', ...env }, folder)
    assert.equal(code, 1)
    assert.doesNotMatch(err, /\n\s+at /, 'a sentence, not a stack')
    return err
  }
  const bare = await started({})
  assert.match(bare, /SECRET_KEY is missing/)
  assert.match(bare, /PUBLIC_URL must be/)
  assert.match(await started({ SECRET_KEY, PUBLIC_URL: 'http://192.168.0.7' }), /PUBLIC_URL/)
  const weak = await started({ SECRET_KEY: 'YOUR_JWT_SECRET_KEY', PUBLIC_URL: publicUrl })
  assert.match(weak, /SECRET_KEY must have at least 32 bytes/)
})

test('N48: proxies that are no addresses or ranges are refused at the start, in a sentence', async t => {
  const folder = temporaryFolder(t)
  for (const range of ['10.0.0.0/99', '10.0.0.0/', '::/129']) {
    const settings = { SECRET_KEY, ...serve, QRGATE_TRUSTED_PROXIES: `127.0.0.1, ${range}` }
    const { code, err } = await qrgate(['serve'], { HOST: '127.0.0.1', ...settings }, folder)
    assert.equal(code, 1, range)
    const said = `QRGATE_TRUSTED_PROXIES takes addresses and ranges like 10.0.0.0/8, not "${range}".`
    assert.equal(err.trim(), `qrgate: ${said}`)
  }
})

test('N19: serve and doctor refuse a key that can be guessed, and a demo does not', async t => {
  const folder = temporaryFolder(t)
  for (const key of ['ab'.repeat(20), 'YOUR_JWT_SECRET_KEY_FOR_THE_QR_SERVER']) {
    const env = { ...serve, SECRET_KEY: key, HOST: '127.0.0.1', QRGATE_DATA_DIR: folder }
    const started = await qrgate(['serve'], env, folder)
    assert.equal(started.code, 1)
    assert.match(started.err, /^qrgate: SECRET_KEY can be guessed: [^\n]*\n$/)
    const examined = await qrgate(['doctor'], env, folder)
    assert.equal(examined.code, 1)
    assert.match(examined.out, /^fail {2}settings {2}SECRET_KEY can be guessed/m)
    assert.ok(!(started.err + examined.out).includes(key))
  }
  await startGate(t, { SECRET_KEY: 'ab'.repeat(20) }, 'demo')
})

test('S034: nobody starts a sign-in who is not enrolled', async t => {
  const gate = await startServe(t)
  assert.equal((await new Kiosk(gate.url).tryStart()).status, 401)
  for (const credential of ['x', 'null', '100', 'A'.repeat(43)]) {
    assert.equal((await new Kiosk(gate.url, credential).tryStart()).status, 401)
  }
  const stranger = new Phone(gate.url, { origin: publicUrl })
  assert.equal((await stranger.post(paths.kioskEnrol, {})).status, 404)
  assert.equal((await stranger.get('/demo')).status, 404)
})

test('S083: the seed API is closed unless it is asked for, and adds no accounts even then', async t => {
  const routes = [
    ['GET', '/api/qr/start'],
    ['POST', '/api/qr/auth/x'],
    ['GET', '/api/qr/ws/loading/x'],
    ['GET', '/api/test/insert?user_id=a&user_pwd=b'],
    ['POST', '/api/test/insert?user_id=a&user_pwd=b'],
  ] as const
  const closed = await startServe(t)
  for (const [method, path] of routes) {
    assert.equal((await fetch(closed.url + path, { method })).status, 404, path)
  }
  const open = await startServe(t, { QRGATE_SEED_API: '1' })
  assert.equal((await fetch(`${open.url}/api/qr/start`)).status, 200)
  for (const [method, path] of routes.slice(3)) {
    assert.equal((await fetch(open.url + path, { method })).status, 404, path)
  }
})

test('N23: the page of the API is for demos; its contract is public everywhere', async t => {
  const gate = await startServe(t)
  for (const path of ['/api/docs', '/api/docs/', '/api/docs/json', '/api/docs/static/index.html']) {
    assert.equal((await fetch(gate.url + path)).status, 404, path)
  }
  const contract = await fetch(`${gate.url}/api/openapi.json`)
  assert.equal(contract.status, 200)
  const { openapi, paths: routes } = (await contract.json()) as Contract & { openapi: string }
  assert.equal(openapi, '3.1.0')
  const proofs = (path: string, method: 'get' | 'post') => {
    const { security = [], responses = {} } = routes?.[path]?.[method] ?? {}
    return [security.flatMap(Object.keys), Object.keys(responses).join(' ')]
  }
  const signIn = '/api/v1/sign-ins/{id}'
  const ofKiosk = ['kiosk_secret']
  const ofClient = ['client_credential']
  assert.deepEqual(
    {
      claim: proofs(`${signIn}/claim`, 'post'),
      end: proofs(`${signIn}/end`, 'post'),
      leave: proofs(`${signIn}/leave`, 'post'),
      client: proofs('/api/v1/clients/self', 'get'),
      subject: proofs('/api/v1/clients/self/subjects/{sub}', 'get'),
      keys: proofs('/oidc/jwks', 'get'),
    },
    {
      claim: [ofKiosk, '200 400 401 403 409 410 413 415 503 default'],
      end: [ofKiosk, '200 400 401 403 409 410 413 415 503 default'],
      leave: [ofKiosk, '204 400 401 403 409 413 415 429 503 default'],
      client: [ofClient, '200 400 401 503 default'],
      subject: [ofClient, '200 400 401 403 404 503 default'],
      keys: [[], '200 400 503 default'],
    },
  )
  const demo = await startGate(t)
  assert.match(await (await fetch(`${demo.url}/api/docs`)).text(), /<h1>QRGate API<\/h1>/)
})

test('S071: forwarding headers are believed only from trusted proxies, and garbage harms nobody', async t => {
  const garbage = [
    '',
    ',',
    'unknown',
    '1.2.3',
    '::::',
    '" OR 1=1',
    'a'.repeat(2_000),
    '203.0.113.7, x',
  ]
  const spent = async (trusted: string, forwarded: (n: number) => string) => {
    const settings = {
      QRGATE_SEED_API: '1',
      QRGATE_TRUSTED_PROXIES: trusted,
      QRGATE_FAILURES_PER_NETWORK: '5',
    }
    const gate = await startServe(t, settings)
    const statuses: number[] = []
    for (let n = 0; n < 12; n += 1) {
      const { token } = (await (await fetch(`${gate.url}/api/qr/start`)).json()) as {
        token: string
      }
      const answer = await fetch(`${gate.url}/api/qr/auth/${token}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded(n) },
        body: JSON.stringify({ id: `nobody-${n}`, pwd: 'wrong horse battery' }),
      })
      statuses.push(answer.status)
    }
    return statuses
  }
  const limited = [...Array(5).fill(401), ...Array(7).fill(429)]
  assert.deepEqual(await spent('', n => `203.0.113.${n}`), limited, 'nobody is trusted')
  assert.deepEqual(await spent('10.0.0.0/8', n => `203.0.113.${n}`), limited, 'another is trusted')
  const apart = await spent('127.0.0.1', n => `203.0.113.${n}`)
  assert.deepEqual(apart, Array(12).fill(401), 'each visitor counts alone')
  assert.deepEqual(await spent('127.0.0.1', () => '203.0.113.7'), limited)
  const invented = (n: number) => `198.51.100.${n}, 203.0.113.7`
  assert.deepEqual(await spent('127.0.0.1', invented), limited, 'what a client says itself')
  for (const status of await spent('127.0.0.1', n => garbage[n % garbage.length] ?? '')) {
    assert.ok(status === 401 || status === 429, `${status}`)
  }
})

test('S066: every answer says that this origin is https for ever', async t => {
  const gate = await startServe(t)
  for (const path of ['/healthz', '/code', '/enrol/x', '/nowhere', '/api/v1/kiosk']) {
    const { headers } = await fetch(gate.url + path)
    assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/, path)
    const isPage = headers.get('content-type')?.startsWith('text/html')
    const policy = headers.get('content-security-policy') ?? ''
    // What JSON would load is nothing, by whatever scheme.
    assert.match(policy, isPage ? /upgrade-insecure-requests/ : /default-src 'none'/, path)
    assert.match(policy, /frame-ancestors 'none'/, path)
  }
  const phone = new Phone(gate.url, { origin: publicUrl })
  for (const cookie of (await phone.get('/code')).headers.getSetCookie()) {
    assert.match(cookie, /^__Host-/)
    for (const attribute of ['Secure', 'HttpOnly', 'Path=/']) assert.ok(cookie.includes(attribute))
  }
})

test('doctor says in words what is wrong, and nothing where all is well', async t => {
  const folder = temporaryFolder(t)
  const bad = await qrgate(
    ['doctor'],
    {
      PUBLIC_URL: 'http://192.168.0.7',
      QRGATE_DATA_DIR: folder,
      DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/gate`,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    },
    folder,
  )
  assert.equal(bad.code, 1)
  for (const words of [
    /fail\s+settings\s+SECRET_KEY/,
    /fail\s+settings\s+PUBLIC_URL/,
    /fail\s+database.*DATABASE_URL/,
    /fail\s+redis.*REDIS_URL/,
  ]) {
    assert.match(bad.out, words)
  }
  assert.doesNotMatch(bad.out + bad.err, /\n\s+at /)

  await qrgate(['migrate'], { ...serve, SECRET_KEY, QRGATE_DATA_DIR: folder }, folder)
  const good = await qrgate(['doctor'], { SECRET_KEY, ...serve, QRGATE_DATA_DIR: folder }, folder)
  assert.equal(good.code, 0, good.out)
  assert.match(good.out, /ok\s+settings/)
  assert.match(good.out, /ok\s+database/)
  assert.doesNotMatch(good.out, /^fail/m)
  assert.ok(!good.out.includes(SECRET_KEY))
})
