import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { readUserCode } from '../../server/src/protocol/user-code.ts'
import { stored } from '../support/database.ts'
import { startGate } from '../support/gate.ts'
import { inBatches } from '../support/in-batches.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'

const wrong = 'BCDF-GHJK'
const password = 'correct horse battery'

async function coded(url: string) {
  const kiosk = new Kiosk(url)
  const signIn = await kiosk.start()
  return { kiosk, signIn, code: (await askUserCode(kiosk, signIn)).user_code }
}

/** A browser that has been at the gate before, so that its guesses are counted together. */
async function browser(url: string): Promise<Phone> {
  const phone = new Phone(url)
  await phone.get('/code')
  return phone
}

test('S105 a browser has five wrong guesses, then not even the right code helps', async t => {
  const gate = await startGate(t)
  const { code } = await coded(gate.url)
  const phone = await browser(gate.url)
  for (let guess = 0; guess < 5; guess += 1)
    assert.equal((await typeCode(phone, wrong)).status, 404)
  const refused = await typeCode(phone, code)
  assert.equal(refused.status, 429)
  assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 300)
  assert.match(refused.page, /5 min|5분/)
  assert.equal(refused.receipt, '')
  assert.equal((await typeCode(await browser(gate.url), code)).status, 200)
})

test('S105 N04 a network has 1 000 wrong guesses, then what can be guessed is opened only at its own screens', async t => {
  const gate = await startGate(t, { QRGATE_TRUSTED_PROXIES: '127.0.0.1' })
  const at = (address: string) => new Phone(gate.url, { 'x-forwarded-for': address })
  const guesser = '203.0.113.7'
  const { code } = await coded(gate.url)
  const guesses = Array.from({ length: 1_000 }, () => at(guesser))
  const statuses = await inBatches(guesses, 50, async phone => {
    return (await typeCode(phone, wrong)).status
  })
  assert.deepEqual(new Set(statuses), new Set([404]))
  for (const typed of [code, wrong]) {
    const refused = await typeCode(at(guesser), typed)
    assert.equal(refused.status, 429)
    assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 300)
  }
  // Whoever is where the screen is could as well look at it.
  assert.equal((await typeCode(at('127.0.0.1'), code)).status, 200)
  assert.equal((await typeCode(at('198.51.100.1'), code)).status, 200)

  // While guesses pour in, screens show codes that nobody can guess, and everybody may type them.
  const late = await coded(gate.url)
  assert.match(late.code, /^([BCDFGHJKLMNPQRSTVWXZ]{4}-){2}[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  const typed = late.code.toLowerCase().replaceAll('-', ' ')
  assert.equal((await typeCode(at(guesser), typed)).status, 200)
  assert.equal((await typeCode(at(guesser), `${wrong}-${wrong.slice(0, 4)}`)).status, 429)
})

test('S105 a guess that could not be looked at is none', async t => {
  const gate = await startGate(t)
  const { code } = await coded(gate.url)
  const phone = await browser(gate.url)
  const broken = t.mock.method(gate.app.store.userCodes, 'find', async () => {
    throw new Error('the disk is gone')
  })
  for (let guess = 0; guess < 6; guess += 1) assert.equal((await typeCode(phone, code)).status, 500)
  broken.mock.restore()
  assert.equal((await typeCode(phone, code)).status, 200)
})

test('S106 a right code gives no guesses back', async t => {
  const gate = await startGate(t)
  const { code } = await coded(gate.url)
  const phone = await browser(gate.url)
  for (let guess = 0; guess < 4; guess += 1) await typeCode(phone, wrong)
  assert.equal((await typeCode(phone, code)).status, 200)
  assert.equal((await typeCode(phone, wrong)).status, 404)
  assert.equal((await typeCode(phone, wrong)).status, 429)
})

test('a code is what a person meant', () => {
  const meant = [
    'WDJB-MJHT',
    'wdjbmjht',
    ' wd jb mj ht ',
    'WDJB—MJHT',
    'WDJB_MJHT',
    'ＷＤＪＢ－ＭＪＨＴ',
  ]
  const nonsense = [
    '',
    'WDJB-MJH',
    'WDJB-MJHTT',
    'WDJB-MJHA',
    'WDJB-MJH0',
    'ㅈㅇㅓㅠ-ㅡㅓㅗㅅ',
    '👩🏽‍⚕️',
  ]
  for (const typed of meant) assert.equal(readUserCode(typed), 'WDJB-MJHT', typed)
  for (const typed of nonsense) assert.equal(readUserCode(typed), undefined, typed)
})

test('S105: a code lives for 120 seconds', async t => {
  const gate = await startGate(t)
  gate.holdTime()
  const { code } = await coded(gate.url)
  gate.passTime(119_000)
  assert.equal((await typeCode(new Phone(gate.url), code)).status, 200)
  gate.passTime(1_000)
  assert.equal((await typeCode(new Phone(gate.url), code)).status, 404)
})

test('a sign-in has one code at a time, and no two sign-ins have the same', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const codes = await Promise.all(Array.from({ length: 8 }, () => askUserCode(kiosk, signIn)))
  assert.equal(new Set(codes.map(({ user_code }) => user_code)).size, 1)
  const others = await Promise.all(Array.from({ length: 20 }, () => coded(gate.url)))
  assert.equal(new Set(others.map(({ code }) => code)).size, 20)
})

