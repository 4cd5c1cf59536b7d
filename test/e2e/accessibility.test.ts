import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { readPhoneAssets } from '../../server/src/http/phone/assets.ts'
import { renderPage } from '../../server/src/http/phone/page.ts'
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
import { isWholeE2e } from '../support/whole.ts'

const place = { site: '서울내과의원', kiosk: '1층 접수 1번' }
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const told = {
  client: '가온누리대학교부속 새하늘어린이재활전문병원',
  claims: ['name', 'account_id', 'external_id'],
  agreement: 'agreement',
} as const
/** States of the phone's page that would take long to come to. */
const otherPages = [
  { kind: 'sign-in', id, told, registration: true },
  { kind: 'sign-up', id, told, error: 'name_invalid' },
  { kind: 'code', problem: 'unknown' },
  { kind: 'invited', code: 'WDJBM-JHTXR' },
  { kind: 'recovery', masked: 'ho**' },
  { kind: 'approved', id },
  { kind: 'ended', id, state: 'ended' },
  { kind: 'left', id },
  { kind: 'elsewhere' },
  { kind: 'no-cookies' },
  { kind: 'expired', id },
  { kind: 'busy', id },
] as const

/** As the visitor's device may be set (N33). */
const schemes = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  'without colours': { colorScheme: 'light', forcedColors: 'active' },
  'dark without colours': { colorScheme: 'dark', forcedColors: 'active' },
} as const

/** Under forced colours the browser takes grounds away, but not one in a colour of the system's own. */
const hiddenOn = (page: Page) =>
  page.evaluate(() => {
    const hidden = [...document.querySelectorAll('.primary, .pin, .number')].filter(element => {
      const { color, backgroundColor } = getComputedStyle(element)
      return color === backgroundColor
    })
    return hidden.map(element => element.outerHTML)
  })

/** A slice has every other scheme, from one state to the next. */
let states = 0
const schemesTried = () => {
  states += 1
  return Object.entries(schemes).filter((_, nth) => isWholeE2e || nth % 2 === states % 2)
}

const clean = async (page: Page, state: string) => {
  for (const [scheme, media] of schemesTried()) {
    await page.emulateMedia(media)
    await settled(page)
    assert.deepEqual(await axe(page), [], `${state}, ${scheme}`)
    assert.deepEqual(await hiddenOn(page), [], `${state}, ${scheme}`)
  }
  await page.emulateMedia(schemes.light)
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
  await phone.getByText('내가 한 것이 아니에요').click()
  await phone.locator('form[action$="/not-me"]').waitFor()
  await clean(phone, 'phone not me?')
  await phone.locator('form[action$="/not-me"] button').click()
  await stands(kiosk, 'ended')
  await phone.getByRole('heading', { name: '고맙습니다' }).waitFor()
  await clean(phone, 'phone not me')

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
  await phone.goto('about:blank')
  const { css } = await readPhoneAssets()
  for (const view of otherPages) {
    await phone.setContent(renderPage({ place, ...view }, 'ko', { css, script: '' }))
    await clean(phone, `phone ${view.kind}`)
  }
  const demo = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await demo.goto(`${gate.url}/demo`)
  await demo.locator('h1').waitFor()
  await clean(demo, 'demo')
  await demo.goto(`${gate.url}/api/docs`)
  await clean(demo, 'page of the API')
})
