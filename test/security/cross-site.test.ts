import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { stored } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { exchange, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const form = 'application/x-www-form-urlencoded'
const bodyTypes = ['text/plain', 'multipart/form-data; boundary=x', 'application/xml']

/** Sends a phone's POST with these headers, the victim's cookies included, as its browser would. */
function forge(
  gate: Gate,
  path: string,
  cookie: string,
  headers: Record<string, string>,
  body = '',
) {
  return fetch(gate.url + path, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, 'content-type': form, accept: 'application/json', ...headers },
    body,
  })
}

attack('S055 no other site can scan, sign in, sign up, deny or enrol for a visitor', async gate => {
  await addAccount(gate)
  const { phone, id } = await scannedSignIn(gate)
  const opened = new Phone(gate.url)
  const next = await new Kiosk(gate.url).start()
  const { receipt } = await opened.open(next.frame.url)
  const fields = new URLSearchParams({
    account: visitor.id,
    password: visitor.password,
    name: 'x',
    receipt,
  })
  const before = stored(gate.dataDir)
  const own = { origin: gate.url }
  const foreign: Record<string, string>[] = [
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: `${gate.url}.evil.example` },
    { origin: gate.url.replace(/:\d+$/, ':1') },
    { origin: gate.url.replace('http', 'https') },
    { origin: 'https://evil.example', referer: `${gate.url}/s/${id}` },
    { ...own, 'sec-fetch-site': 'cross-site' },
    { ...own, 'sec-fetch-site': 'same-site' },
    { ...own, 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '' },
  ]
  const victims: [path: string, cookie: string][] = [
    [`/s/${next.id}/scan`, opened.cookies],
    [`/s/${id}/sign-in`, phone.cookies],
    [`/s/${id}/sign-up`, phone.cookies],
    [`/s/${id}/deny`, phone.cookies],
    [paths.kioskEnrol, phone.cookies],
  ]
  for (const [path, cookie] of victims) {
    for (const headers of foreign) {
      const answer = await forge(gate, path, cookie, headers, `${fields}`)
      const said = `${path} ${JSON.stringify(headers)}`
      assert.equal(answer.status, 403, said)
      assert.equal(((await answer.json()) as { code: string }).code, 'cross_site', said)
      assert.deepEqual(answer.headers.getSetCookie(), [])
    }
    // Enrolment reads no body, so none can be wrong.
    const types = path === paths.kioskEnrol ? [] : bodyTypes
    for (const type of types) {
      const answer = await forge(gate, path, cookie, { ...own, 'content-type': type }, `${fields}`)
      assert.ok([400, 415].includes(answer.status), `${path} ${type}: ${answer.status}`)
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
      const headers = { cookie, ...own }
      const answer = await fetch(`${gate.url}${path}?${fields}`, { method, headers })
      assert.equal(answer.status, 404, `${method} ${path}`)
    }
  }
  assert.deepEqual(stored(gate.dataDir), before)
})

attack(
  "S055 the seed's sign-in takes JSON only, so that no form of another site can send it",
  async gate => {
    await addAccount(gate)
    const token = await new SeedClient(gate.url).start()
    const body = JSON.stringify({ id: visitor.id, pwd: visitor.password })
    const fields = `${new URLSearchParams({ id: visitor.id, pwd: visitor.password })}`
    const path = `/api/qr/auth/${token}`
    for (const [type, sent] of [
      [form, fields],
      ['text/plain', body],
      ['', body],
    ] as const) {
      const answer = await forge(gate, path, '', { 'content-type': type }, sent)
      assert.ok([415, 422].includes(answer.status), `${type}: ${answer.status}`)
      assert.equal(typeof ((await answer.json()) as { detail: unknown }).detail, 'string')
    }
    assert.deepEqual(stored(gate.dataDir).sign_ins, [])
  },
)

