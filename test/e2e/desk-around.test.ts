import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startBrowser } from '../support/browser.ts'
import {
  card,
  clean,
  comes,
  later,
  press,
  room1,
  row,
  says,
  serves,
  undo,
  waits,
} from '../support/desk-page.ts'
import { until } from '../support/patience.ts'
import { startClinic } from '../support/reception-desk.ts'

test('somebody without a phone gets a number, on paper too, and the paper has no name', async t => {
  const clinic = await startClinic(t)
  const desk = await clinic.open(await startBrowser(t))
  await desk.evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', 'yes')
  })
  await press(desk, '직접 접수')
  await clean(desk)
  await desk.getByRole('radio', { name: '진료 접수' }).check()
  await desk.getByLabel('이름').fill('홍길동')
  await press(desk, '번호 주기')
  await desk.locator('dialog .number').getByText('A-001').waitFor()
  await clean(desk)
  await press(desk, '번호표 인쇄')
  await desk.locator('[data-printed]').waitFor()
  await desk.emulateMedia({ media: 'print' })
  for (const width of [58, 80]) {
    // In pixels of 1/96 inch.
    await desk.setViewportSize({ width: Math.floor((width / 25.4) * 96), height: 400 })
    const paper = await desk.locator('body').innerText()
    assert.match(paper, /^서울내과의원\s+진료 접수\s+A-001\s+내과 1진료실 · 내과 2진료실\s+\d{4}년/)
    assert.doesNotMatch(paper, /홍길동/)
    const number = await desk.locator('.slip .number').boundingBox()
    assert.ok(number && number.x >= 0 && number.x + number.width <= (width / 25.4) * 96)
    assert.equal(
      await desk.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      true,
    )
  }
  await desk.emulateMedia({ media: 'screen' })
  await desk.setViewportSize({ width: 1440, height: 900 })
  await press(desk, '한 분 더')
  await desk.getByRole('radio', { name: '수납' }).check()
  assert.equal(await desk.getByLabel('이름').inputValue(), '')
  await press(desk, '번호 주기')
  await desk.locator('dialog .number').getByText('C-001').waitFor()
  // Whoever has no more than paper is told where to wait, as kiosk and phone say it.
  await press(desk, '번호표 인쇄')
  await desk.locator('.slip').getByText('수납 대기실, 1층').waitFor({ state: 'attached' })
  await press(desk, '닫기')
  await waits(desk, 'A-001', 'C-001')
  await row(desk, 'A-001').locator('summary').last().click()
  await press(desk, '번호표 인쇄')
  await desk.locator('.slip').getByText('A-001').waitFor({ state: 'attached' })
})

test('a call for staff sounds until somebody takes it, or until this browser leaves it to others', async t => {
  const clinic = await startClinic(t)
  const browser = await startBrowser(t)
  const first = await clinic.open(browser)
  const second = await clinic.open(browser)
  for (const desk of [first, second]) {
    // Browsers sound only where somebody has pressed something.
    await desk.evaluate(() => {
      const start = AudioScheduledSourceNode.prototype.start
      AudioScheduledSourceNode.prototype.start = function (...when) {
        document.body.dataset.notes = `${Number(document.body.dataset.notes ?? 0) + 1}`
        start.apply(this, when)
      }
    })
    await desk.locator('h1').click()
  }
  const notes = (desk: Page) => desk.evaluate(() => Number(document.body.dataset.notes ?? 0))
  await clinic.callStaff()
  const call = (desk: Page) => desk.getByRole('alert').filter({ hasText: '직원을 부릅니다' })
  await Promise.all([call(first).waitFor(), call(second).waitFor()])
  await until('both sound, again and again', async () =>
    (await Promise.all([notes(first), notes(second)])).every(count => count >= 4),
  )
  await clean(first)
  await press(second, '다른 직원이 갑니다')
  await second.getByRole('button', { name: '다른 직원이 갑니다' }).waitFor({ state: 'detached' })
  const silentAt = await notes(second)
  const heard = await notes(first)
  await until('the other one goes on', async () => (await notes(first)) >= heard + 4)
  assert.equal(await notes(second), silentAt)
  assert.equal(await call(second).isVisible(), true)
  await press(first, '지금 갑니다')
  await Promise.all([first, second].map(desk => call(desk).waitFor({ state: 'detached' })))
})

test('a service is closed at the desk, and opened again by undoing it', async t => {
  const clinic = await startClinic(t)
  const desk = await clinic.open(await startBrowser(t))
  await desk.locator('summary').filter({ hasText: '접수 받기' }).click()
  const toggle = desk.getByRole('switch', { name: '수납' })
  assert.equal(await toggle.getAttribute('aria-checked'), 'true')
  await toggle.click()
  await says(desk, '수납 접수 마감')
  await desk.getByRole('switch', { name: '수납', checked: false }).waitFor()
  await clean(desk)
  await undo(desk)
  await desk.locator('summary').filter({ hasText: '접수 받기' }).click()
  await desk.getByRole('switch', { name: '수납', checked: true }).waitFor()
})

