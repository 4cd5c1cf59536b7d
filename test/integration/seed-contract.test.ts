import assert from 'node:assert/strict'
import type { OutgoingHttpHeaders } from 'node:http'
import { WebSocket } from 'ws'
import { attack } from '../support/attack.ts'
import { send } from '../support/exact-http.ts'
import type { Gate } from '../support/gate.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/*
 * The seed's contract as one table: each row is one request, and the answer to the letter. Its other
 * half, what a sign-in does over time, stands in seed.test.ts; preflights in seed-cors.test.ts.
 */

interface Row {
  method?: string
  /** `TOKEN` becomes a new one. */
  path: string
  type?: string
  body?: string | Buffer
  headers?: OutgoingHttpHeaders
  status: number
  /** The whole body, or what a refusal's `detail` says. */
  json?: object
  detail?: RegExp
  allow?: string
  location?: string
}

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=b'
const parts = '--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n'
const signIn = JSON.stringify({ id: visitor.id, pwd: visitor.password })
const yes = { success: true }
const no = { success: false }
const malformed = { status: 422, detail: /^요청 형식이 올바르지 않습니다\.$/ }
const wrong = { status: 401, detail: /^아이디 또는 비밀번호가 맞지 않습니다\.$/ }
const unknown = { status: 401, detail: /^알 수 없는 QR입니다\.$/ }
const nothing = { status: 404, detail: /^찾을 수 없습니다\.$/ }
const verb = { status: 405, detail: /^이 주소에서 쓸 수 없는 요청 방식입니다\.$/ }

const others = (...allowed: string[]) =>
  ['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'GET', 'POST', 'TRACE', 'PROPFIND'].filter(
    method => !allowed.includes(method),
  )

/** What each row of the table below is about is what it differs in. */
const auth = '/api/qr/auth/TOKEN'
const insert = (id: string, pwd = 'secure_password') =>
  `/api/test/insert?${new URLSearchParams({ user_id: id, user_pwd: pwd })}`

