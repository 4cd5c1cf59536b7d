import { test } from 'node:test'
import { startBrowser, visitor } from '../support/browser.ts'
import { startGate } from '../support/gate.ts'

test('the demo page walks through a whole sign-in with a button instead of a camera', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ko' })
  const page = await context.newPage()
  await page.goto(`${gate.url}/`)
  const kiosk = page.frameLocator('figure.kiosk iframe')
  const phone = page.frameLocator('figure.phone iframe')
  await kiosk.getByRole('button', { name: '시작하기' }).click()
  await page.getByRole('button', { name: '스캔하기' }).click()
  await kiosk.locator('main[data-screen="scanned"]').waitFor()
  await phone.getByText('회원가입').first().click()
  for (const [field, value] of Object.entries(visitor)) {
    await phone.locator(`[name=${field}]`).fill(value)
  }
  await phone.locator('form[action$="/sign-up"] .primary').click()
  await kiosk.getByRole('heading', { name: '홍*동 님, 로그인되었습니다' }).waitFor()
  await page.getByRole('button', { name: '다시 해 보기' }).click()
  await kiosk.locator('main[data-screen="idle"]').waitFor()
})
