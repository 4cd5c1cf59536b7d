import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { assertUnharmed } from '../support/aftermath.ts'
import { attack } from '../support/attack.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { exchange, request } from '../support/raw-http.ts'
import { upgradeHeaders } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

/** Status and headers of one answer of every kind that the gate gives. */
async function everyKindOfAnswer(url: string, origin: string) {
  const kiosk = new Kiosk(url)
  const { signIn, phone, id } = await scannedSignIn({ url }, { origin })
  const token = await new SeedClient(url).start()
  const ticket = new URL((await kiosk.start()).frame.url).pathname
  const json = { 'content-type': 'application/json' }
  const get = (path: string) => fetch(url + path, { redirect: 'manual' })
  const post = (path: string, body: string, headers: Record<string, string> = json) => {
    return fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' })
  }
  const answers: [string, Promise<Response>][] = [
    ['200 health', get('/healthz')],
    ['200 ticket page', get(ticket)],
    ['200 start', get('/api/qr/start')],
    [`${url === origin ? 200 : 307} kiosk page`, get('/kiosk')],
    ['200 OpenAPI', get('/api/openapi.json')],
    ['200 page of the API', get('/api/docs')],
    ['200 view', kiosk.view(signIn).then(() => fetchView(url, signIn))],
    ['200 phone state', phone.get(`/s/${id}`, 'application/json')],
    ['200 phone page', phone.get(`/s/${id}`)],
    ['201 start', post(paths.signIns, '{}')],
    ['204 preflight', fetch(url + paths.signIns, preflight)],
    ['307 root', get('/')],
    ['303 form', phone.post(`/s/${id}/deny`, {}, 'text/html')],
    ['400 body', post(paths.signIns, '{"a":1}')],
    ['400 JSON', post(paths.signIns, '{')],
    ['401 seed', post(`/api/qr/auth/${token}`, '{"id":"nobody","pwd":"x"}')],
    ['401 secret', get(paths.signIn(id))],
    ['403 phone', get(`/s/${id}`)],
    ['403 cross-site', post(`/s/${id}/deny`, '{}')],
    ['404 page', get('/nothing')],
    ['404 ticket', get('/q/NOTHING')],
    ['404 API', get('/api/nothing')],
    ['404 method', fetch(`${url}/healthz`, { method: 'DELETE' })],
    ['409 claim', kiosk.claim(await kiosk.start())],
    ['413 body', post(paths.signIns, JSON.stringify({ a: 'x'.repeat(20_000) }))],
    ['414 ticket', get(`/q/${'A'.repeat(1_100)}`)],
    ['415 type', post(paths.signIns, '<a/>', { 'content-type': 'application/xml' })],
    ['422 seed', post(`/api/qr/auth/${token}`, '{}')],
    ['400 bad escape', get('/%E0%A4%A')],
  ]
  const raw: [string, Promise<string>][] = [
    ['400 raw', exchange(url, 'NOT HTTP\r\n\r\n').then(answer => answer.text)],
    ['431 raw', sendRaw(url, { 'x-long': 'x'.repeat(20_000) })],
    ['401 handshake', sendRaw(url, upgradeHeaders(), `GET /api/qr/ws/loading/${id}`)],
    ['404 handshake', sendRaw(url, upgradeHeaders())],
  ]
  const all: [string, Headers, number][] = []
  for (const [name, answer] of answers) {
    const { headers, status } = await answer
    all.push([name, headers, status])
  }
  for (const [name, text] of raw) all.push([name, ...readHead(await text)])
  return all
}

const preflight = {
  method: 'OPTIONS',
  headers: { origin: 'https://kiosk.example.org', 'access-control-request-method': 'POST' },
}

function fetchView(url: string, { id, kiosk_secret }: { id: string; kiosk_secret: string }) {
  return fetch(url + paths.signIn(id), { headers: { authorization: `Bearer ${kiosk_secret}` } })
}

async function sendRaw(url: string, headers: Record<string, string>, line = 'GET /healthz') {
  return (await exchange(url, request(url, line, headers))).text
}

function readHead(text: string): [Headers, number] {
  const [head = ''] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = new Headers(
    lines.map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  )
  return [headers, Number(first.split(' ')[1])]
}

/** Nothing in the body can run, be framed or be kept, so three headers say it all. */
const bare = new Set(['400 raw', '431 raw', '414 ticket', '400 bad escape'])

