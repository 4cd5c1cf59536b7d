import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from '../support/attack.ts'
import { send } from '../support/exact-http.ts'
import { startGate } from '../support/gate.ts'
import { SeedClient } from '../support/seed-client.ts'
import { visitor } from '../support/visitor.ts'

/** What a preflight of this origin is told. */
async function preflight(url: string, origin: string, method: string, headers: string) {
  const answer = await send(url, 'OPTIONS', {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': headers,
  })
  const told = (name: string) => answer.headers[`access-control-allow-${name}`]
  assert.match(String(answer.headers.vary), /\bOrigin\b/)
  return {
    status: answer.status,
    origin: told('origin'),
    credentials: told('credentials'),
    headers: told('headers'),
    methods: told('methods'),
  }
}

const seedPaths: [string, string][] = [
  ['GET', '/api/qr/start'],
  ['POST', '/api/qr/auth/x'],
  ['POST', '/api/test/insert'],
  ['GET', '/api/test/insert'],
  ['GET', '/api/qr/start/'],
  ['GET', '/api/qr/nothing'],
]
const anyHeaders = 'authorization,cache-control,content-type,traceparent,x-requested-with'

attack(
  'N60: pages of every configured origin ask with credentials and any header, others read nothing',
  async gate => {
    for (const [method, path] of seedPaths) {
      for (const origin of ['https://a.example', 'http://localhost:3000']) {
        assert.deepEqual(await preflight(gate.url + path, origin, method, anyHeaders), {
          status: 204,
          origin,
          credentials: 'true',
          headers: anyHeaders,
          methods: 'GET, POST',
        })
      }
      const strangers = [
        'null',
        'https://evil.example',
        'http://a.example',
        'https://a.example.evil',
      ]
      for (const origin of [...strangers, 'https://a.example, http://localhost:3000']) {
        const told = await preflight(gate.url + path, origin, method, anyHeaders)
        assert.deepEqual([told.origin, told.credentials], [undefined, undefined], origin)
        const { headers } = await send(gate.url + path, method, { origin })
        assert.equal(headers['access-control-allow-origin'], undefined, origin)
      }
    }
  },
  { settings: { QRGATE_ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000' } },
)

attack(
  'N60: in a demo every page does, one from a file too; our own API stays closed',
  async gate => {
    for (const several of ['https://a.example, https://b.example', 'null null']) {
      const told = await preflight(`${gate.url}/api/qr/start`, several, 'GET', anyHeaders)
      assert.deepEqual([told.origin, told.credentials], [undefined, undefined], several)
    }
    for (const origin of ['null', 'https://a.example', 'http://192.168.0.9:5173']) {
      for (const [method, path] of seedPaths) {
        const told = await preflight(gate.url + path, origin, method, anyHeaders)
        assert.deepEqual([told.origin, told.credentials], [origin, 'true'], path)
      }
      for (const path of ['/api/v1/sign-ins', '/api/v1/nothing']) {
        const told = await preflight(gate.url + path, origin, 'POST', anyHeaders)
        assert.deepEqual([told.status, told.origin, told.credentials], [204, '*', undefined], path)
        const { headers } = await send(gate.url + path, 'PUT', { origin })
        assert.equal(headers['access-control-allow-origin'], '*', path)
      }
    }
  },
)

test('N60: a page reads also that the gate itself has failed', async t => {
  const gate = await startGate(t)
  const token = await new SeedClient(gate.url).start()
  Object.assign(gate.app.store.signIns, {
    read: async () => {
      throw new Error('no disk')
    },
  })
  const page = 'http://localhost:5173'
  const body = JSON.stringify({ id: visitor.id, pwd: visitor.password })
  const headers = { origin: page, 'content-type': 'application/json' }
  const answer = await send(`${gate.url}/api/qr/auth/${token}`, 'POST', headers, body)
  assert.equal(answer.status, 500)
  assert.equal(answer.headers['access-control-allow-origin'], page)
  assert.match((JSON.parse(answer.text) as { detail: string }).detail, /^서버에 문제가/)
})