const rows: Record<string, Row[]> = {
  'GET /api/qr/start': [
    { path: '/api/qr/start', status: 200 },
    { path: '/api/qr/start?_=1700000000', status: 200 },
    { path: '/api/qr/start', type: json, body: '{', status: 200 },
    { path: '/api/qr/start/', status: 307, location: '/api/qr/start' },
    { path: '/api/qr/start//?a=1&a=2', status: 307, location: '/api/qr/start?a=1&a=2' },
    { method: 'POST', path: '/api/qr/start/', status: 307, location: '/api/qr/start' },
    ...others('GET').map(method => ({ method, path: '/api/qr/start', allow: 'GET', ...verb })),
    { method: 'HEAD', path: '/api/qr/start', status: 405, allow: 'GET' },
    { method: 'POST', path: '/api/qr/start', type: json, body: '{', allow: 'GET', ...verb },
    { method: 'POST', path: '/api/qr/start', type: 'a/b', body: 'x', allow: 'GET', ...verb },
  ],
  'POST /api/qr/auth/{token}': [
    ...[
      json,
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'Application/JSON',
      'application/json;',
      'application/vnd.api+json',
      undefined,
    ].map(type => ({ path: auth, body: signIn, status: 200, json: yes, ...(type && { type }) })),
    { path: auth, type: json, body: `\ufeff ${signIn}\n`, status: 200, json: yes },
    {
      path: auth,
      type: json,
      body: signIn.replace('{', '{"device":"kiosk","more":{"a":[1,null]},'),
      status: 200,
      json: yes,
    },
    // Java's client asks for HTTP/2 in every request.
    {
      path: auth,
      type: json,
      headers: {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAEAAEAA',
      },
      body: signIn,
      status: 200,
      json: yes,
    },
    { path: `${auth}?lang=ko`, type: json, body: signIn, status: 200, json: yes },
    { path: auth, type: json, body: signIn.replace('"pwd"', '"pwd":"no","pwd"'), status: 200 },
    ...[
      'text/plain',
      form,
      multipart,
      'application/octet-stream',
      'application/jsonp',
      'text/json',
      'json',
      ',',
    ].map(type => ({ path: auth, type, body: signIn, ...malformed })),
    { path: auth, type: form, body: `id=${visitor.id}&pwd=x`, ...malformed },
    { path: auth, type: multipart, body: parts, ...malformed },
    // A browser says where its page comes from: without a type it could be any site's.
    { path: auth, body: signIn, headers: { origin: 'https://a.example' }, ...malformed },
    ...['', '{', 'null', '[]', '""', '7', '{}', '{"id":"hong"}', '{"pwd":"x"}', 'undefined'].map(
      body => ({ path: auth, type: json, body, ...malformed }),
    ),
    ...['7', 'null', '["x"]', '{"a":1}', 'true'].flatMap(value => [
      { path: auth, type: json, body: `{"id":${value},"pwd":"x"}`, ...malformed },
      { path: auth, type: json, body: `{"id":"x","pwd":${value}}`, ...malformed },
    ]),
    { path: auth, type: json, body: signIn.replace('{', '{"__proto__":{},'), ...malformed },
    { path: auth, type: json, body: Buffer.from(signIn, 'utf16le'), ...malformed },
    { path: auth, type: json, body: Buffer.from([0x22, 0xff, 0x22]), ...malformed },
    { path: auth, ...malformed },
    {
      path: auth,
      type: json,
      body: JSON.stringify({ id: 'hong', pwd: 'x'.repeat(20_000) }),
      status: 413,
      detail: /^요청이 너무 큽니다\.$/,
    },
    { path: auth, type: json, body: '{"id":"","pwd":""}', ...wrong },
    { path: auth, type: json, body: '{"id":"nobody","pwd":"x"}', ...wrong },
    ...['x', 'a.b.c', 'x'.repeat(400), 'x'.repeat(5_000), '%', '%zz', '%00', '%ED%95%9C'].map(
      token => ({ path: `/api/qr/auth/${token}`, type: json, body: signIn, ...unknown }),
    ),
    { path: `${auth}%2F`, type: json, body: signIn, ...unknown },
    { path: `${auth}/`, type: json, body: signIn, status: 307, location: auth },
    { path: `${auth}/?a=%2F`, type: json, body: signIn, status: 307, location: `${auth}?a=%2F` },
    ...others('POST').map(method => ({ method, path: auth, allow: 'POST', ...verb })),
    { method: 'HEAD', path: auth, status: 405, allow: 'POST' },
    { method: 'PUT', path: auth, type: json, body: signIn, allow: 'POST', ...verb },
  ].map(row => ({ method: 'POST', ...row })),
  'POST and GET /api/test/insert': [
    ...[
      {},
      { type: json },
      { type: json, body: '' },
      { type: json, body: '{' },
      { type: json, body: '{"user_id":"another"}' },
      { type: form },
      { type: form, body: 'user_id=another&user_pwd=x' },
      { type: multipart, body: parts },
      { type: 'text/plain', body: 'x' },
      { type: 'none', body: 'x' },
      { type: ',', body: 'x' },
      { body: 'x' },
      { body: 'x'.repeat(100_000), type: json },
    ].map((row, n) => ({
      method: 'POST',
      path: insert(`new-${n}`),
      ...row,
      status: 200,
      json: yes,
    })),
    { path: insert('by-get'), status: 200, json: yes },
    { path: insert('by-get'), status: 200, json: no },
    { path: insert('BY-GET'), status: 200, json: no },
    // Of two nobody knows which one was meant.
    { path: `${insert('one')}&user_id=two`, ...malformed },
    { path: `${insert('one')}&user_pwd=two`, ...malformed },
    { path: `${insert('one')}&user_id=one`, ...malformed },
    { path: `${insert('more')}&more=1`, status: 200, json: yes },
    ...['', ' ', 'two words', 'x'.repeat(65), 'x'.repeat(3_000), '\u200b', '\0'].map(id => ({
      path: insert(id),
      status: 200,
      json: no,
    })),
    { path: insert('no-password', ''), status: 200, json: no },
    { path: insert('long-password', 'x'.repeat(1_025)), status: 200, json: no },
    ...['', '?user_id=hong', '?user_pwd=x', '?user=hong&pwd=x', '?USER_ID=hong&USER_PWD=x'].map(
      query => ({ method: 'POST', path: `/api/test/insert${query}`, ...malformed }),
    ),
    { path: '/api/test/insert/?user_id=a&user_pwd=b', status: 307 },
    ...others('GET', 'POST').map(method => {
      return { method, path: insert(`by-${method}`), allow: 'GET, POST', ...verb }
    }),
    { method: 'HEAD', path: insert('by-head'), status: 405, allow: 'GET, POST' },
    // None of those has added one.
    ...['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'head'].map(method => {
      return { path: insert(`by-${method}`), status: 200, json: yes }
    }),
  ],
  'what is not there': [
    ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'].flatMap(method => {
      const paths = ['/api/qr', '/api/qr/', '/api/qr/nothing', '/api/nothing', '/api/', '/api']
      const rest = [
        '/api/qr/auth',
        '/api/test/insert/x',
        '/api/qr/ws/loading/TOKEN',
        '/api/qr/starts',
      ]
      return [...paths, ...rest].map(path => ({
        method,
        path,
        ...(method === 'HEAD' ? { status: 404 } : nothing),
      }))
    }),
    { method: 'POST', path: '/api/qr/nothing', type: json, body: '{', ...nothing },
    { method: 'POST', path: '/api/qr/nothing', type: ',', body: 'x', ...nothing },
    { path: '/api/qr/START', ...nothing },
    { path: '/api/QR/start', ...nothing },
    { path: '/api//qr/start', ...nothing },
    { path: '/api/qr/ws/loading/TOKEN/', ...nothing },
  ],
}

