import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { qrgate } from '../support/command.ts'
import { stored } from '../support/database.ts'
import { freePort, type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

const publicUrl = 'https://gate.example.org'
const SECRET_KEY = 'a secret key that only this test uses and nobody else'
const network = '203.0.113.7'
const later = 61_000

/** A gate as its proxy sees it, and a link of a new kiosk. */
async function setUp(t: TestContext) {
  const PORT = `${await freePort()}`
  const settings = { PUBLIC_URL: publicUrl, PORT, QRGATE_TRUSTED_PROXIES: '127.0.0.1' }
  const gate = await startGate(t, settings, 'serve')
  gate.holdTime()
  const url = `http://127.0.0.1:${PORT}`
  const own = { origin: publicUrl, referer: `${publicUrl}/kiosk`, 'x-forwarded-for': network }
  const screen = (headers: Record<string, string> = {}) => new Phone(url, { ...own, ...headers })
  return { gate, url, screen, path: await addKiosk(gate) }
}

/** As an operator does it. @returns the path of its link. */
async function addKiosk({ dataDir }: Gate): Promise<string> {
  const DATABASE_URL = `sqlite:${dataDir}/qrgate.sqlite`
  const env = { SECRET_KEY, PUBLIC_URL: publicUrl, DATABASE_URL }
  const { out, err } = await qrgate(['kiosk', 'add', '1층 접수 1번'], env, dataDir)
  const [link] = /https:\/\/\S+/.exec(out) ?? []
  assert.ok(link, err)
  return new URL(link).pathname
}

/** The credential that an answer gives, without its cookie's name. */
const credentialIn = (answer: Response) =>
  /^__Host-qrgate-kiosk=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '')?.[1] ?? ''

/** What a kiosk's page asks at once. */
const introduce = (screen: Phone) => screen.get(paths.kiosk, 'application/json')

const isEnrolled = async (url: string, credential: string) =>
  (await new Kiosk(url, credential).tryStart()).status === 201

test('an enrolment link changes nothing when it is opened, and enrols by its button', async t => {
  const { url, screen, path } = await setUp(t)
  assert.match(path, /^\/enrol\/[\w-]{43}$/)
  const one = screen()
  for (const method of ['GET', 'HEAD', 'GET']) {
    const page = await one.get(path, 'text/html', method)
    assert.equal(page.status, 200)
    assert.deepEqual(page.headers.getSetCookie(), [])
    if (method === 'GET') assert.match(await page.text(), /1층 접수 1번/)
  }
  const enrolled = await one.post(path, {})
  assert.deepEqual([enrolled.status, enrolled.headers.get('location')], [303, '/kiosk'])
  const [cookie = ''] = enrolled.headers.getSetCookie()
  assert.match(cookie, /^__Host-qrgate-kiosk=/)
  for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) {
    assert.ok(cookie.includes(attribute), cookie)
  }
  assert.ok(!cookie.includes('Domain'), cookie)
  assert.ok(await isEnrolled(url, credentialIn(enrolled)))

  const elsewhere = screen({ 'x-forwarded-for': '203.0.113.8' })
  assert.equal((await elsewhere.get(path)).status, 410)
  const again = await elsewhere.post(path, {})
  assert.deepEqual([again.status, again.headers.getSetCookie()], [410, []])
})

test('N41: a screen whose power goes before its cookie is on the disk enrols by the same link again', async t => {
  const { gate, screen, path } = await setUp(t)
  const first = screen()
  const lost = credentialIn(await first.post(path, {}))
  // What the page does at once, before the power goes.
  assert.equal((await introduce(first)).status, 200)
  gate.passTime(20_000)

  const restarted = screen()
  assert.equal((await restarted.get(path)).status, 200)
  const kept = credentialIn(await restarted.post(path, {}))
  assert.equal((await introduce(restarted)).status, 200)
  assert.notEqual(kept, lost)
  assert.equal((await introduce(first)).status, 401, 'the newest credential alone is good')
  const told = stored(gate.dataDir).log as { event: string; detail: string | null }[]
  assert.deepEqual(
    told.filter(({ event }) => event === 'kiosk.enrolled').map(({ detail }) => detail),
    [null, '{"again":1}'],
  )
})

test('N41: the link is used up when its credential is used later on, and after ten minutes at the latest', async t => {
  const { gate, url, screen, path } = await setUp(t)
  const one = screen()
  const credential = credentialIn(await one.post(path, {}))
  gate.passTime(later)
  assert.equal((await screen().get(path)).status, 200, 'nobody has used it later on')
  assert.equal((await introduce(one)).status, 200)
  assert.equal((await screen().get(path)).status, 410)
  assert.equal((await screen().post(path, {})).status, 410)
  assert.ok(await isEnrolled(url, credential))

  const unused = await addKiosk(gate)
  await screen().post(unused, {})
  gate.passTime(9 * 60_000)
  assert.equal((await screen().post(unused, {})).status, 303)
  gate.passTime(60_000)
  assert.equal((await screen().post(unused, {})).status, 410, 'the ten minutes begin once')
})

test('N41: a program keeps what it is given, so its first use ends the link', async t => {
  const { url, screen, path } = await setUp(t)
  const credential = credentialIn(await screen().post(path, {}))
  assert.equal((await screen().get(path)).status, 200)
  assert.ok(await isEnrolled(url, credential))
  assert.equal((await screen().get(path)).status, 410)
})

test('N41: a screen that is a kiosk already goes there when it opens its used link, as after two taps', async t => {
  const { gate, screen, path } = await setUp(t)
  const one = screen()
  await one.post(path, {})
  gate.passTime(later)
  await introduce(one)
  for (const answer of [await one.get(path), await one.post(path, {})]) {
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/kiosk'])
    assert.deepEqual(answer.headers.getSetCookie(), [])
  }
})

