// The demo page in pictures: kiosk, phone and desk, from its printed address to a number that is called.
import type { Browser } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'
import { languages, save } from './tour.ts'

const sizes = {
  '1440x900': { width: 1440, height: 900 },
  '1920x1080': { width: 1920, height: 1080 },
  '1024x768': { width: 1024, height: 768 },
  '390x844': { width: 390, height: 844 },
}

export async function demoTour(browser: Browser): Promise<void> {
  const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' }, true)
  // The code is good once, the desk it makes for all pages of this browser.
  const context = await browser.newContext()
  const first = await context.newPage()
  await first.goto(await gate.printed(/(?<=\s)http:\S+#desk=\S+/))
  await first.locator('figure.desk').waitFor()
  await first.close()
  for (const [sizeName, size] of Object.entries(sizes)) {
    for (const lang of languages) {
      const page = await context.newPage()
      await page.setViewportSize(size)
      await page.goto(`${gate.url}/demo?lang=${lang}`)
      const shoot = (step: string) => save(page, `demo-${step}-${sizeName}-${lang}`)
      const kiosk = page.frameLocator('figure.kiosk iframe')
      const phone = page.frameLocator('figure.phone iframe')
      await page.locator('.camera button:enabled').waitFor()
      await shoot('1-scan')
      await page.locator('.camera button').click()
      await kiosk.locator('main[data-screen="scanned"]').waitFor()
      await shoot('2-scanned')
      await phone.locator('form[action$="/sign-in"] .primary').click()
      await kiosk.locator('main[data-screen="services"]').waitFor()
      await shoot('3-services')
      await kiosk.locator('.tile').first().click()
      await kiosk.locator('main[data-screen="ticket"]').waitFor()
      await phone.locator('.number').first().waitFor()
      await shoot('4-number')
      // Nobody else waits: whoever came before was called.
      await page.frameLocator('figure.desk iframe').locator('[data-key=next]').first().click()
      await phone.locator('.called').first().waitFor()
      await shoot('5-called')
      await page.close()
    }
  }
  // What the QR in the terminal leads to.
  for (const lang of languages) {
    const page = await context.newPage()
    await page.setViewportSize(sizes['390x844'])
    await page.goto(`${gate.url}/try?lang=${lang}`)
    await save(page, `demo-try-390x844-${lang}`)
    await page.close()
  }
  await context.close()
  await gate.stop()
}
