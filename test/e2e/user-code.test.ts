import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  axe,
  openKiosk,
  openPhone,
  readQr,
  showQr,
  signUp,
  stands,
  startBrowser,
} from '../support/browser.ts'
import { startGate } from '../support/gate.ts'

test('a visitor taps for a code, types it on the phone and signs in; the QR stays readable', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await showQr(kiosk)
  assert.equal(await kiosk.locator('.code-card').count(), 0)

  await kiosk.getByRole('button', { name: '카메라가 안 되나요?' }).click()
  const card = kiosk.locator('.code-card')
  await card.waitFor()
  const code = await card.locator('.code').innerText()
  assert.match(code, /^[A-Z]{4}-[A-Z]{4}$/)
  assert.equal(await card.locator('.address').innerText(), `${gate.url}/code`)
  const spoken = await kiosk.locator('.words .code-help [role=status]').textContent()
  assert.ok(spoken?.includes([...code.replace('-', '')].join(', ')))
  assert.match(await readQr(kiosk), /\/Q\/[A-Z2-7]{53}$/)
  assert.deepEqual(await axe(kiosk), [])

  const { page: phone } = await openPhone(browser, `${gate.url}/code`)
  assert.deepEqual(await axe(phone), [])
  await phone.locator('[name=user_code]').fill('bcdf ghjk')
  await phone.getByRole('button', { name: '계속' }).click()
  await phone.getByRole('alert').waitFor()
  assert.deepEqual(await axe(phone), [])
  await phone.locator('[name=user_code]').fill(code.toLowerCase().replace('-', ' '))
  await phone.getByRole('button', { name: '계속' }).click()
  await phone.getByText(code).waitFor()
  assert.deepEqual(await axe(phone), [])

  await stands(kiosk, 'scanned')
  assert.equal(await kiosk.getByText(code).count(), 0)
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await signUp(phone)
  await stands(kiosk, 'done')
})

test('the code goes away by a tap, and with the sign-in', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await showQr(kiosk)
  const ask = kiosk.getByRole('button', { name: '카메라가 안 되나요?' })
  await ask.click()
  await kiosk.getByRole('button', { name: '코드 닫기' }).click()
  await ask.waitFor()
  assert.equal(await kiosk.locator('.code-card').count(), 0)
  await ask.click()
  await kiosk.locator('.code-card').waitFor()
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'ended')
  await kiosk.locator('footer .leave').click()
  await showQr(kiosk)
  assert.equal(await kiosk.locator('.code-card').count(), 0)
})

test('a screen behind a proxy without upgrades signs visitors in over polls', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const context = await browser.newContext({ locale: 'ko' })
  const kiosk = await context.newPage()
  // What such a proxy does to a page: the upgrade fails, plain requests pass.
  await kiosk.addInitScript(() => {
    Object.assign(window, {
      WebSocket: class {
        onclose: ((event: object) => void) | undefined
        readyState = 0
        constructor() {
          setTimeout(() => this.onclose?.({ code: 1006, reason: '' }), 10)
        }
        close(): void {}
      },
    })
  })
  await kiosk.goto(`${gate.url}/kiosk`)
  const qr = await showQr(kiosk)
  const { page: phone } = await openPhone(browser, qr)
  await stands(kiosk, 'scanned')
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await signUp(phone)
  await stands(kiosk, 'done')
})
