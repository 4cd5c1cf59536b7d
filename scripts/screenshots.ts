// Saves every screen at every size, in both languages, with text at 100 % and 200 %, as pictures:
// drives a real gate, a kiosk page and a phone. `npm run screenshots` builds the pages first; with the
// name of a tour (`npm run screenshots phone`) it makes that one alone.
import { mkdirSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { boardTour } from './board-tour.ts'
import { DemoGate } from './demo-gate.ts'
import { demoTour } from './demo-tour.ts'
import { deskTour } from './desk-tour.ts'
import { elementTour } from './element-tour.ts'
import { enrolmentTour } from './enrolment-tour.ts'
import { numberTour } from './number-tour.ts'
import { phoneTour } from './phone-tour.ts'
import { servicesTour } from './services-tour.ts'
import {
  disown,
  enlarge,
  folder,
  kioskSizes,
  languages,
  openKiosk,
  openPhone,
  save,
  saved,
  signIn,
  signUp,
  stands,
  start,
  textSizes,
  usualPhone,
  visit,
} from './tour.ts'

async function kioskTour(browser: Browser, gate: DemoGate): Promise<void> {
  for (const [sizeName, size] of Object.entries(kioskSizes)) {
    for (const lang of languages) {
      for (const textSize of textSizes) {
        const kiosk = await openKiosk(browser, gate, size, lang)
        const shoot = (screen: string) =>
          save(kiosk.page, `kiosk-${screen}-${sizeName}-${lang}-${textSize}`)

        await enlarge(kiosk.page, textSize)
        await shoot('1-idle')
        const qr = await start(kiosk)
        await shoot('2-qr')
        const phone = await openPhone(browser, qr, usualPhone, lang)
        await stands(kiosk.page, 'scanned')
        await shoot('3-scanned')
        await signIn(phone.page)
        await stands(kiosk.page, 'done')
        await shoot('4-done')
        await phone.page.locator('form[action$="/end"] button').click()
        await stands(kiosk.page, 'ended')
        await shoot('10-ended-on-phone')
        await phone.context.close()

        const mistaken = await visit(browser, kiosk, lang)
        await enlarge(kiosk.page, textSize)
        await disown(mistaken.page)
        await stands(kiosk.page, 'ended')
        await shoot('11-not-me')
        await mistaken.context.close()
        await kiosk.page.locator('footer .leave').click()
        await stands(kiosk.page, 'idle')

        await enlarge(kiosk.page, textSize)
        const refusing = await openPhone(browser, await start(kiosk), usualPhone, lang)
        await refusing.page.locator('form[action$="/deny"] button').click()
        await stands(kiosk.page, 'ended')
        await shoot('5-denied')
        await refusing.context.close()

        await start(kiosk)
        await kiosk.page.locator('footer .leave').click()
        await stands(kiosk.page, 'ended')
        await shoot('6-cancelled')
        await kiosk.page.locator('footer .help').click()
        await shoot('7-help')
        await kiosk.context.close()
      }
    }
  }
}

/** What nobody scanned, and what a screen says when its gate is gone. */
async function troubleTour(browser: Browser): Promise<void> {
  const gate = await DemoGate.start({ QRGATE_PENDING_SECONDS: '10', QRGATE_LOG_LEVEL: 'silent' })
  const kiosks = await Promise.all(
    Object.entries(kioskSizes).flatMap(([sizeName, size]) =>
      languages.flatMap(lang =>
        textSizes.map(async textSize => {
          const kiosk = await openKiosk(browser, gate, size, lang)
          await enlarge(kiosk.page, textSize)
          return { ...kiosk, textSize, name: `${sizeName}-${lang}-${textSize}` }
        }),
      ),
    ),
  )
  await Promise.all(kiosks.map(start))
  for (const { page, name } of kiosks) {
    await stands(page, 'ended')
    await save(page, `kiosk-8-expired-${name}`)
  }
  await Promise.all(kiosks.map(({ page }) => stands(page, 'idle')))
  await gate.stop()
  for (const { page, textSize, name } of kiosks) {
    // An idle screen notices by itself.
    await stands(page, 'trouble')
    await enlarge(page, textSize)
    await save(page, `kiosk-9-trouble-${name}`)
  }
}

// An interrupted tour leaves no gate behind.
process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1))
mkdirSync(folder, { recursive: true })
const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})
await signUp(browser, gate)
const tours = {
  kiosk: () => kioskTour(browser, gate),
  element: () => elementTour(browser),
  enrolment: () => enrolmentTour(browser, gate),
  phone: () => phoneTour(browser, gate),
  number: () => numberTour(browser),
  services: () => servicesTour(browser),
  demo: () => demoTour(browser),
  desk: () => deskTour(browser),
  board: () => boardTour(browser),
  trouble: () => troubleTour(browser),
}
const only = process.argv[2]
for (const [name, tour] of Object.entries(tours)) if (name === (only ?? name)) await tour()
await browser.close()
await gate.stop()
console.log(`${saved()} pictures in screenshots/`)