async function checkHeaders(t: TestContext, publicUrl?: string): Promise<void> {
  const gate = await startGate(t, publicUrl ? { PUBLIC_URL: publicUrl } : {})
  const local = { url: gate.app.server.listeningOrigin }
  const https = gate.url.startsWith('https:')
  const policies = new Set<string>()
  let asJson = 0
  for (const [name, headers, status] of await everyKindOfAnswer(local.url, gate.url)) {
    assert.ok(name.startsWith(`${status} `), `${name}: ${status}`)
    const has = (header: string) => headers.get(header) ?? ''
    assert.equal(has('x-content-type-options'), 'nosniff', name)
    const cached = name === '200 kiosk page' ? 'no-cache' : 'no-store'
    assert.equal(has('cache-control'), cached, name)
    assert.doesNotMatch(has('server') + has('x-powered-by'), /./, name)
    if (bare.has(name)) continue
    assert.equal(has('referrer-policy'), 'same-origin', name)
    assert.equal(has('cross-origin-resource-policy'), 'same-origin', name)
    assert.equal(has('strict-transport-security'), https ? 'max-age=31536000' : '', name)
    const policy = has('content-security-policy')
    if (has('content-type').startsWith('application/json')) {
      assert.equal(policy, "default-src 'none'; frame-ancestors 'self'", name)
      asJson += 1
      continue
    }
    assert.match(has('permissions-policy'), /camera=\(\)/, name)
    policies.add(policy)
    for (const part of [`default-src 'none'`, `base-uri 'none'`, `form-action 'self'`]) {
      assert.ok(policy.includes(part), `${name}: ${part}`)
    }
    assert.doesNotMatch(policy, /unsafe-|\*|https?:\/\//, name)
    assert.equal(policy.includes('upgrade-insecure-requests'), https, name)
  }
  assert.equal(policies.size, 1, 'N23: one policy for all pages')
  assert.ok(asJson > 15, 'N72: JSON has its own')
  await assertUnharmed({ ...gate, ...local })
}

test('S064 every answer of every status carries the same guards, over http', t => checkHeaders(t))

test('S065 cookies keep to their host, out of scripts and, over https, out of the clear', async t => {
  for (const scheme of ['http', 'https']) {
    const settings = scheme === 'https' ? { PUBLIC_URL: 'https://gate.example.org' } : {}
    const gate = await startGate(t, settings)
    const local = gate.app.server.listeningOrigin
    const ticket = new URL((await new Kiosk(local).start()).frame.url).pathname
    const page = await fetch(local + ticket)
    const headers = { origin: gate.url }
    const enrolled = await fetch(local + paths.kioskEnrol, { method: 'POST', headers })
    const chosen = (await fetch(`${local}/code?lang=en`)).headers.getSetCookie()
    const [phoneKey = '', kiosk = ''] = [page, enrolled].map(answer => {
      const [cookie, ...more] = answer.headers.getSetCookie()
      assert.deepEqual(more, [])
      return cookie ?? ''
    })
    const secure = scheme === 'https' ? '; Secure' : ''
    const prefix = scheme === 'https' ? '__Host-' : ''
    const value = '=[\\w-]{43}; Max-Age='
    const lax = new RegExp(
      `^${prefix}qrgate-phone${value}86400; Path=/; HttpOnly${secure}; SameSite=Lax$`,
    )
    const strict = new RegExp(
      `^${prefix}qrgate-kiosk${value}34560000; Path=/; HttpOnly${secure}; SameSite=Strict$`,
    )
    const language = `qrgate-lang=en; Max-Age=31536000; Path=/${secure}; SameSite=Lax`
    const said = chosen.filter(cookie => cookie.startsWith('qrgate-lang='))
    assert.deepEqual(said, [language])
    assert.match(phoneKey, lax)
    assert.match(kiosk, strict)
    const plain = { cookie: `qrgate-kiosk=${kiosk.split('=')[1]?.split(';')[0]}` }
    const spoofed = await fetch(local + paths.kiosk, { headers: plain })
    assert.equal(spoofed.status, scheme === 'https' ? 401 : 200, 'a sibling host could set it')
  }
})

attack('S070 nothing that depends on a person or a moment is kept by a cache', async gate => {
  await addAccount(gate)
  const { phone, id, kiosk, signIn } = await scannedSignIn(gate)
  await phone.signIn(id, visitor.id, visitor.password)
  const claim = await kiosk.claim(signIn)
  assert.equal(claim.headers.get('cache-control'), 'no-store')
  const page = await phone.get(`/s/${id}`)
  assert.equal(page.headers.get('cache-control'), 'no-store')
  const fresh = new URL((await kiosk.start()).frame.url).pathname
  const ticketPage = await new Phone(gate.url).get(fresh)
  assert.match(ticketPage.headers.get('vary') ?? '', /Cookie/)
  const confusions = [
    `${fresh}.css`,
    `${fresh}/x.css`,
    `/s/${id}/x.css`,
    `/s/${id}.css`,
    `/s/${id}%2fx.css`,
  ]
  for (const path of [...confusions, `${paths.signIn(id)}.css`, `/assets/..%2f..%2fs/${id}`]) {
    const answer = await phone.get(path)
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`)
    assert.equal(answer.headers.get('cache-control'), 'no-store', path)
    assert.ok(!(await answer.text()).includes(visitor.id))
  }
  const home = await exchange(gate.url, request(gate.url, 'GET /kiosk'))
  const asset = /\/assets\/[\w.-]+\.js/.exec(home.text)?.[0] ?? ''
  const answer = await fetch(gate.url + asset)
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.deepEqual(answer.headers.getSetCookie(), [])
})

test('S064 every answer of every status carries the same guards, over https', t =>
  checkHeaders(t, 'https://gate.example.org'))
