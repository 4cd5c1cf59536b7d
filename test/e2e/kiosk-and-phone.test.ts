import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generate } from 'lean-qr'
import {
  axe,
  openKiosk,
  openPhone,
  scriptedCopy,
  showQr,
  signIn,
  signUp,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { eventsOf, stored } from '../support/database.ts'
import { freePort, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

test('the QR is read off the screen, a visitor signs up, and the kiosk greets by the masked name', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  assert.match(qr, /^http:\/\/127\.0\.0\.1:\d+\/Q\/[A-Z2-7]{53}$/)
  assert.ok(generate(qr).size <= 33)

  const { page: phone } = await openPhone(browser, qr)
  await stands(kiosk, 'scanned')
  assert.equal(await kiosk.locator('qrgate-qr canvas').isVisible(), false)
  assert.match(await kiosk.locator('main').innerText(), /아이폰/)
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await signUp(phone)
  await stands(kiosk, 'done')
  assert.match(await kiosk.locator('main').innerText(), /홍\*동 님/)
  await phone.getByText('키오스크에 로그인되었습니다').waitFor()

  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'idle')
  assert.doesNotMatch(await kiosk.locator('body').innerText(), /홍/)
})

test('over plain http on a host that is not localhost', async t => {
  const port = await freePort()
  const gate = await startGate(t, { PORT: `${port}`, PUBLIC_URL: `http://gate.test:${port}` })
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const { page: phone } = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await signUp(phone)
  await stands(kiosk, 'done')
})

test('N16: with scripts off on the phone, for id and password', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const first = await openKiosk(browser, gate.url)
  const withScript = await openPhone(browser, await showQr(first))
  await signUp(withScript.page)
  await stands(first, 'done')

  const kiosk = await openKiosk(browser, gate.url)
  const { page: phone } = await openPhone(browser, await showQr(kiosk), {
    javaScriptEnabled: false,
  })
  await phone.getByRole('button', { name: '계속' }).waitFor()
  assert.equal(await phone.locator('[name=account]').isVisible(), false)
  assert.equal(await phone.getByRole('button', { name: '회원가입' }).isVisible(), false)
  assert.equal(await phone.getByRole('button', { name: '본인이 아닙니다' }).isVisible(), true)
  assert.deepEqual(await axe(await scriptedCopy(phone, browser)), [])
  await stands(kiosk, 'pending')
  await phone.getByRole('button', { name: '계속' }).click()
  await stands(kiosk, 'scanned')
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  assert.deepEqual(await axe(await scriptedCopy(phone, browser)), [])
  // However slowly somebody types now, nothing runs out but the sign-in itself.
  gate.passTime(120_000)
  await phone.locator('[name=account]').fill(visitor.account)
  await phone.locator('[name=password]').fill('not the password')
  await phone.locator('form[action$="/sign-in"] .primary').click()
  await phone.getByRole('alert').waitFor()
  await stands(kiosk, 'scanned')
  await signIn(phone)
  await stands(kiosk, 'done')
  await phone.getByText('키오스크에 로그인되었습니다').waitFor()
})

test('N16: with scripts off, refusing is one tap, and so is being too late', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const options = { javaScriptEnabled: false, locale: 'en' }
  const { page: phone } = await openPhone(browser, await showQr(kiosk), options)
  await phone.getByRole('button', { name: 'Not me' }).click()
  await stands(kiosk, 'ended')
  await phone.getByRole('heading', { name: 'Not signed in' }).waitFor()

  const next = await openKiosk(browser, gate.url)
  const { page: late } = await openPhone(browser, await showQr(next), options)
  gate.passTime(60_000)
  await late.getByRole('button', { name: 'Continue' }).click()
  await late.getByRole('heading', { name: 'This QR code is too old' }).waitFor()
  await stands(next, 'pending')
})

test('N16: a phone that reaches the gate too late is told to scan again', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  const { page: phone, context } = await openPhone(browser, 'about:blank')
  await context.route('**/scan', route => route.abort())
  await phone.goto(qr)
  await phone.locator('[name=account]').fill(visitor.account)
  gate.passTime(60_000)
  await context.unroute('**/scan')
  await phone.getByRole('heading', { name: '시간이 지난 QR입니다' }).waitFor()
  assert.equal(await phone.locator('form').count(), 0)
  assert.deepEqual(await axe(phone), [])
  await stands(kiosk, 'pending')
})

test('N16: a phone without network says so by itself, and the truth once it hears it', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  const { page: phone, context } = await openPhone(browser, 'about:blank')
  await context.clock.install()
  // The gate hears the phone; the phone hears nothing.
  let heard = 0
  await context.route('**/scan', async route => {
    if (heard === 0) await route.fetch()
    heard += 1
    await route.abort()
  })
  await phone.goto(qr)
  await stands(kiosk, 'scanned')
  await until('the answer is lost', () => heard > 0)
  await phone.getByRole('heading', { name: '키오스크 앞에 계신가요?' }).waitFor()
  await context.clock.fastForward(61_000)
  await phone.getByRole('heading', { name: '시간이 지난 QR입니다' }).waitFor()
  await context.unroute('**/scan')
  await context.clock.fastForward(2_000)
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await phone.getByRole('heading', { name: '키오스크 앞에 계신가요?' }).waitFor()
  await stands(kiosk, 'scanned')
})

test('a second phone is told that the code is in use, and the first goes on undisturbed', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  const first = await openPhone(browser, qr)
  await stands(kiosk, 'scanned')
  const second = await openPhone(browser, qr)
  await second.page.getByText('다른 분이 이 코드를 사용하고 있습니다').waitFor()
  await signUp(first.page)
  await stands(kiosk, 'done')
})

test('"not my phone" ends the other phone\'s sign-in and shows a new code at once', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const { page: phone } = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await kiosk.getByRole('button', { name: '내 휴대폰이 아니에요' }).click()
  await stands(kiosk, 'pending')
  await phone.getByRole('heading', { name: '이 휴대폰은 거절되었습니다' }).waitFor()
  await phone.locator('[data-state="cancelled"]').waitFor({ state: 'attached' })
})

test('S058: a link preview changes nothing, and opening the link signs nobody in', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  const url = gate.url + new URL(qr).pathname
  await fetch(url)
  await fetch(url, { method: 'HEAD' })
  await fetch(url, { headers: { 'sec-purpose': 'prefetch;prerender' } })
  const { page: phone } = await openPhone(browser, `${gate.url}/code`)
  const prefetched = phone.waitForResponse(url)
  await phone.evaluate(href => {
    const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href })
    document.head.append(link)
  }, url)
  await (await prefetched).finished()
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
  await stands(kiosk, 'pending')
  const opened = await openPhone(browser, qr)
  await stands(kiosk, 'scanned')
  await opened.page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  // Whatever the page does by itself it has done once it is opened again.
  await opened.page.reload()
  const id = opened.page.url().slice(-36)
  assert.deepEqual(eventsOf(gate.dataDir, id), ['sign_in.scanned'])
  await stands(kiosk, 'scanned')
})
