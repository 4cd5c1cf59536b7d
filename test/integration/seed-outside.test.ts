import assert from 'node:assert/strict'
import { attack } from '../support/attack.ts'
import { send } from '../support/exact-http.ts'
import { exchange, request } from '../support/raw-http.ts'
import { upgradeHeaders } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'

/*
 * What the seed's clients are told where no route of theirs is asked: addresses that nobody can decode or
 * that are misspelt, heads that are refused before there is a request, and escapes that are none.
 */

const page = 'http://localhost:5173'
const stranger = 'https://evil.example'
const settings = { QRGATE_ALLOWED_ORIGINS: `https://b.example,${page}` }

const long = 'x'.repeat(2_000)
/** Status of a GET, then of a POST. */
const edges: [string, number, number][] = [
  ['/api/qr/auth/%zz', 405, 401],
  ['/api/qr/auth/%', 405, 401],
  ['/api/qr/auth/%E0%A4%A', 405, 401],
  [`/api/qr/auth/${long}`, 405, 401],
  ['/api/qr/auth/%zz/', 307, 307],
  ['/api/qr/ws/loading/%zz', 404, 404],
  ['/api/test/%zz', 404, 404],
  ['/api/%zz', 404, 404],
  ['/api/qr/start%zz', 404, 404],
  ['//api/qr/start', 404, 404],
  ['///api//qr/start', 404, 404],
  ['//api/qr/auth/x', 404, 404],
  ['//api/test/insert?user_id=a&user_pwd=b', 404, 404],
  ['/API/QR/START', 404, 404],
  ['/Api/qr/start?a=1', 404, 404],
  ['//api', 404, 404],
]

attack(
  'N60, N61: an address that nobody can decode, or is misspelt, is answered to pages of allowed origins',
  async gate => {
    for (const [path, ...statuses] of edges) {
      for (const [index, method] of ['GET', 'POST'].entries()) {
        const about = `${method} ${path}`
        const asked = await send(gate.url + path, 'OPTIONS', {
          origin: page,
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type,traceparent',
        })
        const told = (name: string) => asked.headers[`access-control-allow-${name}`]
        assert.equal(asked.status, 204, about)
        assert.deepEqual(
          [told('origin'), told('credentials'), told('headers'), told('methods')],
          [page, 'true', 'content-type,traceparent', 'GET, POST'],
          about,
        )
        assert.equal(asked.text, '')

        const answer = await send(gate.url + path, method, { origin: page })
        assert.equal(answer.status, statuses[index], about)
        assert.equal(answer.headers['access-control-allow-origin'], page, about)
        assert.equal(answer.headers['access-control-allow-credentials'], 'true', about)
        assert.equal(answer.headers['x-content-type-options'], 'nosniff', about)
        if (answer.status !== 307) {
          const { detail } = JSON.parse(answer.text) as { detail: string }
          assert.match(detail, /[가-힣]/, about)
        }
        for (const headers of [{ origin: stranger }, { origin: `${page}, ${page}` }, {}]) {
          for (const verb of [method, 'OPTIONS']) {
            const preflight = { ...headers, 'access-control-request-method': method }
            const unread = await send(gate.url + path, verb, preflight)
            assert.equal(unread.headers['access-control-allow-origin'], undefined, about)
          }
        }
      }
    }
  },
  { settings },
)

attack('N60: our own API stays closed where nobody can decode its address', async gate => {
  for (const path of ['/api/v1/%zz', '/api/v1/sign-ins/%', '//api/v1/sign-ins', '/API/V1/x']) {
    const asked = { origin: page, 'access-control-request-method': 'POST' }
    for (const [method, headers] of [
      ['OPTIONS', asked],
      ['POST', { origin: page }],
    ] as const) {
      const answer = await send(gate.url + path, method, headers)
      assert.equal(answer.headers['access-control-allow-origin'], '*', path)
      assert.equal(answer.headers['access-control-allow-credentials'], undefined, path)
      if (method === 'POST') assert.deepEqual(Object.keys(JSON.parse(answer.text)), refused)
    }
  }
})
const refused = ['code', 'message']

attack(
  "N61: where the seed's API is off, an address that nobody can decode is a 404 as well",
  async gate => {
    for (const path of ['/api/qr/auth/%zz', '/api/qr/auth/x', '//api/qr/start']) {
      const answer = await send(gate.url + path, 'POST', { origin: page })
      assert.equal(answer.status, 404, path)
      assert.equal((JSON.parse(answer.text) as { code: string }).code, 'not_found')
    }
    assert.equal((await handshake(gate.url, '/api/qr/ws/loading/%zz')).status, 404)
  },
  { mode: 'serve', settings },
)

