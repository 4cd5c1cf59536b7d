import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createClock } from '../../server/src/clock.ts'
import { rememberedCookieName } from '../../server/src/http/server/cookies.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { wholeLog } from '../conformance/rows.ts'
import { enrol } from '../support/enrol.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { erasureIn } from '../support/stored.ts'

const day = 86_400_000
const password = 'correct horse battery'

/** One gate for all that moves no clock. */
const gate = await startGate({ after } as TestContext)

let people = 0

/** A phone whose owner has signed up on it and wants to be remembered. */
async function remembered(at: Gate = gate): Promise<{ phone: Phone; id: string }> {
  people += 1
  const [phone, id] = [new Phone(at.url), `gildong${people}`]
  const signIn = await new Kiosk(at.url).start()
  await phone.scan(signIn.frame.url)
  const fields = { account: id, name: '홍길동', password, remember: 'on' }
  const answer = await phone.post(`/s/${signIn.id}/sign-up`, fields)
  assert.equal(answer.status, 200, await answer.text())
  return { phone, id }
}

async function opened(phone: Phone, at: Gate = gate) {
  const kiosk = new Kiosk(at.url)
  const signIn = await kiosk.start()
  return { kiosk, signIn, ...(await phone.open(signIn.frame.url)) }
}

const isOneTap = (page: string) => page.includes('data-action="approve"')
const secretOf = (phone: Phone) =>
  new RegExp(`${rememberedCookieName}=([^;]*)`).exec(phone.cookies)?.[1] ?? ''

/** @returns `approved`, or why not. */
async function tap(phone: Phone, at: Gate = gate): Promise<string> {
  const { signIn, receipt } = await opened(phone, at)
  const body = (await (await phone.approve(signIn.id, receipt)).json()) as Record<string, string>
  return body.code ?? body.state ?? ''
}

/** What an operator does to the account. */
async function byOperator(
  id: string,
  act: 'changePassword' | 'disable' | 'erase',
  { store }: Gate['app'] = gate.app,
): Promise<void> {
  const passwords = await createPasswordHasher(60_000)
  const clock = createClock()
  const parts = { records: store.accounts, passwords, siteNames: [], clock, randomBytes }
  const admin = createAccountAdmin(parts)
  const account = await admin.byId(id)
  assert.ok(account)
  if (act === 'changePassword')
    await admin.changePassword(account, 'another horse entirely', system)
  else if (act === 'disable') await admin.disable(account, system)
  else await erasureIn(store).erase(account, system)
}

test('S056: who comes back on a phone that is remembered sees who they are, taps once and is approved', async () => {
  const { phone, id } = await remembered()
  const { kiosk, signIn, page, receipt } = await opened(phone)
  assert.ok(isOneTap(page))
  assert.ok(page.includes(`<span>${id}</span>`) && page.includes('홍*동'))
  assert.doesNotMatch(page, /name="password"/)
  const answer = await phone.approve(signIn.id, receipt)
  assert.equal(answer.status, 200, await answer.text())
  assert.equal((await kiosk.claimed(signIn)).account.name, '홍*동')
})

test('auth_time and amr of a tap are those of the proof before it', async t => {
  const own = await startGate(t)
  const { phone } = await remembered(own)
  own.passTime(3 * day)
  const { kiosk, signIn, receipt } = await opened(phone, own)
  await phone.approve(signIn.id, receipt)
  const { auth_time, amr } = await kiosk.claimed(signIn)
  assert.deepEqual(amr, ['pwd'])
  const { approvedAt, provenAt } = (await own.app.store.signIns.read(signIn.id)) ?? {}
  assert.equal(auth_time, Math.floor((provenAt ?? 0) / 1000))
  assert.ok((approvedAt ?? 0) - (provenAt ?? 0) >= 3 * day)
})

