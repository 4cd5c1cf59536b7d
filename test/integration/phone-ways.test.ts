import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { words } from '../../server/src/http/phone/words.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'

const html = 'text/html,application/xhtml+xml,*/*;q=0.8'
const password = 'correct horse battery'
const { 'no-cookies': noCookies, elsewhere, unknown } = words.en.obstacles

/** A phone that keeps nothing, as far as the gate can see. */
async function withoutCookies(
  path: string,
  {
    accept = html,
    body,
    headers,
  }: { accept?: string; body?: Record<string, string>; headers?: object },
): Promise<{ status: number; text: string }> {
  const answer = await fetch(gate.url + path, {
    method: body ? 'POST' : 'GET',
    headers: { accept, ...(body && { origin: gate.url }), ...headers },
    redirect: 'manual',
    ...(body && { body: new URLSearchParams(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}

function assertSays(page: string, { title, text }: { title: string; text: readonly string[] }) {
  for (const said of [title, ...text])
    assert.ok(page.includes(said), `${said} in ${page.slice(-900)}`)
  assert.doesNotMatch(page, /다른 분|[Ss]ome(one|body) else/)
}

/** One gate for the file: each test has its own sign-ins. */
const gate = await startGate({ after } as TestContext, {
  QRGATE_PRIVACY_URL: 'https://p.example/n',
})
const kiosk = new Kiosk(gate.url)

test('N26: a phone that keeps no cookies is told so, with scripts and without', async () => {
  const signIn = await kiosk.start()
  const { id, receipt } = await new Phone(gate.url).open(signIn.frame.url)
  // Without scripts its form is answered; with them, the page that the script goes to.
  for (const action of ['scan', 'sign-in', 'sign-up', 'deny']) {
    const body = { receipt, account: 'hong', name: 'Hong', password }
    const { status, text } = await withoutCookies(`/s/${id}/${action}`, { body })
    assert.equal(status, 403, action)
    assertSays(text, noCookies)
  }
  const script = await withoutCookies(`/s/${id}/scan`, {
    accept: 'application/json',
    body: { receipt },
  })
  assert.equal(JSON.parse(script.text).code, 'receipt_wrong')
  for (const headers of [
    { 'sec-fetch-site': 'same-origin' },
    { referer: `${gate.url}${new URL(signIn.frame.url).pathname}` },
  ]) {
    assertSays((await withoutCookies(`/s/${id}`, { headers })).text, noCookies)
  }
  assert.equal((await kiosk.view(signIn)).state, 'pending', 'another phone may have it')
})

test('N26: cookies that are gone between two pages are told, not somebody else', async () => {
  const signIn = await kiosk.start()
  const { id } = await new Phone(gate.url).scan(signIn.frame.url)
  for (const action of ['sign-in', 'sign-up', 'deny', 'end', 'not-me', 'coming']) {
    const body = { account: 'hong', name: 'Hong', password }
    assertSays((await withoutCookies(`/s/${id}/${action}`, { body })).text, noCookies)
  }
})

test('N27: a page that is handed to another browser says that another app has it', async () => {
  const signIn = await kiosk.start()
  const { id } = await new Phone(gate.url).scan(signIn.frame.url)
  const fresh = await withoutCookies(`/s/${id}`, { headers: { 'sec-fetch-site': 'none' } })
  assertSays(fresh.text, elsewhere)
  // A browser that has been here before has a key of its own.
  const known = new Phone(gate.url)
  await known.get('/code')
  assertSays(await (await known.get(`/s/${id}`)).text(), elsewhere)
  const byTicket = await (await known.get(new URL(signIn.frame.url).pathname)).text()
  assert.ok(byTicket.includes(words.en.obstacles['in-use'].text[0] ?? '?'))
  assert.equal((await known.state(id)).body.code, 'not_your_phone')
})

test('N26, N27: a browser that keeps cookies is never told that it does not, whichever page it had', async () => {
  const signIn = await kiosk.start()
  const { id } = await new Phone(gate.url).scan(signIn.frame.url)
  const step = { 'sec-fetch-site': 'same-origin' }
  const handedOn = new Phone(gate.url, { 'accept-language': 'en' })
  for (const [path, headers] of [
    [`/s/${id}`, {}],
    [`/s/${id}?lang=en`, step],
    [`/s/${id}`, step],
  ] as const) {
    assertSays(await (await handedOn.get(path, html, 'GET', headers)).text(), elsewhere)
  }
  // Of all cookies only the language is left, as where a key has run out.
  const chooser = new Phone(gate.url, step, ['qrgate-lang=en'])
  assertSays(await (await chooser.get(`/s/${id}`)).text(), elsewhere)
})

test("N30: a form's address that is opened leads to where the form stands", async () => {
  const signIn = await kiosk.start()
  const phone = new Phone(gate.url)
  const { id } = await phone.scan(signIn.frame.url)
  const stands = {
    scan: '',
    'sign-in': '',
    'sign-up': '?form=sign-up',
    deny: '',
    end: '',
    'not-me': '?form=not-me',
    'cancel-hand-off': '?form=cancel',
    coming: '',
    leave: '',
  }
  for (const [form, query] of Object.entries(stands)) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await phone.get(`/s/${id}/${form}`, html, method)
      assert.equal(answer.status, 303, form)
      assert.equal(answer.headers.get('location'), `/s/${id}${query}`)
    }
  }
  assertSays(await (await phone.get(`/s/${id}/nothing`)).text(), unknown)
})

test('N30: what people type or scan is forgiven its capitals and slashes', async () => {
  const signIn = await kiosk.start()
  const ticket = new URL(signIn.frame.url).pathname
  const phone = new Phone(gate.url)
  for (const typed of [
    ...['/Code', '/CODE/', '//code', '/code//?lang=en', '/code%20', '/Kiosk/', '/DEMO', '//'],
    ...['/try/', '/TRY', '/kiosk.html', '/index.html', '/code%0A', '/code%2F', '/%EF%BD%83ode'],
    ...[`${ticket}/`, `/${ticket}`, `/E${ticket.slice(2)}/`, '/api/docs/', '/API/docs'],
    ...[`${ticket}.`, `${ticket}%20`, `${ticket}%E2%80%8B`, `/q${ticket.slice(2).toLowerCase()}`],
  ]) {
    let path = typed
    let answer = await phone.get(path, html)
    for (let steps = 0; answer.status === 307 && steps < 4; steps++) {
      path = answer.headers.get('location') ?? ''
      assert.match(path, /^\/(?!\/)/)
      answer = await phone.get(path, html)
    }
    assert.equal(answer.status, 200, typed)
    assert.equal(answer.headers.get('content-type')?.startsWith('text/html'), true, typed)
  }
})

test('N30: a misspelt address of a live sign-in leads to its page', async () => {
  const signIn = await kiosk.start()
  const phone = new Phone(gate.url)
  const { id } = await phone.scan(signIn.frame.url)
  for (const typed of [
    ...[`/s/${id}/`, `/s/${id}.`, `/s/${id}%20`, `/S/${id.toUpperCase()})`, `/s/${id}/Sign-In`],
    ...[`/s/${id}/sign-in%20`, `/s/${id}/scan.`, `/s/${id}%E2%80%8B/scan/`],
  ]) {
    let [path, answer] = [typed, await phone.get(typed, html)]
    for (let steps = 0; answer.status !== 200 && steps < 3; steps++) {
      path = answer.headers.get('location') ?? `${answer.status}`
      answer = await phone.get(path, html)
    }
    assert.equal(path, `/s/${id}`, typed)
    assertSays(await answer.text(), { title: words.en.signIn.title, text: [] })
  }
})

test('N30: where nothing is, people get a page that offers to type a code; programs get JSON', async () => {
  for (const path of ['/cod', '/q', '/s', '/code/x', '/assets/x', '/a%ff', '/%E0%A4%A']) {
    const answer = await fetch(gate.url + path, { headers: { accept: html } })
    assert.equal(answer.status, 404, path)
    const page = await answer.text()
    assertSays(page, unknown)
    assert.ok(page.includes('href="/code"'), path)
    assert.ok(answer.headers.get('content-security-policy'), path)
  }
  for (const headers of [
    { accept: '*/*', 'sec-fetch-dest': 'document' },
    { accept: 'application/xhtml+xml' },
  ]) {
    assertSays(await (await fetch(`${gate.url}/nope`, { headers })).text(), unknown)
  }
  const head = await fetch(`${gate.url}/cod`, { method: 'HEAD', headers: { accept: html } })
  assert.equal(head.status, 404)
  assert.ok(head.headers.get('content-type')?.startsWith('text/html'))
  for (const [path, accept, method] of [
    ['/cod', 'application/json', 'GET'],
    ['/cod', '*/*', 'GET'],
    ['/cod', '*/*', 'POST'],
    ['/api/v1/nothing', html, 'GET'],
    ['/api/nothing', html, 'POST'],
    ['/oidc/nothing', html, 'GET'],
  ] as const) {
    const answer = await fetch(gate.url + path, { method, headers: { accept } })
    assert.equal(answer.status, 404, path)
    assert.equal(((await answer.json()) as { code: string }).code, 'not_found')
  }
})

test("N31: the kiosk's choice speaks until somebody chooses on the phone", async () => {
  const signIn = await kiosk.start()
  const ticket = new URL(await kiosk.frame(signIn)).pathname.slice(3)
  const langOf = async (phone: Phone, path: string) =>
    /<html lang="(..)"/.exec(await (await phone.get(path)).text())?.[1]
  const phone = new Phone(gate.url, { 'accept-language': 'ko-KR,ko;q=0.9' })
  assert.equal(await langOf(phone, `/Q/${ticket}`), 'ko')
  assert.equal(await langOf(phone, `/E/${ticket}`), 'en')
  // The pages that follow, which no QR leads to.
  assert.equal(await langOf(phone, '/code'), 'en')
  // The next screen, where nobody has chosen.
  assert.equal(await langOf(phone, `/Q/${ticket}`), 'ko')
  assert.equal(await langOf(phone, '/code'), 'ko')
  const chooser = new Phone(gate.url, { 'accept-language': 'ko' })
  assert.equal(await langOf(chooser, '/code?lang=ko'), 'ko')
  assert.equal(await langOf(chooser, `/E/${ticket}`), 'ko', 'what was chosen here counts more')
  assert.equal(await langOf(new Phone(gate.url, { 'accept-language': 'en' }), `/K/${ticket}`), 'ko')
  const other = new Phone(gate.url, { 'accept-language': 'fr, ko;q=0.5, en;q=0.4' })
  for (const path of ['/code', `/q/${ticket}`, '/cod', '/enrol/x', '/s/x']) {
    assert.equal(await langOf(other, path), 'ko', path)
  }
})

test('N31: a language that an address asks for stays, whatever is answered there', async () => {
  const langOf = async (phone: Phone) =>
    /<html lang="(..)"/.exec(await (await phone.get('/code')).text())?.[1]
  const { id } = await kiosk.start()
  const { pathname } = new URL((await kiosk.start()).frame.url)
  const scanned = new Phone(gate.url, { 'accept-language': 'en' })
  await scanned.scan(gate.url + pathname)
  for (const [path, phone = new Phone(gate.url, { 'accept-language': 'en' })] of [
    ['/try?lang=ko'],
    [`/s/${id}/sign-in?lang=ko`],
    [`/s/${id}?lang=ko`],
    ['/nothing?lang=ko'],
    // Its own sign-in already: sent on to where that stands.
    [`${pathname}?lang=ko`, scanned],
  ] as [string, Phone?][]) {
    await phone.get(path, html)
    assert.equal(await langOf(phone), 'ko', path)
  }
  // A choice that was made before is no reason to miss another.
  await scanned.get(`${pathname}?lang=en`, html)
  assert.equal(await langOf(scanned), 'en')
  const { text } = await withoutCookies('/code?lang=ko', { body: { user_code: 'BCDF' } })
  assert.match(text, /<html lang="ko".*<form method="post" class="typing">/s)
})

test('N32: a typed code comes through another language and another form, and is shown at its own sign-in alone', async () => {
  const signIn = await kiosk.start()
  const { user_code } = await askUserCode(kiosk, signIn)
  const phone = new Phone(gate.url, { 'accept-language': 'en' })
  const shows = async (path: string) =>
    /<p class="came-from">.*<strong>(.*?)<\/strong>/.exec(await (await phone.get(path)).text())?.[1]
  const { id, page, receipt } = await typeCode(phone, user_code)
  // Without script the switch asks with the code again, and scans nothing.
  const [, again = ''] = /<noscript>(<form [^>]*action="\/code.*?)<\/noscript>/.exec(page) ?? []
  assert.match(again, /action="\/code\?lang=ko".*name="user_code" value="....-...."/)
  const korean = await phone.post('/code?lang=ko', { user_code }, html)
  assert.match(
    await korean.text(),
    new RegExp(`<html lang="ko".*<strong>${user_code}</strong>`, 's'),
  )
  assert.equal((await kiosk.view(signIn)).state, 'pending')

  await phone.post(`/s/${id}/scan?lang=en`, { receipt, account: 'hong', next: '' }, html)
  assert.equal(await shows(`/s/${id}`), user_code)
  const wrong = await phone.post(`/s/${id}/sign-in`, { account: 'hong', password }, html)
  assert.match(await wrong.text(), new RegExp(`<strong>${user_code}</strong>`))

  // Whoever comes second reads it in the other language too.
  const second = new Phone(gate.url, { 'accept-language': 'en' })
  const inUse = (await typeCode(second, user_code)).page
  assert.match(inUse, /action="\/code\?lang=ko".*name="user_code" value="....-...."/)
  const inUseKorean = await second.post('/code?lang=ko', { user_code }, html)
  assert.ok((await inUseKorean.text()).includes(words.ko.obstacles['in-use'].title))

  await phone.deny(id)
  const other = await kiosk.start()
  await phone.scan(other.frame.url)
  assert.equal(await shows(`/s/${other.id}`), undefined)
})

test('N32: what was typed comes through language, form and expiry, and ends with the sign-in', async () => {
  const typedOn = async (phone: Phone, path: string) => {
    const page = await (await phone.get(path)).text()
    const of = (name: string) =>
      new RegExp(`<input id="${name}"[^>]* value="([^"]*)"`).exec(page)?.[1]
    return [of('account'), of('name'), /<html lang="(..)"/.exec(page)?.[1]]
  }
  const follow = async (phone: Phone, path: string, fields: Record<string, string>) => {
    const answer = await phone.post(path, fields, html)
    assert.equal(answer.status, 303, await answer.text())
    return answer.headers.get('location') ?? ''
  }
  const phone = new Phone(gate.url, { 'accept-language': 'en' })
  const signIn = await kiosk.start()
  const { id, receipt } = await phone.open(signIn.frame.url)
  const scan = `/s/${id}/scan`
  // Before the scan, without scripts: the press is the scan.
  const korean = await follow(phone, `${scan}?lang=ko`, {
    receipt,
    account: '홍 "길동"',
    next: '',
  })
  assert.deepEqual(await typedOn(phone, korean), ['홍 &quot;길동&quot;', undefined, 'ko'])
  const signUp = await follow(phone, scan, { account: 'hong', password, next: 'sign-up' })
  assert.equal(signUp, `/s/${id}?form=sign-up`)
  assert.deepEqual(await typedOn(phone, signUp), ['hong', '', 'ko'])
  const back = await follow(phone, `${scan}?lang=en`, {
    account: 'hong2',
    name: 'Hong',
    next: '',
  })
  assert.deepEqual(await typedOn(phone, back), ['hong2', undefined, 'en'])
  assert.deepEqual(await typedOn(phone, `${back}?form=sign-up`), ['hong2', 'Hong', 'en'])
  assert.doesNotMatch(phone.cookies, /battery/)
  const ticked = await follow(phone, scan, { account: 'hong2', remember: 'on', next: 'sign-up' })
  assert.match(await (await phone.get(ticked)).text(), /name="remember"[^>]* checked/)
  const unticked = await follow(phone, scan, { account: 'hong2', next: 'sign-up' })
  assert.doesNotMatch(await (await phone.get(unticked)).text(), /name="remember"[^>]* checked/)
  const emptied = await follow(phone, scan, { account: '', name: '', next: '' })
  assert.deepEqual(await typedOn(phone, emptied), ['', undefined, 'en'])

  // Its time runs out while somebody types.
  gate.passTime(181_000)
  const late = await phone.post(`/s/${id}/sign-in`, { account: 'gildong', password }, html)
  assert.equal(late.status, 410)
  const second = await kiosk.start()
  assert.deepEqual(await typedOn(phone, new URL(second.frame.url).pathname), [
    'gildong',
    undefined,
    'en',
  ])
  // The page's script has seen it end before anything was sent.
  const other = new Phone(gate.url)
  const { id: third } = await other.scan((await kiosk.start()).frame.url)
  gate.passTime(181_000)
  await other.post(`/s/${third}/scan`, { account: 'minsu' })
  const fourth = await kiosk.start()
  assert.equal((await typedOn(other, new URL(fourth.frame.url).pathname))[0], 'minsu')
  await other.scan(fourth.frame.url)
  assert.equal((await other.signUp(fourth.id, 'minsu', 'Minsu', password)).status, 200)
  const fifth = await kiosk.start()
  assert.equal((await typedOn(other, new URL(fifth.frame.url).pathname))[0], '')
})

test('N32: a scan that has had its tries asks for a new QR and names no time, which is not needed', async () => {
  const phone = new Phone(gate.url, { 'accept-language': 'en' })
  const { id } = await phone.scan((await kiosk.start()).frame.url)
  const guess = (signIn: string, n: number) =>
    phone.post(`/s/${signIn}/sign-in`, { account: `nobody${n}`, password }, html)
  for (let n = 0; n < 10; n += 1) assert.equal((await guess(id, n)).status, 401)
  const refused = await guess(id, 10)
  assert.equal(refused.status, 429)
  assertSays(await refused.text(), {
    title: 'Please scan a new QR code, or ask the staff.',
    text: [],
  })
  const second = await phone.scan((await kiosk.start()).frame.url)
  assert.equal((await guess(second.id, 11)).status, 401)
})

test('N32: sign-up says what it is for and where the privacy notice stands', async () => {
  const phone = new Phone(gate.url, { 'accept-language': 'ko' })
  const { id } = await phone.scan((await kiosk.start()).frame.url)
  const page = await (await phone.get(`/s/${id}?form=sign-up`)).text()
  assert.ok(page.includes('접수와 본인 확인에 씁니다'))
  assert.ok(page.includes('href="https://p.example/n"'))
  assert.ok(!(await (await phone.get(`/s/${id}`)).text()).includes('p.example'))
})
