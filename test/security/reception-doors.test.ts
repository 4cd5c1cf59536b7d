// What opens a desk, for how long, and for whose pages.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../support/patience.ts'
import { credential, patient, startReceptionServer } from '../support/reception-server.ts'

const hour = 3_600_000

test('a link opens one browser, once, within an hour', async t => {
  const reception = await startReceptionServer(t)
  const use = async (link: string) => {
    const { status, code = '' } = await reception.ask('POST', '/desk/session', { body: { link } })
    return `${status} ${code}`.trim()
  }
  const link = await reception.link()
  assert.equal(await use(link), '204')
  assert.equal(await use(link), '401 link_used')
  const wanted = await reception.link()
  const all = await Promise.all(Array.from({ length: 5 }, () => use(wanted)))
  assert.deepEqual(all.sort(), ['204', ...Array(4).fill('401 link_used')])
  const old = await reception.link()
  reception.passTime(hour)
  assert.equal(await use(old), '401 link_used')
})

test('a link opens nothing where it stands in an address or a header', async t => {
  const reception = await startReceptionServer(t)
  const link = await reception.link()
  for (const path of [
    `/desk?link=${link}`,
    `/desk/session?link=${link}`,
    `/desk/live?link=${link}`,
  ]) {
    const { setCookie, code = '' } = await reception.ask('GET', path, {
      cookie: link,
      headers: { authorization: `Bearer ${link}` },
    })
    assert.equal(setCookie, undefined)
    assert.equal(code, path.startsWith('/desk?') ? '' : 'no_desk')
  }
  const { code } = await reception.ask('POST', `/desk/session?link=${link}`, { body: {} })
  assert.equal(code, 'malformed')
})

test('S065: the cookie is for this browser’s requests from reception’s own pages alone', async t => {
  for (const base of ['', '/reception'] as const) {
    const reception = await startReceptionServer(t, base)
    const answer = await reception.ask('POST', `${base}/desk/session`, {
      body: { link: await reception.link() },
    })
    assert.match(
      answer.setCookie ?? '',
      new RegExp(
        `^qrgate-desk=[\\w-]{43}; Max-Age=43200; Path=${base}/; HttpOnly; SameSite=Strict$`,
      ),
    )
  }
})

test('after twelve hours a desk is shut, and what was live is cut before it hears more', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const live = await reception.listen('/desk/live', cookie)
  await until('it is live', () => live.text.includes('data: '))
  reception.passTime(12 * hour - 1)
  await reception.arrives('consultation', { masked_name: '남*길' })
  await until('it hears until then', () => live.text.includes('남*길'))
  reception.passTime(1)
  await reception.arrives()
  await until('it is cut', () => live.isCut)
  assert.ok(!live.text.includes(patient.masked_name))
  for (const path of ['/desk/session', '/desk/live', '/day/summary', '/day/summary.csv']) {
    assert.equal((await reception.ask('GET', path, { cookie })).code, 'no_desk', path)
  }
  const id = randomUUID()
  assert.equal((await reception.act(cookie, 'walk-in', { id, service: 'tests' })).code, 'no_desk')
})

test('the data folder holds hashes of what opens a desk, and no secret of the gate’s client', async t => {
  const reception = await startReceptionServer(t)
  const secrets = [await reception.link(), await reception.openDesk()]
  for (const name of readdirSync(reception.dataDir)) {
    const content = readFileSync(join(reception.dataDir, name), 'latin1')
    for (const secret of [...secrets, 'whsec_', credential]) {
      assert.ok(!content.includes(secret), `${name} holds a secret`)
    }
  }
})

