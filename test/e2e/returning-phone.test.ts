import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  axe,
  openKiosk,
  openPhone,
  showQr,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { startGate } from '../support/gate.ts'

/** Ends the visit, and shows the next visitor's QR. */
async function next(kiosk: Page): Promise<string> {
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  return showQr(kiosk)
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with scripts' : 'without scripts'

  test(`who has ticked to be remembered is through with one tap the next time, ${how}`, async t => {
    const gate = await startGate(t)
    const browser = await startBrowser(t)
    const kiosk = await openKiosk(browser, gate.url)
    const { page: phone } = await openPhone(browser, await showQr(kiosk), { javaScriptEnabled })
    if (!javaScriptEnabled) await phone.getByRole('button', { name: '계속' }).click()
    await phone.getByRole('button', { name: '회원가입' }).click()
    for (const [field, value] of Object.entries(visitor)) {
      await phone.locator(`[name=${field}]`).fill(value)
    }
    const box = phone.getByRole('checkbox', { name: '이 휴대폰 기억하기' })
    assert.equal(await box.isChecked(), false)
    await box.check()
    await phone.locator('form[action$="/sign-up"] .primary').click()
    await stands(kiosk, 'done')
    await phone.goto(await next(kiosk))
    await phone.getByRole('heading', { name: '이 키오스크에 로그인할까요?' }).waitFor()
    if (javaScriptEnabled) assert.deepEqual(await axe(phone), [])
    const focused = await phone.evaluate(() => document.activeElement?.tagName)
    assert.equal(
      focused,
      'BODY',
      'neither answer is chosen by a key that was meant for something else',
    )
    const sizes = await Promise.all(
      ['거절', '승인'].map(name => phone.getByRole('button', { name }).boundingBox()),
    )
    assert.deepEqual([sizes[0]?.width, sizes[0]?.height], [sizes[1]?.width, sizes[1]?.height])
    await phone.getByRole('button', { name: '승인' }).dblclick()
    await stands(kiosk, 'done')
    await phone.getByText('키오스크에 로그인되었습니다').first().waitFor()
    await phone.goto(await next(kiosk))
    await phone.getByRole('button', { name: '거절' }).click()
    await stands(kiosk, 'ended')
  })
}
