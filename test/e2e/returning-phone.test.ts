import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { ownWords } from '../../server/src/http/me/dictionary.ts'
import { words } from '../../server/src/http/phone/words.ts'
import {
  axe,
  openKiosk,
  openPhone,
  showQr,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { withFinger } from '../support/finger.ts'
import { freePort, startGate } from '../support/gate.ts'
import { storyLanguages } from '../support/whole.ts'

/** Ends the visit, and shows the next visitor's QR. */
async function next(kiosk: Page): Promise<string> {
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  return showQr(kiosk)
}

/** Says in the form who they are, and sends it. */
async function fillIn(phone: Page): Promise<void> {
  for (const [field, value] of Object.entries(visitor)) {
    await phone.locator(`[name=${field}]`).fill(value)
  }
  await phone.locator('form[action$="/sign-up"] .primary').click()
}

/** The same phone, with the page of its last visit closed: without scripts that one loads itself anew. */
async function scan(phone: Page, qr: string): Promise<void> {
  await phone.goto('about:blank')
  await phone.goto(qr)
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
    await scan(phone, await next(kiosk))
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
    await scan(phone, await next(kiosk))
    await phone.getByRole('button', { name: '거절' }).click()
    await stands(kiosk, 'ended')
  })
}

for (const lang of storyLanguages) {
  const { outcomes, passkey, signIn } = words[lang]
  const own = ownWords[lang]

  test(`who has signed up is offered a passkey, the next time it is enough, and it can be removed (${lang})`, async t => {
    const port = await freePort()
    const gate = await startGate(t, { PORT: `${port}`, PUBLIC_URL: `http://localhost:${port}` })
    const browser = await startBrowser(t)
    const kiosk = await openKiosk(browser, gate.url)
    const qr = await showQr(kiosk)
    const { page: phone, context } = await openPhone(browser, 'about:blank', { locale: lang })
    const { session, authenticatorId, touch } = await withFinger(context, phone)
    await phone.goto(qr)
    await phone.getByRole('button', { name: signIn.signUp }).click()
    await fillIn(phone)
    await stands(kiosk, 'done')
    const card = phone.getByRole('region', { name: passkey.offer.title })
    await card.waitFor()
    assert.deepEqual(await axe(phone), [])
    await card.getByRole('button', { name: passkey.offer.make }).click()
    await card.getByText(passkey.made).waitFor()
    const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId })
    assert.equal(credentials.length, 1)

    const byPasskey = async () => {
      const button = phone.getByRole('button', { name: passkey.use })
      await button.waitFor()
      assert.deepEqual(await axe(phone), [])
      await touch(true)
      await button.click()
    }
    await touch(false)
    await scan(phone, await next(kiosk))
    await byPasskey()
    await stands(kiosk, 'done')
    assert.match(await kiosk.locator('main').innerText(), /홍\*동 님/)
    await phone.getByText(outcomes.claimed.title).first().waitFor()
    assert.equal(await card.count(), 0, 'whoever has one is not asked again')

    await touch(false)
    await phone.getByRole('link', { name: words[lang].myAccount }).click()
    await byPasskey()
    await phone.getByText('iPhone', { exact: true }).click()
    await phone.getByRole('button', { name: own.passkeys.remove }).first().click()
    await phone.getByText(own.passkeys.none).waitFor()
    assert.deepEqual(await axe(phone), [])
  })
}