test('S055: no other site’s page acts with a desk’s cookie, whatever it says of itself', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const arrival = await reception.arrives()
  const { hostname, port, host } = new URL(reception.url)
  const origins: Record<string, string | undefined> = {
    none: undefined,
    'null, as of a sandboxed frame': 'null',
    empty: '',
    'another site': 'https://attacker.example',
    'another port': `http://${hostname}:${Number(port) + 1}`,
    'no port': `http://${hostname}`,
    'a name that begins like ours': `http://${host}.attacker.example`,
    'ours as its user': `http://${host}@attacker.example`,
    'ours twice': `${reception.url}, ${reception.url}`,
    'no address': host,
  }
  const before = reception.rows()
  const acts: [string, object][] = [
    ['call', { desk: 'room-1', arrival }],
    ['recall', { arrival }],
    ['end', { arrival, as: 'done' }],
    ['back', { arrival }],
    ['pass', { arrival, service: 'payment' }],
    ['walk-in', { id: randomUUID(), service: 'tests' }],
    ['staff-call', { id: 'x' }],
    ['service', { service: 'tests', closed: true }],
    ['undo', { undo: randomUUID() }],
    ['session', { link: await reception.link() }],
  ]
  for (const [who, origin] of Object.entries(origins)) {
    for (const [action, body] of acts) {
      const asking = { cookie, origin, body, headers: { referer: `${reception.url}/desk` } }
      const { status, code, setCookie } = await reception.ask('POST', `/desk/${action}`, asking)
      assert.equal(`${status} ${code}`, '403 other_site', `${action}, origin: ${who}`)
      assert.equal(setCookie, undefined)
    }
  }
  for (const site of ['cross-site', 'same-site', 'none', '']) {
    const body = { desk: 'room-1', arrival }
    const asking = { cookie, body, headers: { 'sec-fetch-site': site } }
    const { status, code } = await reception.ask('POST', '/desk/call', asking)
    assert.equal(`${status} ${code}`, '403 other_site', `our own Origin, and ${site}`)
  }
  assert.equal(reception.rows(), before)
  assert.equal((await reception.act(cookie, 'call', { desk: 'room-1', arrival })).status, 200)
})

test('N42: where the browser says that our own page asks, a desk acts whatever its Origin is', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const headers = { 'sec-fetch-site': 'same-origin' }
  for (const origin of ['null', undefined, 'https://desk.example.org']) {
    const body = { desk: 'room-1', arrival: await reception.arrives() }
    const { status } = await reception.ask('POST', '/desk/call', { cookie, origin, body, headers })
    assert.equal(status, 200, `${origin}`)
    await reception.act(cookie, 'end', { arrival: body.arrival, as: 'done' })
  }
})

test('another method or another spelling of an address gets past nothing', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const arrival = await reception.arrives()
  const before = reception.rows()
  const call = { desk: 'room-1', arrival }
  const override = {
    'x-http-method-override': 'POST',
    'x-http-method': 'POST',
    'x-method-override': 'POST',
  }
  // With the desk's own cookie, too, nothing but a POST acts.
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
    const body = method === 'GET' || method === 'HEAD' ? undefined : call
    for (const path of ['/desk/call', '/desk/call?_method=POST']) {
      const { status } = await reception.ask(method, path, {
        cookie,
        headers: override,
        body,
      })
      assert.ok(status === 404 || status === 403, `${method} ${path}: ${status}`)
    }
  }
  const { status, whole } = await reception.ask('OPTIONS', '/desk/call', {
    origin: 'https://attacker.example',
    headers: { 'access-control-request-method': 'POST' },
  })
  assert.ok(status >= 400 && !/access-control-allow/i.test(whole), whole)

  const spellings = [
    ...['/desk%2flive', '//desk/live', '/reception/../desk/live', '/desk/live/', '/DESK/live'],
    ...[
      '/desk/./live',
      '/./desk/live',
      '/desk/%6cive',
      '/desk;a/live',
      '/desk/live%00',
      '/desk\\live',
    ],
    ...[
      '/day//summary',
      '/board/../desk/live',
      '/assets/..%2fdesk%2flive',
      '/%64esk/live',
      '/desk/%zz',
    ],
    ...[`${reception.url}/desk/live`, '/desk/live#board', '/board/live/../../desk/live'],
  ]
  for (const path of spellings) {
    const { status, code, whole } = await reception.ask('GET', path)
    assert.match(
      `${status} ${code}`,
      /^(401 no_desk|404 not_found|422 malformed)$/,
      `${path} ${whole}`,
    )
  }
  assert.equal(reception.rows(), before)
})