const page = 'http://localhost:5173'

for (const [name, table] of Object.entries(rows)) {
  attack(
    `N58, N60, N61: the seed's contract, row by row: ${name}`,
    async gate => {
      await addAccount(gate)
      for (const row of table) await assertAnswer(gate, row)
    },
    {
      settings: {
        QRGATE_TRIES_PER_SIGN_IN: '1000',
        QRGATE_ALLOWED_ORIGINS: `https://b.example,${page}`,
      },
    },
  )
}

async function newToken({ url }: Gate): Promise<string> {
  const { text } = await send(`${url}/api/qr/start`, 'GET')
  return (JSON.parse(text) as { token: string }).token
}

async function assertAnswer(gate: Gate, row: Row): Promise<void> {
  const { method = 'GET', type, body, headers } = row
  const token = row.path.includes('TOKEN') ? await newToken(gate) : ''
  const fill = (text: string) => text.replace('TOKEN', token)
  const all = { origin: page, ...(type !== undefined && { 'content-type': type }), ...headers }
  // Programs without a page send no origin.
  if (type === undefined && !headers) delete (all as { origin?: string }).origin
  const answer = await send(gate.url + fill(row.path), method, all, body)
  const about = `${method} ${row.path.slice(0, 80)} ${type} ${String(body).slice(0, 60)}`
  assert.equal(answer.status, row.status, `${about}: ${answer.text}`)
  assert.equal(answer.headers.allow, row.allow, about)
  if (row.location) assert.equal(answer.headers.location, fill(row.location), about)
  assert.match(String(answer.headers.vary), /\bOrigin\b/, about)
  const readable = all.origin === page ? page : undefined
  assert.equal(answer.headers['access-control-allow-origin'], readable, about)
  assert.equal(answer.headers['access-control-allow-credentials'], readable && 'true', about)
  assert.equal(answer.headers['set-cookie'], undefined, about)
  if (method === 'HEAD') assert.equal(answer.text, '')
  else if (row.json) assert.deepEqual(JSON.parse(answer.text), row.json, about)
  if (!row.detail) return
  const { detail, code, ...more } = JSON.parse(answer.text) as Record<string, unknown>
  assert.match(String(detail), row.detail, about)
  assert.deepEqual([typeof code, more], ['string', {}], about)
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
}

