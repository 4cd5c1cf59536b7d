import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createClock } from '../../server/src/clock.ts'
import { sessionCookieName } from '../../server/src/http/server/cookies.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { startGate } from '../support/gate.ts'
import { enter, entered, isSignedOut, ownPage, ownPassword, visiting } from '../support/owner.ts'
import { Phone } from '../support/phone.ts'

/** One gate for all that moves no clock. */
const gate = await startGate({ after } as TestContext)
const minute = 60_000

test('somebody signs in to their own page, sees where they are signed in, ends it and signs out', async () => {
  const { id, kiosk, signIn } = await visiting(gate)
  const browser = await entered(gate, id)
  const page = await ownPage(browser)
  assert.ok(page.includes(id) && page.includes('홍길동'))
  assert.match(page, new RegExp(`/me/visits/${signIn.id}/end`))
  const ended = await browser.post(`/me/visits/${signIn.id}/end`, {}, 'text/html')
  assert.equal(ended.headers.get('location'), '/me')
  assert.deepEqual(await kiosk.view(signIn).then(({ state, reason }) => [state, reason]), [
    'ended',
    'phone',
  ])
  assert.doesNotMatch(await ownPage(browser), /\/me\/visits\//)
  const kept = browser.cookies.split('; ')
  const out = await browser.post('/me/sign-out', {}, 'text/html')
  assert.equal(out.headers.get('clear-site-data'), '"cache"')
  assert.ok(isSignedOut(await ownPage(browser)))
  // Its cookies are good no more, wherever they were kept.
  assert.ok(isSignedOut(await ownPage(new Phone(gate.url, {}, kept))))
})

test("nobody ends another's visit, and is not told whether there is one", async () => {
  const theirs = await visiting(gate)
  const { id } = await visiting(gate)
  const browser = await entered(gate, id)
  const answers = [theirs.signIn.id, '019af000-0000-7000-8000-000000000000'].map(async visit => {
    const answer = await browser.post(`/me/visits/${visit}/end`, {}, 'text/html')
    return [answer.status, await answer.text()]
  })
  const [known, unknown] = await Promise.all(answers)
  assert.equal(known?.[0], 404)
  assert.deepEqual(known, unknown)
  assert.equal((await theirs.kiosk.view(theirs.signIn)).state, 'claimed')
})

test('a session ends after ten minutes without use and after an hour in all', async t => {
  const own = await startGate(t)
  own.holdTime()
  const { id } = await visiting(own)
  const idle = await entered(own, id)
  own.passTime(10 * minute - 1)
  assert.ok(!isSignedOut(await ownPage(idle)))
  own.passTime(10 * minute)
  assert.ok(isSignedOut(await ownPage(idle)))
  const busy = await entered(own, id)
  for (let passed = 9; passed < 60; passed += 9) {
    own.passTime(9 * minute)
    assert.ok(!isSignedOut(await ownPage(busy)), `${passed}`)
  }
  own.passTime(6 * minute)
  assert.ok(isSignedOut(await ownPage(busy)))
})

test('S057: each sign-in has a session of its own, and the one before is over', async () => {
  const { id } = await visiting(gate)
  const browser = await entered(gate, id)
  const first = browser.cookies
  await entered(gate, id, browser)
  const secretOf = (cookies: string) =>
    new RegExp(`${sessionCookieName}=([^;]*)`).exec(cookies)?.[1]
  assert.ok(secretOf(first))
  assert.notEqual(secretOf(first), secretOf(browser.cookies))
  const old = new Phone(gate.url, {}, first.split('; '))
  assert.ok(isSignedOut(await ownPage(old)))
  assert.ok(!isSignedOut(await ownPage(browser)))
  // The session's cookie alone, in another browser: that has a key of its own.
  const thief = new Phone(gate.url)
  await thief.get('/me')
  const secret = `${sessionCookieName}=${secretOf(browser.cookies)}`
  const stolen = new Phone(gate.url, {}, [...thief.cookies.split('; '), secret])
  assert.ok(isSignedOut(await ownPage(stolen)))
  assert.ok(isSignedOut(await ownPage(new Phone(gate.url, {}, [secret]))))
  const fixed = new Phone(gate.url, {}, [`${sessionCookieName}=${'A'.repeat(43)}`])
  await entered(gate, id, fixed)
  assert.notEqual(secretOf(fixed.cookies), 'A'.repeat(43))
})

test('S048: an unknown id, a wrong password and a disabled account get the same bytes', async () => {
  const [{ id }, { id: disabled }] = [await visiting(gate), await visiting(gate)]
  const admin = createAccountAdmin({
    ...{ records: gate.app.store.accounts, passwords: await createPasswordHasher(60_000) },
    ...{ siteNames: [], clock: createClock(), randomBytes },
  })
  const off = await admin.byId(disabled)
  assert.ok(off)
  await admin.disable(off, system)
  const answers: string[][] = []
  for (const [account, password] of [
    ['nobody-here', 'wrong'],
    [id, 'wrong'],
    [disabled, ownPassword],
  ] as const) {
    const answer = await enter(new Phone(gate.url), account, password)
    const page = await answer.text()
    const headers = [...answer.headers].filter(
      ([name]) => !['date', 'content-length'].includes(name),
    )
    answers.push([
      `${answer.status}`,
      page.replaceAll(account, 'ID'),
      JSON.stringify(headers).replace(/qrgate-phone=[^;]*/, ''),
    ])
  }
  assert.equal(answers[0]?.[0], '401')
  assert.deepEqual(answers[0], answers[1])
  assert.deepEqual(answers[0], answers[2])
})

test('S045: guesses at the page of an account are counted with all others', async t => {
  const own = await startGate(t, { QRGATE_FAILURES_PER_ACCOUNT_DAY: '5' })
  const { id } = await visiting(own)
  const admin = createAccountAdmin({
    ...{ records: own.app.store.accounts, passwords: await createPasswordHasher(60_000) },
    ...{ siteNames: [], clock: createClock(), randomBytes },
  })
  await admin.register({ id: 'another', name: '', password: ownPassword }, system)
  const guesses = []
  for (let n = 0; n < 5; n += 1) {
    guesses.push((await enter(new Phone(own.url), 'another', `guess no. ${n}`)).status)
  }
  // Strangers have three of five; the right password helps none of them then.
  assert.deepEqual(guesses, [401, 401, 401, 429, 429])
  assert.equal((await enter(new Phone(own.url), 'another')).status, 429)
  assert.equal((await enter(new Phone(own.url), id)).status, 303, 'another account is as it was')
})

test('whoever has forgotten a password is told whom to ask, on their own page too', async () => {
  const answer = await enter(new Phone(gate.url, { 'accept-language': 'ko' }), 'nobody', 'wrong')
  assert.match(await answer.text(), /비밀번호를 잊으셨다면 직원에게 문의해 주세요/)
})

test('in the browser of a screen nobody opens an account, and no remembered phone opens one', async () => {
  const { phone, id } = await visiting(gate, { remember: 'on' })
  assert.ok(isSignedOut(await ownPage(phone)))
  const screen = new Phone(gate.url, {}, ['qrgate-kiosk=any'])
  assert.equal((await screen.get('/me')).status, 403)
  assert.equal((await enter(screen, id)).status, 403)
})

test('S055: a page elsewhere sends no form of an account', async () => {
  const { id, kiosk, signIn } = await visiting(gate)
  const browser = await entered(gate, id)
  for (const origin of ['https://elsewhere.test', 'null']) {
    const forged = new Phone(gate.url, { origin }, browser.cookies.split('; '))
    for (const [path, fields] of [
      ['/me/sign-in', { account: id, password: ownPassword }],
      [`/me/visits/${signIn.id}/end`, {}],
      ['/me/password', { password: 'another horse entirely' }],
      ['/me/delete', { account: id }],
      ['/me/sign-out', {}],
    ] as const) {
      assert.equal((await forged.post(path, { ...fields }, 'text/html')).status, 403, path)
    }
  }
  assert.equal((await kiosk.view(signIn)).state, 'claimed')
  assert.ok(!isSignedOut(await ownPage(browser)))
})