test('S084: no file is served but the pages and what they load', async t => {
  const reception = await startReceptionServer(t)
  const paths = [
    ...[
      '/assets/../desk.html',
      '/assets/..%2fdesk.html',
      '/assets/%2e%2e/desk.html',
      '/assets/',
      '/assets',
    ],
    ...[
      '/assets/../../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/..%5c..%5cpackage.json',
    ],
    ...['/assets//etc/passwd', '/assets/%2fetc%2fpasswd', '/assets/../../../../../../etc/passwd'],
    ...[
      '/assets/....//....//package.json',
      '/assets/%252e%252e/desk.html',
      '/assets/.%00/desk.html',
    ],
    ...[
      '/desk.html',
      '/reception.json',
      '/reception.sqlite',
      '/package.json',
      '/src/cli.ts',
      '/.env',
    ],
  ]
  for (const path of paths) {
    const { status, code, whole } = await reception.ask('GET', path)
    assert.match(`${status} ${code}`, /^(404 not_found|422 malformed)$/, `${path} ${whole}`)
  }
})

test('N30: people who mistype a page are led to it, or read that there is none; programs get JSON', async t => {
  for (const base of ['', '/reception'] as const) {
    const reception = await startReceptionServer(t, base)
    const open = (path: string, accept = 'text/html,*/*;q=0.8') =>
      fetch(reception.url + path, { headers: { accept }, redirect: 'manual' })
    for (const [typed, page] of [
      [`${base}/Board/`, '/board'],
      [`${base}//DESK?lang=en`, '/desk?lang=en'],
      [`/${base}/day/`, '/day'],
      [`${base}/board%C2%A0`, '/board'],
      [`${base}/Board.`, '/board'],
      [`${base}/desk%E2%80%8B%0A`, '/desk'],
      [`${base}/%EF%BD%84ay%2F`, '/day'],
      [`${base}/Desk.html`, '/desk'],
      [`${base}/index.html`, '/desk'],
    ] as const) {
      const answer = await open(typed)
      assert.equal(answer.status, 302, typed)
      assert.equal(answer.headers.get('location'), base + page)
    }
    const missing = await open(`${base}/nothing`)
    assert.equal(missing.status, 404)
    assert.match(await missing.text(), /페이지를 찾을 수 없습니다.*Page not found/)
    const shown = await fetch(`${reception.url}${base}/nothing`, {
      headers: { accept: '*/*', 'sec-fetch-dest': 'document' },
    })
    assert.match(`${shown.headers.get('content-type')}`, /^text\/html/)
    const program = await open(`${base}/Board/`, '*/*')
    assert.deepEqual(
      [program.status, ((await program.json()) as { code: string }).code],
      [404, 'not_found'],
    )
  }
})

test('S064: every answer of reception carries the same guards, whatever becomes of it', async t => {
  const reception = await startReceptionServer(t)
  const cookie = await reception.openDesk()
  const asked: [method: string, path: string, asking?: object][] = [
    ['GET', '/desk'],
    ['GET', '/board'],
    ['GET', '/'],
    ['GET', '/healthz'],
    ['GET', '/desk/session', { cookie }],
    ['GET', '/desk/session'],
    ['GET', '/day/summary.csv', { cookie }],
    ['POST', '/desk/call', { cookie, body: {} }],
    ['POST', '/webhook', { body: {} }],
    ['GET', '/nothing'],
    ['GET', '/%zz'],
    ['GET', '/board/live'],
  ]
  for (const [method, path, asking] of asked) {
    const { whole } = await reception.ask(method, path, asking)
    for (const guard of [
      /^content-security-policy\ndefault-src 'none'; .*script-src 'self';.* frame-ancestors 'self'/im,
      /^x-content-type-options\nnosniff/im,
      /^referrer-policy\nno-referrer/im,
      /^cross-origin-resource-policy\nsame-origin/im,
    ]) {
      assert.match(whole, guard, `${method} ${path}`)
    }
  }
})
