import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openPhone, readQr, stands, visitor } from '../support/browser.ts'
import { service } from '../support/hand-off-gate.ts'
import { kioskSizes } from '../support/layouts.ts'
import { startServedKiosk } from '../support/served-kiosk.ts'

const both = (ko: string, en: string) => ({ ko, en })
const services = [
  service('exam', { name: both('진료 접수', 'See a doctor') }),
  service('pay', { name: both('수납', 'Pay'), icon: 'pay' }),
]

type Press = (kiosk: Page, button: Locator) => Promise<void>

/** As a finger does: where the button is on the screen, and not where a program would scroll to. */
const byTouch: Press = async (kiosk, button) => {
  await button.waitFor()
  const { x, y, width, height } = (await button.boundingBox()) ?? assert.fail('no box')
  await kiosk.touchscreen.tap(x + width / 2, y + height / 2)
}

/** From wherever the focus is, by Tab and Enter alone. */
const byKeyboard: Press = async (kiosk, button) => {
  await button.waitFor()
  for (let tabs = 0; tabs < 30; tabs += 1) {
    if (await button.evaluate(element => element === document.activeElement)) {
      await kiosk.keyboard.press('Enter')
      return
    }
    await kiosk.keyboard.press('Tab')
  }
  assert.fail(`Tab never comes to ${await button.innerText()}`)
}

const all = [
  ['tablet', 'ko', byTouch],
  ['landscape', 'en', byKeyboard],
  ['tablet', 'en', byKeyboard],
  ['tablet', 'ko', byKeyboard],
  ['tablet', 'en', byTouch],
  ['landscape', 'ko', byTouch],
  ['landscape', 'ko', byKeyboard],
  ['landscape', 'en', byTouch],
] as const
/** The rest in `npm run test:e2e`. */
const runs = process.env.QRGATE_TEST_E2E === 'whole' ? all : all.slice(0, 2)

test('N36: with text at 200 %, by touch or by keyboard alone, a visit ends served', async t => {
  const { page: kiosk, browser } = await startServedKiosk(t, { services })
  for (const [n, [size, language, press]] of runs.entries()) {
    await kiosk.setViewportSize(kioskSizes[size])
    await kiosk.reload()
    await stands(kiosk, 'idle')
    await press(kiosk, kiosk.locator(`.languages [lang=${language}]`))
    for (let times = 0; times < 2; times += 1) await press(kiosk, kiosk.locator('footer .enlarge'))
    assert.equal(await kiosk.evaluate(() => document.documentElement.dataset.text), '200')
    await press(kiosk, kiosk.locator('.start'))
    await stands(kiosk, 'pending')

    const { page: phone, context } = await openPhone(browser, await readQr(kiosk))
    await stands(kiosk, 'scanned')
    await phone.waitForURL(/\/s\//)
    assert.equal(await phone.evaluate(() => document.documentElement.lang), language)
    await phone.goto(`${phone.url()}?form=sign-up`)
    for (const [field, value] of Object.entries({
      ...visitor,
      account: `${visitor.account}${n}`,
    })) {
      await phone.locator(`[name=${field}]`).fill(value)
    }
    await phone.locator('form[action$="/sign-up"] .primary').click()

    await stands(kiosk, 'services')
    await press(kiosk, kiosk.locator('.tile').nth(1))
    await stands(kiosk, 'ticket')
    assert.match(await kiosk.locator('.ticket .number').innerText(), /^A-\d+$/)
    await press(kiosk, kiosk.locator('footer .leave'))
    await stands(kiosk, 'idle')
    assert.equal(await kiosk.evaluate(() => document.documentElement.dataset.text), '100')
    await context.close()
  }
})
