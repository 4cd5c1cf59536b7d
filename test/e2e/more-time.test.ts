import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  openKiosk,
  openPhone,
  readQr,
  showQr,
  signUp,
  stands,
  startBrowser,
} from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

/** In seconds, as it is counted on kiosk and phone. */
async function shown(page: Page, selector: string): Promise<number> {
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(await page.locator(selector).innerText()) ?? []
  return Number(minutes) * 60 + Number(seconds)
}

const onKiosk = (kiosk: Page) => shown(kiosk, '.time-left .time')
const onPhone = (phone: Page) => shown(phone, '[data-time-left]')
const help = (kiosk: Page) => kiosk.getByRole('button', { name: '도움말' })

test('N37: the time to sign in is counted on both screens, said when it is short, and given once more', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await kiosk.clock.install()
  const { page: phone } = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await phone.clock.install()
  await phone.reload()
  await phone.getByText('남은 시간').waitFor()
  assert.ok((await onKiosk(kiosk)) <= 180 && (await onPhone(phone)) <= 180)

  const said = kiosk.locator('.time-left [role=status]')
  assert.equal(await said.innerText(), '')
  await kiosk.clock.fastForward(155_000)
  await until('a screen reader is told', async () => (await said.innerText()) !== '')
  // What is really left, which is less than it is said at.
  const told = Number(/(\d+)초 남았습니다/.exec(await said.innerText())?.[1])
  assert.ok(told > 0 && told <= 25, `${told}`)
  const saidOnPhone = phone.locator('[data-progress]')
  await phone.clock.fastForward(155_000)
  await until('the phone says it', async () =>
    /\d초 남았습니다/.test(await saidOnPhone.innerText()),
  )

  await phone.locator('[name=account]').fill('gildong')
  await phone.locator('[name=password]').fill('typed already')
  await phone.getByRole('button', { name: '시간 더 주세요' }).press('Enter')
  await until('the phone has more time', async () => (await onPhone(phone)) > 180)
  assert.equal(await phone.locator('[name=password]').inputValue(), 'typed already')
  assert.equal(await saidOnPhone.innerText(), '', 'what was said of the time is no longer so')
  assert.match(await phone.locator(':focus').innerText(), /남은 시간/)
  await until('and the kiosk', async () => (await onKiosk(kiosk)) > 180)
  assert.equal(await said.innerText(), '')
  for (const page of [kiosk, phone]) {
    assert.equal(await page.getByRole('button', { name: '시간 더 주세요' }).isVisible(), false)
  }

  // At the kiosk, for a phone whose page runs no script and has typed something.
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'ended')
  await kiosk.locator('.words .primary').click()
  const plain = await openPhone(browser, await readQr(kiosk), { javaScriptEnabled: false })
  await plain.page.getByRole('button', { name: '계속' }).click()
  await stands(kiosk, 'scanned')
  await plain.page.getByText(/^[12]분 \d+초 안에 로그인해 주세요\./).waitFor()
  await plain.page.locator('[name=account]').fill('gildong')
  await plain.page.getByRole('button', { name: '시간 더 주세요' }).click()
  await plain.page.getByText(/^[345]분 \d+초 안에 로그인해 주세요\./).waitFor()
  assert.equal(await plain.page.locator('[name=account]').inputValue(), 'gildong')
  await until('the kiosk hears of it', async () => (await onKiosk(kiosk)) > 180)
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'ended')

  await kiosk.locator('.words .primary').click()
  const third = await openPhone(browser, await readQr(kiosk))
  await stands(kiosk, 'scanned')
  await kiosk.getByRole('button', { name: '시간 더 주세요' }).press('Enter')
  await until('the phone hears of it', async () => (await onPhone(third.page)) > 180)
  assert.equal(await kiosk.locator(':focus').evaluate(element => element.tagName), 'H1')
})

test('N37: whoever reads the help or touches the screen keeps what stands there, but not for ever', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await kiosk.clock.install()
  const { page: phone } = await openPhone(browser, await showQr(kiosk))
  await signUp(phone)
  await stands(kiosk, 'done')
  await help(kiosk).click()
  for (let times = 0; times < 50; times += 1) await kiosk.clock.runFor(1_000)
  await stands(kiosk, 'done')
  // Nobody reads it any more, and what lies under it is somebody's.
  for (let times = 0; times < 40; times += 1) await kiosk.clock.runFor(1_000)
  await stands(kiosk, 'idle')
  assert.equal(await kiosk.locator('dialog[open]').count(), 0)

  const second = await openPhone(browser, await showQr(kiosk))
  await second.page.locator('form[action$="/deny"] button').click()
  await stands(kiosk, 'ended')
  await help(kiosk).click()
  for (let times = 0; times < 20; times += 1) await kiosk.clock.runFor(1_000)
  await stands(kiosk, 'ended')
  await kiosk.locator('dialog .close').click()
  await kiosk.clock.runFor(9_000)
  await stands(kiosk, 'idle')
})

test('N39: what is so is said: a code that is not there yet, one that is, and how a sign-in ended on an always-on screen', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await stands(kiosk, 'idle')
  const { promise, resolve } = Promise.withResolvers<void>()
  await kiosk.route('**/sign-ins', async route => {
    await promise
    await route.continue()
  })
  await kiosk.getByRole('button', { name: '시작하기' }).click()
  await kiosk.getByRole('heading', { name: '준비하고 있습니다' }).waitFor()
  assert.equal(await kiosk.getByRole('button', { name: '카메라가' }).count(), 0)
  resolve()
  await kiosk.getByRole('heading', { name: '비춰 주세요' }).waitFor()
  const said = kiosk.locator('main > [role=status]').first()
  assert.match(await said.innerText(), /휴대폰 카메라로\s비춰 주세요/)

  await kiosk.clock.install()
  await kiosk.goto(`${gate.url}/kiosk?start=always`)
  await stands(kiosk, 'pending')
  const { page: phone } = await openPhone(browser, await readQr(kiosk))
  await stands(kiosk, 'scanned')
  await phone.locator('form[action$="/deny"] button').click()
  await stands(kiosk, 'ended')
  assert.match(await said.innerText(), /본인이 아닙니다/)
  await kiosk.clock.runFor(9_000)
  await stands(kiosk, 'pending')
})
