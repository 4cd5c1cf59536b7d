import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import {
  axe,
  openKiosk,
  openPhone,
  readQr,
  settled,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { filledIn, openDemo, startDemo, threeClicks } from '../support/demo.ts'
import { startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

test('without reception the demo page is kiosk and phone: it walks through a whole sign-in', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const { page, kiosk, phone } = await openDemo(browser, `${gate.url}/`)
  await page.getByRole('button', { name: 'QR 비추기' }).click()
  await kiosk.locator('main[data-screen="scanned"]').waitFor()
  assert.equal(await page.locator('figure').count(), 2)
  assert.equal(await page.locator('.story li').count(), 2)
  assert.equal(await phone.locator('[name=account]').inputValue(), '', 'nobody is there to be')
  await phone.getByText('회원가입').first().click()
  for (const [field, value] of Object.entries(visitor)) {
    await phone.locator(`[name=${field}]`).fill(value)
  }
  // It stands for 20 s, so whoever looks for it only afterwards may miss it.
  const done = kiosk.getByRole('heading', { name: '홍*동 님, 로그인되었습니다' }).waitFor()
  await Promise.all([done, phone.locator('form[action$="/sign-up"] .primary').click()])
  await page.getByRole('button', { name: '다음 방문자' }).click()
  await kiosk.locator('main[data-screen="pending"]').waitFor()
})

test('a kiosk that starts now does so once, when its page opens, and goes on with what is under way', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url, '?start=now')
  await stands(kiosk, 'pending')
  const phone = await openPhone(browser, await readQr(kiosk))
  await stands(kiosk, 'scanned')
  await kiosk.reload()
  await stands(kiosk, 'scanned')
  await phone.context.close()
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'ended')
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'idle')
  await kiosk.reload()
  await stands(kiosk, 'pending')
})

const scenes = {
  ko: { first: /홍\*동/, second: /J\*\*\* D\*\*/, desk: '접수대' },
  en: { first: /홍\*동/, second: /J\*\*\* D\*\*/, desk: 'Desk' },
} as const

for (const [lang, words] of Object.entries(scenes)) {
  test(`three clicks from the printed address to a number on kiosk, phone and desk (${lang})`, async t => {
    const { gate, printed } = await startDemo(t)
    const browser = await startBrowser(t)
    const address = (await printed()).replace('#', `?lang=${lang}#`)
    const shown = await openDemo(browser, address, { locale: lang })
    const { page, kiosk, phone, beside } = shown
    await beside.getByRole('heading', { name: words.desk, exact: true }).waitFor()
    assert.equal(page.url(), `${gate.url}/demo?lang=${lang}`, 'the code is not left in the address')
    await settled(page)
    assert.deepEqual(await axe(page), [])

    const number = await threeClicks(shown)
    assert.match(number, /^[A-Z]-\d{3}$/)
    await phone.locator('.number').filter({ hasText: number }).waitFor()
    await beside.getByText(number, { exact: true }).first().waitFor()
    await beside.getByText(words.first).first().waitFor()
    await beside.getByText('P-0042').first().waitFor()
    assert.equal(await page.locator('.story li.taken').count(), 4)
    await settled(page)
    assert.deepEqual(await axe(page), [])

    // The next visitor finds nothing of this one, on kiosk and phone; the desk has both.
    await page.locator('.again').click()
    await page.locator('.camera .primary:enabled').waitFor()
    await page.locator('.camera .primary').click()
    await kiosk.locator('main[data-screen="scanned"]').waitFor()
    const account = await filledIn(phone)
    const all = await Promise.all([kiosk, phone].map(frame => frame.locator('body').innerHTML()))
    for (const html of all) {
      assert.doesNotMatch(html, words.first)
      assert.ok(!html.includes(number))
    }
    assert.equal(account, 'demo.jane')
    await phone.locator('form[action$="/sign-in"] .primary').click()
    await kiosk.locator('.tile').first().click()
    const next = await kiosk.locator('main[data-screen="ticket"] .number').textContent()
    assert.notEqual(next, number)
    await beside.getByText(words.second).first().waitFor()
    await beside.getByText(words.first).first().waitFor()
  })
}