const handshake = (url: string, path: string) =>
  exchange(url, request(url, `GET ${path}`, upgradeHeaders()))

/** What came back, as a page in a browser could read it. */
function readRaw(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const header = (name: string) => new RegExp(`^${name}: (.*)\r?$`, 'im').exec(head)?.[1]
  return { header, body: JSON.parse(body) as Record<string, unknown> }
}

attack(
  'N60, N61: what is refused before there is a request has a detail, and pages of allowed origins read it',
  async gate => {
    const { url } = gate
    const origin = { origin: page }
    const line = 'GET /api/qr/start'
    const cases: Record<string, [number, string]> = {
      'a head over 16 KB': [431, request(url, line, { ...origin, cookie: 'x'.repeat(20_000) })],
      'no such method': [400, request(url, 'FOO /api/qr/start', origin)],
      'a length that is none': [400, request(url, line, { ...origin, 'content-length': 'x' })],
      'a bad host': [400, request(url, line, { ...origin, host: 'a b' })],
      'no host': [400, `${line} HTTP/1.1\r\norigin: ${page}\r\nconnection: close\r\n\r\n`],
    }
    for (const [name, [status, bytes]] of Object.entries(cases)) {
      const answer = await exchange(url, bytes)
      assert.equal(answer.status, status, name)
      const { header, body } = readRaw(Buffer.from(answer.text, 'latin1').toString())
      assert.match(String(body.detail), /[가-힣]/, name)
      assert.equal(typeof body.code, 'string', name)
      assert.equal(header('access-control-allow-origin'), page, name)
      assert.equal(header('access-control-allow-credentials'), 'true', name)
      assert.equal(header('x-content-type-options'), 'nosniff', name)

      const others = [bytes.replace(page, stranger), bytes.replace('/api/qr/start', '/kiosk')]
      for (const other of others.filter(text => text !== bytes)) {
        const unread = readRaw((await exchange(url, other)).text)
        assert.equal(unread.header('access-control-allow-origin'), undefined, name)
      }
    }
  },
  { settings },
)

attack(
  'N61: an expectation that is not known keeps nobody from an answer, with all its headers',
  async gate => {
    for (const expect of ['x', '100-continue, x', '200-ok']) {
      for (const path of ['/api/qr/start', '/healthz', '/kiosk']) {
        const answer = await send(gate.url + path, 'GET', { expect, origin: page })
        assert.equal(answer.status, 200, `${expect} ${path}`)
        assert.equal(answer.headers['x-content-type-options'], 'nosniff')
        assert.ok(answer.headers['content-security-policy'])
        const isOpen = path.startsWith('/api/')
        assert.equal(answer.headers['access-control-allow-origin'], isOpen ? page : undefined)
      }
    }
  },
  { settings },
)

/** What stands in the address, and whose account with which password that makes. */
const escapes: [string, { id: string; pwd: string; not?: string } | null][] = [
  [
    'user_id=%ED%99%8Dpct%25&user_pwd=50%25%20off%',
    { id: '홍pct%', pwd: '50% off%', not: '50%25%20off%' },
  ],
  ['user_id=%25zz%&user_pwd=a%2Bb+c%2', { id: '%zz%', pwd: 'a+b c%2' }],
  ['user_id=half%4&user_pwd=%C3%BC%zz', { id: 'half%4', pwd: 'ü%zz' }],
  ['user_id=not-text&user_pwd=%ff%fe%', { id: 'not-text', pwd: '\ufffd\ufffd%' }],
  ['user_id=%ff%fe&user_pwd=x', null],
  ['user_id=%ff%fe%&user_pwd=x', null],
  ['user_id=a%00%&user_pwd=x', null],
]

attack(
  'N58: a percent sign that begins no escape leaves the rest of a new account decoded, as the seed does',
  async gate => {
    const client = new SeedClient(gate.url)
    for (const [query, account] of escapes) {
      const { text } = await send(`${gate.url}/api/test/insert?${query}`, 'POST')
      assert.equal(JSON.parse(text).success, account !== null, query)
      if (!account) continue
      const { id, pwd, not } = account
      assert.equal((await client.signIn(id, pwd)).status, 200, query)
      if (not) assert.equal((await client.signIn(id, not)).status, 401, query)
    }
    const ids = (await gate.app.store.accounts.all()).map(({ id }) => id)
    assert.deepEqual(ids.toSorted(), escapes.flatMap(([, account]) => account?.id ?? []).toSorted())
  },
)