test('N42: what a browser says of where a form is sent decides over its Origin, at every form', async t => {
  const { screen, path } = await setUp(t)
  const ways: [headers: Record<string, string>, isOurs: boolean][] = [
    [{ origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: 'https://gate.example.org:8443', 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: '', 'sec-fetch-site': 'same-origin' }, true],
    [{ origin: publicUrl }, true],
    [{ origin: publicUrl, 'sec-fetch-site': 'same-site' }, false],
    [{ origin: publicUrl, 'sec-fetch-site': 'cross-site' }, false],
    [{ origin: publicUrl, 'sec-fetch-site': 'none' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{ origin: 'https://evil.example', referer: `${publicUrl}${path}` }, false],
  ]
  const id = '01890000-0000-7000-8000-000000000000'
  for (const [headers, isOurs] of ways) {
    const said = JSON.stringify(headers)
    const enrolled = await screen(headers).post(path, {})
    assert.equal(enrolled.status, isOurs ? 303 : 403, said)
    for (const form of [`/s/${id}/deny`, '/code', paths.staffCall]) {
      const answer = await screen(headers).post(form, {})
      const { code } = (await answer.json()) as { code: string }
      assert.equal(code === 'cross_site', !isOurs, `${form} ${said}`)
    }
  }
})

test('N42: each refusal at the enrolment form has its own words, and the log names where it came from', async t => {
  const { gate, screen, path } = await setUp(t)
  const evil = { origin: 'https://evil.example' }
  const json = { 'content-type': 'application/json' }
  const never = `/enrol/${'A'.repeat(43)}`
  const revoked = await addKiosk(gate)
  const { number } = (await gate.app.store.kiosks.all()).at(-1) ?? { number: 0 }
  await createKiosks({
    records: gate.app.store.kiosks,
    builtIn: [],
    clock: createClock(),
    randomBytes,
  }).revoke(number, system)
  const long = `/enrol/${'A'.repeat(65)}`
  const tries: [code: string, status: number, answer: (lang: string) => Promise<Response>][] = [
    ['cross_site', 403, lang => screen({ ...evil, 'accept-language': lang }).post(path, {})],
    ['link_used', 410, lang => screen({ 'accept-language': lang }).post(never, {})],
    ['link_unknown', 404, lang => screen({ 'accept-language': lang }).post(long, {})],
    ['kiosk_revoked', 403, lang => screen({ 'accept-language': lang }).post(revoked, {})],
    [
      'unsupported_media_type',
      415,
      lang =>
        fetch(new URL(path, screen().url), {
          method: 'POST',
          headers: {
            origin: publicUrl,
            ...json,
            'content-type': 'text/x',
            'accept-language': lang,
          },
          body: 'x',
        }),
    ],
  ]
  for (const lang of ['ko', 'en']) {
    const pages = new Set<string>()
    for (const [code, status, send] of tries) {
      const before = gate.log().length
      const answer = await send(lang)
      assert.equal(answer.status, status, code)
      const text = await answer.text()
      assert.match(text, new RegExp(`<html lang="${lang}">`))
      pages.add(text)
      const lines = gate.log().slice(before).trim().split('\n')
      const logged = lines.map(line => JSON.parse(line)).filter(line => line.code === code)
      assert.equal(logged.length, 1, code)
      const origin = code === 'cross_site' ? evil.origin : publicUrl
      assert.deepEqual([logged[0].origin, logged[0].publicUrl], [origin, publicUrl])
    }
    assert.equal(pages.size, tries.length, 'no two say the same')
  }
  assert.equal((await screen().post(path, {})).status, 303, 'none of it has used the link')
})

test('N41: a link works with what a messenger has put around it, and what is none is called unknown', async t => {
  const { url, screen, path } = await setUp(t)
  for (const end of ['/', '.', ',', ')', '%20', '%0A', '%3E', '%E3%80%82', '%22.', '/)']) {
    const answer = await screen().get(path + end)
    assert.deepEqual([answer.status, answer.headers.get('location')], [307, path], end)
  }
  const before = await screen().get(path.replace('enrol/', 'enrol/%20%3C'))
  assert.equal(before.headers.get('location'), path)
  for (const end of ['/', '/%20', '.']) {
    assert.equal((await screen().get(`/enrol${end}`)).headers.get('location'), '/enrol', end)
  }
  const none = ['', '/x', `/${'A'.repeat(42)}`, `/${'A'.repeat(300)}`, '/a/b']
  for (const link of [...none.map(end => `/enrol${end}`), path.slice(0, -1)]) {
    const answer = await screen({ 'accept-language': 'en' }).get(link)
    assert.equal(answer.status, 404, link)
    assert.match(await answer.text(), /not known.*copied the whole link/s, link)
  }
  const body = new FormData()
  body.set('a', 'b')
  const headers = { origin: publicUrl, 'accept-language': 'en' }
  const other = await fetch(url + path, { method: 'POST', headers, body })
  assert.equal(other.status, 415)
  assert.match(await other.text(), /press the button/, 'the link is right, and nobody is told else')
  assert.equal((await screen().post(path, {})).status, 303)
})

test('N42: pages with forms say which referrer policy they want, over what a proxy adds', async t => {
  const { screen, path } = await setUp(t)
  for (const page of [path, '/code']) {
    assert.match(
      await (await screen().get(page)).text(),
      /<meta name="referrer" content="same-origin">/,
    )
  }
})