test('a lost link is said with its time, and what was missed is there when it is back', async t => {
  const clinic = await startClinic(t)
  const browser = await startBrowser(t)
  const desk = await clinic.open(browser)
  const other = await clinic.open(browser)
  await comes(other, 'exam')
  await waits(desk, 'A-001')
  await desk.getByText('실시간').waitFor()
  await clinic.stop()
  await desk.getByText(/\d\d:\d\d 기준/).waitFor()
  await clean(desk)
  await press(desk, `${room1}: 다음 A-001 부르기`)
  await says(desk, '처리하지 못했습니다. 다시 눌러 주세요.')
  assert.equal(await desk.locator('td.long').count(), 0)
  await desk.clock.fastForward(16 * 60_000)
  await desk.locator('td.long').getByText('16분').waitFor()
  await clinic.start()
  await desk.getByText('실시간').waitFor()
  await waits(desk, 'A-001')
})

test('a desk opens by its link only, once; without it the page says how, and shows nobody', async t => {
  const clinic = await startClinic(t)
  const browser = await startBrowser(t)
  const desk = await clinic.open(browser)
  await comes(desk, 'exam', '김*수')
  assert.equal(new URL(desk.url()).hash, '')
  await desk.reload()
  await waits(desk, 'A-001')
  for (const [lang, none, used] of [
    ['ko', '접수대를 열려면 링크가 필요합니다', '이미 사용했거나 오래된 링크입니다'],
    ['en', 'You need a link to open this desk', 'This link was used or is too old'],
  ]) {
    const page = await (await browser.newContext()).newPage()
    await page.goto(`${clinic.url}/desk?lang=${lang}`)
    await page.getByRole('heading', { name: `${none}` }).waitFor()
    assert.match(await page.locator('body').innerText(), /Ctrl\+C/)
    assert.doesNotMatch(await page.locator('body').innerText(), /A-001|김\*수/)
    await clean(page)
    const link = (await clinic.link()).replace('#', `?lang=${lang}#`)
    await page.goto(link)
    await page.reload()
    await page.locator('.card').first().waitFor()
    await clean(page)
    await page.context().clearCookies()
    await page.goto('about:blank')
    await page.goto(link)
    await page.getByRole('heading', { name: `${used}` }).waitFor()
    await clean(page)
  }
})

test('whoever comes by kiosk and phone stands on the desk, masked, and hears of the call', async t => {
  const clinic = await startClinic(t)
  const desk = await clinic.open(await startBrowser(t))
  const { phone, signIn, handOff } = await clinic.visit('exam')
  assert.equal(handOff.ticket?.number, 'A-001')
  await waits(desk, 'A-001')
  await desk.locator('tr.new').getByText('새 접수').waitFor()
  assert.match(await row(desk, 'A-001').innerText(), /홍\*동/)
  assert.doesNotMatch(await desk.content(), /홍길동/)
  await desk.getByRole('status').getByText('A-001 기다리는 분 1').waitFor({ state: 'attached' })
  await press(desk, `${room1}: 다음 A-001 부르기`)
  await until('the phone hears of it', async () => {
    const { body } = await phone.state(signIn.id)
    return JSON.stringify(body).includes('"called"')
  })
  await phone.post(`/s/${signIn.id}/coming`, {})
  await card(desk, room1).getByText('오는 중').waitFor()
  // Called once more, the phone rings once more.
  const calledAt = async () => {
    const html = await (await phone.get(`/s/${signIn.id}`)).text()
    return /data-hand-off-state="called".*data-called-at="(\d+)"/.exec(html)?.[1]
  }
  const rungAt = await calledAt()
  await press(desk, '다시 부르기 A-001')
  await until('the phone rings again', async () => {
    const at = await calledAt()
    return at !== undefined && at !== rungAt
  })
  await phone.post(`/s/${signIn.id}/cancel-hand-off`, {})
  await card(desk, room1).getByText('방문자가 취소했습니다').waitFor()
  await clean(desk)
  await press(desk, '비우기 A-001')
  await serves(desk, room1, '–')
  // Nothing of the gate is there any more; the desk says what that means.
  await clinic.gate.close()
  await comes(desk, 'exam')
  await later(desk)
  await press(desk, `${room1}: 다음 A-002 부르기`)
  await desk.getByText('지금은 휴대폰으로 알릴 수 없습니다').waitFor()
  await clean(desk)
})