attack('N61: a detail is Korean unless English is asked for', async gate => {
  const languages: [string | undefined, RegExp][] = [
    [undefined, /[가-힣]/],
    ['*', /[가-힣]/],
    ['', /[가-힣]/],
    ['ko', /[가-힣]/],
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', /[가-힣]/],
    ['fr', /[가-힣]/],
    ['en;q=0.1, ko', /[가-힣]/],
    ['en', /^[A-Z]/],
    ['EN-us,en;q=0.9', /^[A-Z]/],
    ['fr, en;q=0.5', /^[A-Z]/],
    ['ko;q=0, en', /^[A-Z]/],
  ]
  const routes = [
    ['POST', '/api/qr/auth/x', signIn],
    ['POST', '/api/qr/auth/%', signIn],
    ['POST', '/api/qr/auth/x', '{'],
    ['PUT', '/api/qr/start', ''],
    ['GET', '/api/qr/nothing', ''],
    ['GET', '/api/test/insert', ''],
    ['GET', '/api/qr/ws/loading/x', ''],
  ] as const
  for (const [language, words] of languages) {
    for (const [method, path, body] of routes) {
      const said = language === undefined ? {} : { 'accept-language': language }
      // Whatever was chosen on our own pages, no cookie is read here.
      const headers = { ...said, 'content-type': json, cookie: 'qrgate-lang=en' }
      const other = { ...headers, cookie: 'qrgate-lang=ko' }
      for (const sent of [headers, other]) {
        const { text } = await send(gate.url + path, method, sent, body)
        const { detail } = JSON.parse(text) as { detail: string }
        assert.match(detail, words, `${language} ${method} ${path}`)
      }
    }
  }
})

attack(
  "N61: where the seed's API is off, or adding accounts is, its clients read that nothing is there",
  async gate => {
    const paths = ['/api/test/insert?user_id=a&user_pwd=b', '/api/test/insert', '/api/test/insert/']
    for (const path of paths)
      await assertAnswer(gate, { method: 'POST', path, type: json, ...nothing })
    await assertAnswer(gate, { path: '/api/qr/start/', status: 307 })
  },
  { mode: 'serve', settings: { QRGATE_SEED_API: '1', QRGATE_ALLOWED_ORIGINS: page } },
)

attack(
  "N61: where the seed's API is off, all of it is a 404 with a detail that any allowed page reads",
  async gate => {
    for (const path of ['/api/qr/start', '/api/qr/auth/x', '/api/test/insert', '/api/qr/start/']) {
      await assertAnswer(gate, { method: 'POST', path, type: json, body: '{', ...nothing })
    }
  },
  { mode: 'serve', settings: { QRGATE_ALLOWED_ORIGINS: page } },
)

attack(
  'N61: the socket of the seed lets in a token from any page, and says why not',
  async gate => {
    const open = async (path: string, headers: Record<string, string> = {}) => {
      const socket = new WebSocket(gate.url.replace('http', 'ws') + path, { headers })
      return new Promise<number>((resolve, reject) => {
        socket.on('open', () => {
          socket.terminate()
          resolve(101)
        })
        socket.on('unexpected-response', (_request, answer) => {
          answer.resume()
          socket.terminate()
          resolve(answer.statusCode ?? 0)
        })
        socket.on('error', reject)
      })
    }
    const at = `/api/qr/ws/loading/${await newToken(gate)}`
    for (const origin of [page, 'null', 'https://other.example']) {
      assert.equal(await open(at, { origin }), 101)
    }
    assert.equal(await open(`${at}?a=1`), 101)
    assert.equal(await open(`${at}x`), 401)
    assert.equal(await open('/api/qr/ws/loading/%'), 401)
    assert.equal(await open(`${at}/`), 404)
    assert.equal(await open('/api/qr/start'), 404)
    assert.equal(await open('/api/qr/start/'), 404)
  },
)
