import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openPhone, portrait, readQr, stands, startBrowser } from '../support/browser.ts'
import { startDemo } from '../support/demo.ts'
import { until } from '../support/patience.ts'
import { traces } from '../support/traces.ts'
import { storyLanguages } from '../support/whole.ts'

const stories = {
  ko: {
    start: '시작하기',
    greeting: /홍\*동 님,\s접수되었습니다/,
    desk: '내과 1진료실',
    next: /^(내과 1진료실: )?다음 A-001 부르기/,
    comeIn: '지금 들어오세요',
    end: '이 키오스크에서 끝내기',
    rowNames: /A-001 홍\*동 P-0042/,
  },
  en: {
    start: 'Start',
    greeting: /홍\*동/,
    desk: 'Room 1',
    next: /Call A-001/,
    comeIn: 'Please go in now',
    end: 'Finish at this kiosk',
    rowNames: /A-001 홍\*동 P-0042/,
  },
} as const

async function open(
  browser: Browser,
  address: string,
  size: Page['viewportSize'] extends () => infer S ? S : never,
) {
  const page = await (await browser.newContext({ viewport: size })).newPage()
  await page.goto(address)
  return page
}

for (const lang of storyLanguages) {
  const say = stories[lang]
  test(`from the button on the kiosk to the doctor's door, and nothing of it for the next (${lang})`, async t => {
    const { gate, printed } = await startDemo(t)
    const browser = await startBrowser(t)
    const code = new URL(await printed()).hash.slice('#desk='.length)
    const screen = { width: 1440, height: 900 }
    const desk = await open(browser, `${gate.url}/reception/desk?lang=${lang}#link=${code}`, screen)
    const board = await open(browser, `${gate.url}/reception/board?lang=${lang}`, screen)
    const kiosk = await open(browser, `${gate.url}/kiosk?lang=${lang}`, portrait)
    await desk.getByRole('article', { name: say.desk }).waitFor()

    // By the keyboard, as everything here: the kiosk's start, the phone's form, the service, the desk.
    const visitor = await (await fetch(`${gate.url}/demo/visitor`)).json()
    await kiosk.getByRole('button', { name: say.start }).press('Enter')
    await stands(kiosk, 'pending')
    await kiosk.locator('qrgate-qr canvas').waitFor()
    const { page: phone } = await openPhone(browser, await readQr(kiosk), { locale: lang })
    await stands(kiosk, 'scanned')
    const form = phone.locator('form[action$="/sign-in"]')
    await form.locator('[name=account]').fill(visitor.account)
    await form.locator('[name=password]').fill(visitor.password)
    await form.locator('[name=password]').press('Enter')
    await stands(kiosk, 'services')
    await kiosk
      .getByRole('button', { name: lang === 'ko' ? '진료 접수' : 'See a doctor' })
      .press('Enter')
    await stands(kiosk, 'ticket')
    assert.equal(await kiosk.locator('.number').textContent(), 'A-001')
    assert.match(await kiosk.locator('main').innerText(), say.greeting)
    await phone.getByText('A-001').first().waitFor()
    await desk.getByRole('row', { name: say.rowNames }).waitFor()

    await desk.getByRole('button', { name: say.next }).first().press('Enter')
    await board.getByText('A-001').first().waitFor()
    await board.getByText(say.desk).first().waitFor()
    await phone.getByText(say.comeIn).first().waitFor()
    await phone.getByText(say.desk).first().waitFor()
    assert.doesNotMatch(await board.content(), /홍|P-0042/)

    await phone.getByRole('button', { name: say.end }).press('Enter')
    await stands(kiosk, 'idle')
    await until('nothing of the visitor is left', async () => {
      return !/홍|P-0042|A-001|demo\.hong/.test(await traces(kiosk))
    })

    await kiosk.getByRole('button', { name: say.start }).press('Enter')
    await stands(kiosk, 'pending')
    await kiosk.locator('qrgate-qr canvas').waitFor()
    const { page: second } = await openPhone(browser, await readQr(kiosk), { locale: lang })
    await stands(kiosk, 'scanned')
    assert.doesNotMatch(await second.content(), /홍|P-0042|A-001|demo\.hong/)
    assert.doesNotMatch(await kiosk.content(), /홍|P-0042|A-001/)
    // The first one's number still stands, on the phone that is theirs.
    await phone.getByText('A-001').first().waitFor()
  })
}
