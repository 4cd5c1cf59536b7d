import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axe, openPhone, signIn, startBrowser, visitor } from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'

test('a visitor who has guessed too often is told so at once, and to wait', async t => {
  const gate = await startGate(t, { QRGATE_FAILURES_PER_ACCOUNT: '1' })
  const browser = await startBrowser(t)
  const { frame } = await new Kiosk(gate.url).start()
  const { page: phone } = await openPhone(browser, frame.url)
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const alert = phone.getByRole('alert')
  let taps = 0
  phone.on('request', request => {
    if (request.url().endsWith('/sign-in')) taps += 1
  })
  await signIn(phone, { ...visitor, password: 'a wrong password' })
  await alert.getByText('비밀번호').waitFor()
  await signIn(phone, { ...visitor, password: 'another one' })
  await alert.getByText('로그인 시도가 너무 많았습니다').waitFor()
  assert.equal(taps, 2, 'the page does not try again by itself first')
  assert.equal(await phone.locator('[name=account]').inputValue(), visitor.account)
  assert.deepEqual(await axe(phone), [])
})
