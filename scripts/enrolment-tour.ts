import type { Browser } from 'playwright-core'
import type { DemoGate } from './demo-gate.ts'
import { enlarge, kioskSizes, languages, openKiosk, save, stands, textSizes } from './tour.ts'

/** What a screen says that nobody has enrolled, and one that an operator has switched off. */
export async function enrolmentTour(browser: Browser, gate: DemoGate): Promise<void> {
  for (const [sizeName, size] of Object.entries(kioskSizes)) {
    for (const lang of languages) {
      for (const textSize of textSizes) {
        const { page, context } = await openKiosk(browser, gate, size, lang)
        const shoot = async (screen: string) => {
          await stands(page, 'trouble')
          await enlarge(page, textSize)
          await save(page, `kiosk-${screen}-${sizeName}-${lang}-${textSize}`)
        }
        const { number } = await page.evaluate(async () => (await fetch('/api/v1/kiosk')).json())
        gate.command('kiosk', 'revoke', `${number}`)
        await shoot('13-revoked')
        await context.clearCookies()
        // As in production, where no screen enrols itself.
        const json = { code: 'not_found', message: '' }
        await page.route('**/api/v1/kiosk/enrol', route => route.fulfill({ status: 404, json }))
        await page.reload()
        await shoot('12-not-enrolled')
        await context.close()
      }
    }
  }
}
