import type { Browser, Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'
import {
  disown,
  kioskSizes,
  type Language,
  languages,
  type OpenKiosk,
  openKiosk,
  openPhone,
  save,
  signIn,
  signUp,
  stands,
  start,
  usualPhone,
  visit,
  visitor,
} from './tour.ts'

export const phoneSizes = {
  small: { width: 360, height: 640 },
  narrow: { width: 360, height: 740 },
  usual: usualPhone,
  tablet: { width: 768, height: 1024 },
  landscape: { width: 844, height: 390 },
}

/** Every state of the phone's page; one visit is looked at in every size. */
export async function phoneTour(browser: Browser, gate: DemoGate): Promise<void> {
  addClients(gate)
  for (const lang of languages) {
    const shoot = shooting(lang)
    const kiosk = await openKiosk(browser, gate, kioskSizes.tablet, lang)
    await signInTour(browser, kiosk, lang)
    await visitTour(browser, kiosk, lang)
    await endTour(browser, kiosk, lang)
    await kiosk.context.close()

    for (const id of ['clinic', 'hospital']) {
      const served = await openKiosk(browser, gate, kioskSizes.tablet, lang)
      gate.command('kiosk', 'set', await numberOf(served.page), '--client', id)
      // Every node knows within 5 s.
      await served.page.waitForTimeout(5000)
      const { page, context } = await openPhone(browser, await start(served), usualPhone, lang)
      await stands(served.page, 'scanned')
      await shoot(page, `1-sign-in-${id}`)
      await page.goto(`${await ownAddress(page)}?form=sign-up`)
      await shoot(page, `4-sign-up-${id}`)
      await context.close()
      await served.context.close()
    }
  }
  await timeTour(browser)
}

const shooting = (lang: Language) => async (page: Page, screen: string) => {
  for (const [name, size] of Object.entries(phoneSizes)) {
    await page.setViewportSize(size)
    await save(page, `phone-${screen}-${name}-${lang}`)
  }
  await page.setViewportSize(usualPhone)
}

/** One as most will be, and one whose names are as long as names may be. */
function addClients(gate: DemoGate): void {
  const clinic = ['서울내과', '--name-en', 'Seoul Clinic', '--claims', 'masked_name,external_id']
  gate.command('client', 'add', 'clinic', ...clinic)
  const ko = '가온누리대학교부속 새하늘어린이재활전문병원 외래진료예약접수통합관리시스템'
  const en = 'Gaonnuri University Children’s Rehabilitation Hospital, Outpatie'
  const claims = 'name,account_id,external_id,masked_name'
  gate.command('client', 'add', 'hospital', ko, '--name-en', en, '--claims', claims)
}

async function numberOf(kiosk: Page): Promise<string> {
  return kiosk.evaluate(async () => `${(await (await fetch('/api/v1/kiosk')).json()).number}`)
}

/** Once the scan is committed, the page has an address of its own. */
async function ownAddress(page: Page): Promise<string> {
  await page.waitForURL(/\/s\//)
  return page.url()
}

async function signInTour(browser: Browser, kiosk: OpenKiosk, lang: Language): Promise<void> {
  const shoot = shooting(lang)
  const { page, context } = await openPhone(browser, await start(kiosk), usualPhone, lang)
  await stands(kiosk.page, 'scanned')
  await shoot(page, '1-sign-in')
  const address = await ownAddress(page)
  await page.goto(`${address}?form=sign-up`)
  await shoot(page, '4-sign-up')
  await page.goto(address)
  await page.locator('[name=account]').fill(visitor.account)
  await page.locator('[name=password]').fill('not the password')
  await page.locator('form[action$="/sign-in"] .primary').click()
  await page.locator('[role=alert]:visible').waitFor()
  await shoot(page, '2-wrong-password')
  // The kiosk does not get through with its claim.
  await kiosk.page.route(/\/claim\?/, route => route.abort())
  await signIn(page)
  await page.locator('[data-state=approved]').waitFor({ state: 'attached' })
  await shoot(page, '3-approved')
  await kiosk.page.unrouteAll({ behavior: 'ignoreErrors' })
  await stands(kiosk.page, 'done')
  await context.close()
  await kiosk.page.locator('footer .leave').click()
  await stands(kiosk.page, 'idle')
}

async function visitTour(browser: Browser, kiosk: OpenKiosk, lang: Language): Promise<void> {
  const shoot = shooting(lang)
  const ended = await visit(browser, kiosk, lang)
  await ended.page.locator('[data-state=claimed]').waitFor({ state: 'attached' })
  await shoot(ended.page, '5-claimed')
  await ended.page.locator('form[action$="/end"] button').click()
  await ended.page.locator('[data-state=ended]').waitFor({ state: 'attached' })
  await shoot(ended.page, '6-ended')
  await ended.context.close()
  await kiosk.page.locator('footer .leave').click()

  const mistaken = await visit(browser, kiosk, lang)
  await mistaken.page.locator('a[href$="form=not-me"]').click()
  await mistaken.page.locator('form[action$="/not-me"]').waitFor()
  await shoot(mistaken.page, '7-not-me-question')
  await mistaken.page.goBack()
  await disown(mistaken.page)
  await mistaken.page.locator('[data-state=ended]').waitFor({ state: 'attached' })
  await shoot(mistaken.page, '8-not-me')
  await mistaken.context.close()
  await kiosk.page.locator('footer .leave').click()
}

/** All that ends without a visit, but for what time ends. */
async function endTour(browser: Browser, kiosk: OpenKiosk, lang: Language): Promise<void> {
  const shoot = shooting(lang)
  const ways = {
    '9-denied': (phone: Page) => phone.locator('form[action$="/deny"] button').click(),
    '10-not-my-phone': () => kiosk.page.locator('main[data-screen=scanned] button').first().click(),
    '11-cancelled': () => kiosk.page.locator('footer .leave').click(),
  }
  for (const [screen, end] of Object.entries(ways)) {
    await stands(kiosk.page, 'idle')
    const { page, context } = await openPhone(browser, await start(kiosk), usualPhone, lang)
    await stands(kiosk.page, 'scanned')
    await ownAddress(page)
    await end(page)
    await page.locator('.outcome').waitFor()
    await shoot(page, screen)
    await context.close()
    await kiosk.page.locator('footer .leave').click()
  }
}

async function timeTour(browser: Browser): Promise<void> {
  // Longer than a page may be closed.
  const gate = await DemoGate.start({ QRGATE_SCANNED_SECONDS: '20', QRGATE_LOG_LEVEL: 'silent' })
  await signUp(browser, gate)
  for (const lang of languages) {
    const shoot = shooting(lang)
    const ways = { '12-expired': 'expired', '13-left': 'cancelled' }
    const waiting = Object.entries(ways).map(async ([screen, state]) => {
      const kiosk = await openKiosk(browser, gate, kioskSizes.tablet, lang)
      const { page, context } = await openPhone(browser, await start(kiosk), usualPhone, lang)
      await ownAddress(page)
      if (state === 'cancelled') await kiosk.context.close()
      await page.locator(`[data-state=${state}]`).waitFor({ state: 'attached' })
      await shoot(page, screen)
      await context.close()
    })
    await Promise.all(waiting)
    const nowhere = await openPhone(browser, `${gate.url}/code`, usualPhone, lang)
    await shoot(nowhere.page, '14-code')
    await nowhere.page.goto(`${gate.url}/q/NOTATICKET`)
    await shoot(nowhere.page, '15-unknown')
    await nowhere.context.close()
  }
  await gate.stop()
}