test('S058: opening the page approves nothing, and a phone that was never asked is not remembered', async () => {
  const { phone } = await remembered()
  const { kiosk, signIn } = await opened(phone)
  assert.equal((await kiosk.view(signIn)).state, 'pending')
  await phone.scan(signIn.frame.url)
  assert.equal((await kiosk.view(signIn)).state, 'scanned')
  // Nor does whatever looks for the browser: it has all of its cookies.
  const { pathname } = new URL(signIn.frame.url)
  for (const looks of [
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { 'user-agent': 'kakaotalk-scrap/1.0' },
    { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' },
  ]) {
    for (const path of [pathname, `/s/${signIn.id}`, `/s/${signIn.id}/approve`]) {
      for (const method of ['GET', 'HEAD']) await phone.get(path, 'text/html', method, looks)
    }
  }
  assert.equal((await kiosk.view(signIn)).state, 'scanned')

  const stranger = new Phone(gate.url)
  const first = await opened(stranger)
  assert.ok(!isOneTap(first.page) && first.page.includes('name="remember"'))
  assert.doesNotMatch(first.page, /name="remember"[^>]* checked/)
  await stranger.signUp(first.signIn.id, 'nobody', '', password)
  await stranger.post(`/s/${first.signIn.id}/scan`, { receipt: first.receipt })
  await stranger.signIn(first.signIn.id, 'gildong1', password)
  assert.equal(secretOf(stranger), '')
  assert.ok(!isOneTap((await opened(stranger)).page))
})

test('its secret stays the same, and each use gives it as long again', async t => {
  const own = await startGate(t)
  const { phone } = await remembered(own)
  const secret = secretOf(phone)
  for (const days of [89, 89, 1]) {
    own.passTime(days * day)
    assert.equal(await tap(phone, own), 'approved', `${days}`)
    assert.equal(secretOf(phone), secret)
  }
  own.passTime(91 * day)
  assert.ok(!isOneTap((await opened(phone, own)).page))
  assert.equal(await tap(phone, own), 'phone_forgotten')
})

for (const act of ['changePassword', 'disable', 'erase'] as const) {
  test(`N05 S047: what ${act} does is the end of every phone that is remembered`, async () => {
    const { phone, id } = await remembered()
    const { page, signIn, receipt } = await opened(phone)
    assert.ok(isOneTap(page))
    await byOperator(id, act)
    const late = await phone.approve(signIn.id, receipt)
    assert.equal(((await late.json()) as { code: string }).code, 'phone_forgotten')
    assert.ok(!isOneTap((await opened(phone)).page))
  })
}

test('S130: of the secret of a phone that is remembered only a hash is stored', async () => {
  const { phone, id } = await remembered()
  const { accounts, rememberedPhones } = gate.app.store
  const { key } = (await accounts.byIdKey(id)) ?? assert.fail()
  const [row] = await rememberedPhones.of(key)
  assert.match(secretOf(phone), /^[\w-]{43}$/)
  assert.ok(!JSON.stringify(row ?? assert.fail()).includes(secretOf(phone)))
})

test('"it was not me" forgets the phone, on every node at once', async () => {
  const { phone } = await remembered()
  const secret = secretOf(phone)
  const { signIn, receipt } = await opened(phone)
  await phone.approve(signIn.id, receipt)
  await phone.post(`/s/${signIn.id}/not-me`, {})
  assert.equal(secretOf(phone), '')
  const copy = new Phone(gate.url, {}, [`${rememberedCookieName}=${secret}`])
  assert.equal(await tap(copy), 'phone_forgotten')
})

test('a tap that comes twice, or whose answer was lost, approves once and is told so', async () => {
  const { phone } = await remembered()
  const { signIn, receipt } = await opened(phone)
  const both = await Promise.all([
    phone.approve(signIn.id, receipt),
    phone.approve(signIn.id, receipt),
  ])
  for (const { status } of both) assert.equal(status, 200)
  assert.equal((await phone.approve(signIn.id)).status, 200)
  const approvals = await wholeLog(gate.app.store, { event: 'sign_in.approved' })
  assert.equal(approvals.filter(({ subject }) => subject === signIn.id).length, 1)
})

test('S057: a secret that was put there before is never good, nor is one secret for two sign-ins', async () => {
  const preset = 'A'.repeat(43)
  const secrets = new Set([preset])
  const phone = new Phone(gate.url, {}, [`${rememberedCookieName}=${preset}`])
  people += 1
  const account = `gildong${people}`
  for (const way of ['sign-up', 'sign-in']) {
    const { signIn, receipt } = await opened(phone)
    const fields = { account, name: '', password, receipt, remember: 'on' }
    assert.equal((await phone.post(`/s/${signIn.id}/${way}`, fields)).status, 200)
    secrets.add(secretOf(phone))
  }
  assert.equal(secrets.size, 3)
  const thief = new Phone(gate.url, {}, [`${rememberedCookieName}=${preset}`])
  assert.equal(await tap(thief), 'phone_forgotten')
})

test("S121: nobody's secret but a phone's own approves, and it names the account alone", async () => {
  const { phone } = await remembered()
  const { id: other } = await remembered()
  for (const secret of [
    '',
    'x',
    'A'.repeat(43),
    secretOf(phone).toUpperCase(),
    `${secretOf(phone)}A`,
  ]) {
    const thief = new Phone(gate.url, {}, [`${rememberedCookieName}=${secret}`])
    assert.ok(!isOneTap((await opened(thief)).page), secret)
    assert.equal(await tap(thief), 'phone_forgotten', secret)
  }
  const { kiosk, signIn, receipt } = await opened(phone)
  await phone.post(`/s/${signIn.id}/approve`, { receipt, account: other })
  const row = await gate.app.store.signIns.read(signIn.id)
  const named = await gate.app.store.accounts.byKey(row?.account ?? '')
  assert.notEqual(named?.id, other)
  await kiosk.claimed(signIn)
})

test('without the phone key, or with that of another phone, a secret approves nothing', async () => {
  const { phone } = await remembered()
  const { signIn } = await opened(phone)
  await phone.scan(signIn.frame.url)
  const copy = new Phone(gate.url, {}, [`${rememberedCookieName}=${secretOf(phone)}`])
  assert.equal((await copy.approve(signIn.id)).status, 403)
  await copy.open((await new Kiosk(gate.url).start()).frame.url)
  const answer = await copy.approve(signIn.id)
  assert.equal(((await answer.json()) as { code: string }).code, 'not_your_phone')
})

test('in the browser of a screen nothing is remembered, and nobody is', async () => {
  const { phone } = await remembered()
  const screen = new Phone(gate.url, {}, [
    'qrgate-kiosk=any',
    `${rememberedCookieName}=${secretOf(phone)}`,
  ])
  const { page, signIn, receipt } = await opened(screen)
  assert.ok(!isOneTap(page))
  assert.doesNotMatch(page, /name="remember"/)
  await screen.post(`/s/${signIn.id}/scan`, { receipt })
  assert.equal((await screen.approve(signIn.id)).status, 401)
  const fields = { account: 'gildong1', password, remember: 'on' }
  const before = secretOf(screen)
  assert.equal((await screen.post(`/s/${signIn.id}/sign-in`, fields)).status, 200)
  assert.equal(secretOf(screen), before)
})

test('where one tap is no longer enough, the same page asks for a password', async () => {
  const { phone, id } = await remembered()
  await byOperator(id, 'changePassword')
  const { signIn, receipt } = await opened(phone)
  const answer = await phone.post(`/s/${signIn.id}/approve`, { receipt }, 'text/html')
  assert.equal(answer.status, 401)
  const page = await answer.text()
  assert.match(page, /name="password"/)
  assert.match(page, /no longer remembered/)
})

test('a kiosk may want a proof of today: there one tap is enough for so long, elsewhere as ever', async t => {
  const own = await startGate(t)
  own.holdTime()
  const { phone, id } = await remembered(own)
  const strict = await enrol(own)
  await strict.setPolicy({ proof_hours: 8 })
  const kiosk = new Kiosk(own.url, strict.credential)
  const come = async () => {
    const signIn = await kiosk.start()
    return { signIn, ...(await phone.open(signIn.frame.url)) }
  }
  own.passTime(8 * 3_600_000 - 1_000)
  const inTime = await come()
  assert.ok(isOneTap(inTime.page))
  assert.equal((await phone.approve(inTime.signIn.id, inTime.receipt)).status, 200)

  own.passTime(1_000)
  const { signIn, page, receipt } = await come()
  assert.ok(!isOneTap(page) && page.includes('name="password"'))
  const tapped = await phone.post(`/s/${signIn.id}/approve`, { receipt })
  assert.equal(((await tapped.json()) as { code: string }).code, 'proof_too_old')
  const again = await phone.post(`/s/${signIn.id}/approve`, {}, 'text/html')
  assert.equal(again.status, 403)
  const form = await again.text()
  assert.ok(form.includes('name="password"') && form.includes('Please sign in again'))
  const fields = { account: id, password, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-in`, fields)).status, 200)
  assert.ok(isOneTap((await come()).page))
  assert.ok(isOneTap((await opened(phone, own)).page))
})

test('a kiosk that wants a new proof meanwhile is not tapped past', async t => {
  const own = await startGate(t)
  own.holdTime()
  const { phone } = await remembered(own)
  const strict = await enrol(own)
  const kiosk = new Kiosk(own.url, strict.credential)
  own.passTime(3_600_000)
  const { id, frame } = await kiosk.start()
  const { page, receipt } = await phone.open(frame.url)
  assert.ok(isOneTap(page))
  await strict.setPolicy({ proof_hours: 1 })
  await until('the gate knows', async () => {
    return !isOneTap((await phone.open((await kiosk.start()).frame.url)).page)
  })
  const answer = await phone.post(`/s/${id}/approve`, { receipt })
  assert.equal(((await answer.json()) as { code: string }).code, 'proof_too_old')
})

test('somebody else on the phone of another is led to the form, and back', async () => {
  const { phone } = await remembered()
  const { signIn, receipt } = await opened(phone)
  const on = await phone.post(`/s/${signIn.id}/scan`, { receipt, next: 'sign-in' }, 'text/html')
  assert.equal(on.headers.get('location'), `/s/${signIn.id}?form=sign-in`)
  const form = await (await phone.get(`/s/${signIn.id}?form=sign-in`)).text()
  assert.match(form, /name="password"/)
  // Neither another language nor more time leads away from it.
  assert.deepEqual(
    [...form.matchAll(/formaction="[^"]*\/(scan\?lang|extend)[^>]* value="([^"]*)"/g)].map(
      m => m[2],
    ),
    ['sign-in', 'sign-in'],
  )
  assert.ok(isOneTap(await (await phone.get(`/s/${signIn.id}`)).text()))
})
