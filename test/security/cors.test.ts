import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { send } from '../support/exact-http.ts'
import type { Gate } from '../support/gate.ts'
import { Phone } from '../support/phone.ts'
import { scannedSignIn } from '../support/visitor.ts'

const allowed = 'https://kiosk.example.org'
const foreign = [
  'null',
  'https://evil.example',
  'http://kiosk.example.org',
  'https://kiosk.example.org.evil.example',
  'https://kiosk.example.org:444',
]
const id = '01890000-0000-7000-8000-000000000000'
const apis = [
  ['GET', '/api/qr/start'],
  ['POST', '/api/qr/auth/x'],
  ['POST', '/api/test/insert'],
  ['POST', paths.signIns],
  ['GET', paths.signIn(id)],
  ['POST', paths.claim(id)],
  ['POST', paths.cancel(id)],
  ['GET', paths.kiosk],
  ['POST', paths.kioskEnrol],
] as const

/** No cookie is read or set at the seed's routes, so credentials give nothing away there (N60). */
const isSeed = (path: string) => !path.startsWith('/api/v1/')

/** What the gate lets a page of this origin do with one route, asked beforehand and done. */
async function grants({ url }: Gate, method: string, path: string, origin: string) {
  const headers = { origin, cookie: 'qrgate-phone=x' }
  const asked = await fetch(url + path, {
    method: 'OPTIONS',
    headers: { ...headers, 'access-control-request-method': method },
  })
  const done = await fetch(url + path, { method, headers })
  for (const answer of [asked, done]) {
    const read = answer.headers.get('access-control-allow-origin')
    const credentials = answer.headers.get('access-control-allow-credentials')
    assert.equal(credentials, isSeed(path) && read !== null ? 'true' : null, path)
    assert.ok(!(credentials !== null && read === '*'), path)
    if (isSeed(path)) assert.equal(answer.headers.get('set-cookie'), null, path)
    assert.ok(answer.status < 500)
  }
  const methods = asked.headers.get('access-control-allow-methods')
  if (methods !== null) assert.equal(methods, 'GET, POST')
  return [asked, done].map(answer => answer.headers.get('access-control-allow-origin'))
}

attack(
  'S069 only allowed origins may read an answer, and of our own API never with cookies',
  async gate => {
    for (const [method, path] of apis) {
      assert.deepEqual(await grants(gate, method, path, allowed), [allowed, allowed], path)
      for (const origin of foreign) {
        assert.deepEqual(
          await grants(gate, method, path, origin),
          [null, null],
          `${path} ${origin}`,
        )
      }
    }
    const answer = await fetch(`${gate.url}/api/qr/start`, { headers: { origin: allowed } })
    assert.match(answer.headers.get('vary') ?? '', /Origin/)
  },
  { settings: { QRGATE_ALLOWED_ORIGINS: `${allowed}, https://other.example.org` } },
)

attack('S069 a demo lets any page read the API, and its own never with cookies', async gate => {
  for (const [method, path] of apis) {
    for (const origin of [allowed, ...foreign]) {
      const read = isSeed(path) ? origin : '*'
      assert.deepEqual(await grants(gate, method, path, origin), [read, read], path)
    }
  }
})

attack(
  'S069 what is refused before anything is read is told to allowed origins alone',
  async gate => {
    const bad = { host: 'a b' }
    const asked: [path: string, headers: Record<string, string>][] = [
      ['/api/v1/sign-ins/%zz', {}],
      ['/api/qr/auth/%zz', {}],
      [`/api/qr/auth/${'x'.repeat(2_000)}`, {}],
      ['/api/v1/sign-ins', bad],
      ['/api/qr/start', bad],
      ['/%61pi/qr/start', {}],
    ]
    for (const [path, headers] of asked) {
      const read = async (origin: string, method = 'GET', more = {}) => {
        const answer = await send(gate.url + path, method, { origin, ...headers, ...more })
        assert.ok(answer.status < 500, path)
        return [
          answer.headers['access-control-allow-origin'],
          answer.headers['access-control-allow-credentials'],
        ]
      }
      const credentials = isSeed(path) ? 'true' : undefined
      assert.deepEqual(await read(allowed), [allowed, credentials], path)
      const preflight = { 'access-control-request-method': 'POST' }
      for (const origin of [...foreign, `${allowed}, https://evil.example`, `${allowed} x`]) {
        assert.deepEqual(await read(origin), [undefined, undefined], `${path} ${origin}`)
        assert.deepEqual(await read(origin, 'OPTIONS', preflight), [undefined, undefined], path)
      }
    }
  },
  { settings: { QRGATE_ALLOWED_ORIGINS: allowed } },
)

attack('S069 no page of another site reads what a phone or an operator sees', async gate => {
  const { phone, signIn } = await scannedSignIn(gate)
  const ticket = new URL(signIn.frame.url).pathname
  for (const path of [`/s/${signIn.id}`, ticket, '/kiosk', '/healthz', '/api/openapi.json']) {
    const headers = { origin: allowed, cookie: phone.cookies }
    const answer = await fetch(gate.url + path, { headers, redirect: 'manual' })
    assert.equal(answer.headers.get('access-control-allow-origin'), null, path)
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin', path)
  }
  const stranger = await new Phone(gate.url, { origin: allowed }).get(`/s/${signIn.id}`)
  assert.equal(stranger.headers.get('access-control-allow-origin'), null)
})

attack(
  'N43: a page of any origin is told whether it may call the API, and nothing else',
  async gate => {
    for (const [origin, isAllowed] of [
      [allowed, true],
      [gate.url, true],
      ...foreign.map(one => [one, false] as const),
    ] as const) {
      const headers = { origin, cookie: 'qrgate-phone=x' }
      const answer = await fetch(gate.url + paths.origin, { headers })
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      assert.deepEqual(await answer.json(), { allowed: isAllowed }, origin)
    }
  },
  { settings: { QRGATE_ALLOWED_ORIGINS: allowed } },
)
