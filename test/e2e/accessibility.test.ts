import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  axe,
  openKiosk,
  openPhone,
  settled,
  showQr,
  signIn,
  signUp,
  stands,
  startBrowser,
} from '../support/browser.ts'
import { startGate } from '../support/gate.ts'

const clean = async (page: Page, state: string) => {
  await settled(page)
  assert.deepEqual(await axe(page), [], state)
}

test('axe finds nothing on any state of kiosk, phone and demo page', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await stands(kiosk, 'idle')
  await clean(kiosk, 'kiosk idle')
  const { page: phone } = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await clean(kiosk, 'kiosk scanned')
  await clean(phone, 'phone sign-in')
  await signIn(phone)
  await phone.getByRole('alert').waitFor()
  await clean(phone, 'phone wrong password')
  await signUp(phone)
  await stands(kiosk, 'done')
  await clean(kiosk, 'kiosk done')
  await phone.locator('[data-state="claimed"]').waitFor({ state: 'attached' })
  await clean(phone, 'phone done')

  await kiosk.locator('footer .leave').click()
  const second = await openPhone(browser, await showQr(kiosk))
  await clean(kiosk, 'kiosk QR')
  await stands(kiosk, 'scanned')
  await second.page.locator('form[action$="/deny"] button').click()
  await stands(kiosk, 'ended')
  await clean(kiosk, 'kiosk denied')
  await clean(second.page, 'phone denied')

  await phone.goto(`${gate.url}/q/NOTATICKET`)
  await clean(phone, 'phone unknown ticket')
  const demo = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await demo.goto(`${gate.url}/demo`)
  await demo.locator('h1').waitFor()
  await clean(demo, 'demo')
  await demo.goto(`${gate.url}/api/docs`)
  await clean(demo, 'page of the API')
})