attack('S055 a kiosk cookie speaks only for our own pages', async gate => {
  const enrol = { method: 'POST', headers: { origin: gate.url } }
  const enrolled = await fetch(gate.url + paths.kioskEnrol, enrol)
  const cookie = enrolled.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const { number } = (await enrolled.json()) as { number: number }
  const kioskOf = async (headers: Record<string, string>) => {
    const answer = await fetch(gate.url + paths.signIns, {
      method: 'POST',
      headers: { cookie, ...headers },
    })
    const { kiosk_secret } = (await answer.json()) as { kiosk_secret: string }
    return Buffer.from(kiosk_secret, 'base64url').readUInt32BE(1)
  }
  assert.equal(await kioskOf({ origin: gate.url }), number)
  assert.equal(await kioskOf({ origin: 'https://evil.example' }), 1)
  assert.equal(await kioskOf({}), 1)
})

attack('S058 looking at a QR changes nothing, whoever looks and however often', async gate => {
  await addAccount(gate)
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const path = new URL(signIn.frame.url).pathname
  const before = stored(gate.dataDir)
  const looks: Record<string, string>[] = [
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-moz': 'prefetch' },
    { 'user-agent': 'facebookexternalhit/1.1' },
    { 'user-agent': 'kakaotalk-scrap/1.0' },
    { 'sec-fetch-dest': 'image', accept: 'image/avif,image/webp' },
    { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of looks) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await new Phone(gate.url, headers).get(path, headers.accept, method)
      assert.equal(answer.status, 200, `${method} ${JSON.stringify(headers)}`)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
    }
  }
  const { phone } = await scannedSignIn(gate)
  const remembered = await phone.get(path)
  assert.match(await remembered.text(), /name="password"/)
  assert.deepEqual(before.sign_ins, [])
  assert.equal(stored(gate.dataDir).sign_ins?.length, 1, 'only the one that a phone scanned')
  assert.equal((await kiosk.view(signIn)).state, 'pending')
})

for (const mode of ['demo', 'serve'] as const) {
  attack(
    `S060 no other site may frame a page (${mode})`,
    async gate => {
      for (const path of ['/q/x', '/s/x', '/kiosk', '/demo', '/']) {
        const { headers } = await fetch(gate.url + path, { redirect: 'manual' })
        const ancestors = mode === 'demo' ? "'self'" : "'none'"
        const policy = headers.get('content-security-policy') ?? ''
        assert.match(policy, new RegExp(`frame-ancestors ${ancestors}(;|$)`), path)
        const legacy = mode === 'demo' ? 'SAMEORIGIN' : 'DENY'
        assert.equal(headers.get('x-frame-options'), legacy)
      }
    },
    { mode },
  )
}

attack('S062 no header of a request chooses where a link or a QR leads', async gate => {
  const { url } = gate
  const host = new URL(url).host
  const ticket = new URL((await new Kiosk(url).start()).frame.url).pathname
  const spoofs: Record<string, string>[] = [
    { host: 'evil.example' },
    { host: 'evil.example:80' },
    { host: `${host}@evil.example` },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    { 'x-forwarded-prefix': '//evil.example', 'x-original-url': '//evil.example' },
    { forwarded: 'host=evil.example;proto=https' },
  ]
  for (const headers of spoofs) {
    for (const line of [
      `POST ${paths.signIns}`,
      'GET /api/qr/start',
      `GET ${ticket}`,
      'GET /kiosk',
      'GET /',
    ]) {
      const { status, text } = await exchange(url, request(url, line, headers))
      assert.ok(status > 0 && status < 500, `${line} ${JSON.stringify(headers)}: ${status}`)
      assert.ok(!text.includes('evil.example'), `${line}: ${text}`)
    }
  }
  const absolute = [
    'GET http://evil.example/kiosk',
    'GET http://evil.example/',
    'GET //evil.example/kiosk',
  ]
  for (const line of absolute) {
    for (const headers of [{}, { host: 'evil.example' }]) {
      const { status, text } = await exchange(url, request(url, line, headers))
      assert.ok(status > 0 && status < 500)
      assert.ok(!text.includes('evil.example'), `${line}: ${text}`)
    }
  }
  const twice = `GET /kiosk HTTP/1.1\r\nhost: ${host}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`
  assert.ok(!(await exchange(url, twice)).text.includes('evil.example'))
  const none = await exchange(url, 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')
  assert.equal(none.status, 400)
})