test('the code of a sign-in that is over opens nothing', async t => {
  const gate = await startGate(t)
  const cancelled = await coded(gate.url)
  await cancelled.kiosk.cancel(cancelled.signIn)
  assert.equal((await typeCode(new Phone(gate.url), cancelled.code)).status, 404)

  const denied = await coded(gate.url)
  const phone = new Phone(gate.url)
  const { id } = await phone.scan(denied.signIn.frame.url)
  await phone.deny(id)
  assert.equal((await typeCode(new Phone(gate.url), denied.code)).status, 404)

  const finished = await coded(gate.url)
  const visitor = new Phone(gate.url)
  await visitor.scan(finished.signIn.frame.url)
  await visitor.signUp(finished.signIn.id, 'hong', '', password)
  await finished.kiosk.claimed(finished.signIn)
  const late = await typeCode(new Phone(gate.url), finished.code)
  assert.equal(late.status, 409)
  assert.equal(late.receipt, '')
})

test('only the screen that started a sign-in gets its code', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const [one, other] = [await kiosk.start(), await kiosk.start()]
  const path = paths.userCode(one.id)
  const answers = [
    await fetch(gate.url + path, { method: 'POST' }),
    await kiosk.post(path, other.kiosk_secret),
  ]
  for (const answer of answers) {
    assert.equal(((await answer.json()) as { code: string }).code, 'kiosk_secret_wrong')
  }
})

test('the receipt of a typed code is worth nothing in another browser', async t => {
  const gate = await startGate(t)
  const { code, kiosk, signIn } = await coded(gate.url)
  const { id, receipt } = await typeCode(new Phone(gate.url), code)
  const thief = await browser(gate.url)
  assert.equal((await thief.post(`/s/${id}/scan`, { receipt })).status, 403)
  assert.equal((await kiosk.view(signIn)).state, 'pending')
})

test('another site cannot type a code', async t => {
  const gate = await startGate(t)
  const { code } = await coded(gate.url)
  const body = new URLSearchParams({ user_code: code })
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: gate.url, 'sec-fetch-site': 'cross-site' },
  ]) {
    const json = { ...headers, accept: 'application/json' }
    const answer = await fetch(`${gate.url}/code`, { method: 'POST', headers: json, body })
    assert.equal(((await answer.json()) as { code: string }).code, 'cross_site')
  }
})

test('a code is told to whoever asks for it and appears nowhere else', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const code = (await askUserCode(kiosk, signIn)).user_code
  socket.say({ type: 'frames', id: signIn.id, ask: 1 })
  await socket.until(message => message.type === 'frames')
  const { id, receipt } = await typeCode(phone, code)
  const seen = [JSON.stringify(signIn), await pollText(gate.url, signIn, 'frames=1')]
  await phone.post(`/s/${id}/scan`, { receipt })
  await socket.state(id, 'scanned')
  seen.push(await pollText(gate.url, signIn, 'frames=1'), JSON.stringify(await phone.state(id)))
  await phone.signUp(id, 'hong', '홍길동', password)
  await socket.state(id, 'approved')
  seen.push(JSON.stringify(await kiosk.claimed(signIn)), JSON.stringify(socket.heard), gate.log())
  seen.push(JSON.stringify(stored(gate.dataDir).log))
  for (const text of seen) {
    assert.ok(text.length > 2)
    assert.ok(!text.includes(code) && !text.includes(code.replace('-', '')))
  }
})

async function pollText(url: string, signIn: { id: string; kiosk_secret: string }, query: string) {
  const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
  return (await fetch(`${url}${paths.signIn(signIn.id)}?${query}`, { headers })).text()
}