test('N51: a window without the code shows the board and no name; the code makes it the desk, once', async t => {
  const { gate, printed } = await startDemo(t)
  const browser = await startBrowser(t)
  const shown = await openDemo(browser, `${gate.url}/demo`)
  const { page, beside } = shown
  await page.locator('figure.board').waitFor()
  await page.getByText('접수대는 이름이 보이므로').waitFor()
  await threeClicks(shown)
  await beside.locator('main').waitFor()
  const board = await beside.locator('body').innerHTML()
  for (const word of ['홍*동', '홍길동', 'P-0042']) assert.ok(!board.includes(word), word)
  await settled(page)
  assert.deepEqual(await axe(page), [])

  // The address opened in the very same tab.
  const address = await printed()
  await page.goto(address)
  await page.locator('figure.desk').waitFor()
  assert.equal(page.url(), `${gate.url}/demo`)
  await page.reload()
  await page.locator('figure.desk').waitFor()

  const other = await openDemo(browser, address)
  await other.page.locator('figure.board').waitFor()
  await other.page.getByText('Ctrl+C로 멈추고 다시 시작하면').waitFor()
  await settled(other.page)
  assert.deepEqual(await axe(other.page), [])

  // N51: nothing says what only a reception by itself has.
  const spent = new URL(address).hash.replace('#desk=', '')
  for (const path of ['desk?lang=ko', 'day?lang=ko', `desk?lang=ko#link=${spent}`]) {
    await other.page.goto(`${gate.url}/reception/${path}`)
    await other.page.getByText('Ctrl+C로 데모를 멈추고 다시 시작').waitFor()
    assert.doesNotMatch(await other.page.locator('body').innerText(), /qrgate-reception|A-001/)
    assert.deepEqual(await axe(other.page), [])
  }

  // What they say works.
  const started = gate.output.length
  await gate.kill('SIGTERM')
  await gate.boot()
  await until('it has printed a new address', () =>
    /Stop with Ctrl\+C/.test(gate.output.slice(started)),
  )
  assert.notEqual(await printed(), address)
  await other.page.goto(await printed())
  await other.page.locator('figure.desk').waitFor()
})

test('a call for staff at the demo’s kiosk stands on its desk', async t => {
  const { printed } = await startDemo(t)
  const { kiosk, beside } = await openDemo(await startBrowser(t), await printed())
  await beside.getByRole('heading', { name: '접수대', exact: true }).waitFor()
  await kiosk.getByRole('button', { name: '도움 요청' }).click()
  await kiosk.getByRole('button', { name: '직원 부르기' }).click()
  await beside.getByText('1층 접수 1번에서 직원을 부릅니다').waitFor()
  await beside.getByRole('button', { name: '지금 갑니다' }).click()
  await beside.locator('.bar').getByText('지금 갑니다').waitFor()
})

test('a demo page that is reloaded in the middle leads on to the next visitor', async t => {
  const { printed } = await startDemo(t)
  const { page, kiosk, phone } = await openDemo(await startBrowser(t), await printed())
  await page.locator('.camera .primary').click()
  await filledIn(phone)
  await page.reload()
  await kiosk.locator('main[data-screen="scanned"]').waitFor()
  await page.locator('.again:enabled').click()
  await kiosk.locator('main[data-screen="pending"]').waitFor()
  await page.locator('.camera .primary:enabled').waitFor()
})

test('the keyboard is enough for all three', async t => {
  const { printed } = await startDemo(t)
  const browser = await startBrowser(t)
  const { page, kiosk, phone, beside } = await openDemo(browser, await printed())
  const press = async (target: Locator) => {
    await target.waitFor()
    await target.focus()
    await page.keyboard.press('Enter')
  }
  await press(page.locator('.camera .primary:enabled'))
  await filledIn(phone)
  await press(phone.locator('[name=password]'))
  await press(kiosk.locator('.tile').first())
  const number = kiosk.locator('main[data-screen="ticket"] .number')
  await beside
    .getByText((await number.textContent()) ?? '', { exact: true })
    .first()
    .waitFor()
})
