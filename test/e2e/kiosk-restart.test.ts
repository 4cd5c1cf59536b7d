import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  openKiosk,
  openPhone,
  showQr,
  signUp,
  stands,
  startBrowser,
  startKioskBrowser,
} from '../support/browser.ts'
import { startGate, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'

/** Whether the browser's profile has the words on the disk, where no dying browser can lose them. */
function isOnDisk(profile: string, words: string): boolean {
  const folder = join(profile, 'Default', 'Local Storage', 'leveldb')
  return readdirSync(folder).some(name =>
    readFileSync(join(folder, name), 'latin1').includes(words),
  )
}

test('N81: a browser killed between the approval and the claim shows the name when it is started again', async t => {
  const gate = await startGate(t)
  const profile = temporaryFolder(t)
  const url = `${gate.url}/kiosk?lang=ko`
  const phones = await startBrowser(t)

  const first = await startKioskBrowser(t, profile, url)
  await stands(first.page, 'idle')
  await first.close()

  const second = await startKioskBrowser(t, profile, url)
  await second.page.route(/\/claim\?/, () => {})
  const qr = await showQr(second.page)
  const { page: phone } = await openPhone(phones, qr)
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const id = phone.url().slice(-36)
  await until('the sign-in is on the disk', () => isOnDisk(profile, id))
  const asked = second.page.waitForRequest(/\/claim\?/)
  await signUp(phone)
  await asked
  await second.kill()

  const third = await startKioskBrowser(t, profile, url)
  await stands(third.page, 'done')
  assert.match(await third.page.locator('main').innerText(), /홍\*동 님/)
  await third.page.getByRole('button', { name: '끝내기' }).click()
  await stands(third.page, 'idle')
  assert.equal(await third.page.evaluate(() => localStorage.length), 0)
  await third.page.reload()
  await stands(third.page, 'idle')
})

test('N81: of two pages in one browser each goes on with its own sign-in', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const one = await openKiosk(browser, gate.url)
  const qr = await showQr(one)
  const other = await one.context().newPage()
  await other.goto(`${gate.url}/kiosk`)
  await stands(other, 'idle')
  await showQr(other)
  await one.reload()
  await other.reload()
  await stands(one, 'pending')
  await stands(other, 'pending')
  const { page: phone } = await openPhone(browser, qr)
  await stands(one, 'scanned')
  await signUp(phone)
  await stands(one, 'done')
  await stands(other, 'pending')
  // The demo's frame has its own as well.
  const demo = await one.context().newPage()
  await demo.goto(`${gate.url}/demo`)
  await demo.frameLocator('.kiosk iframe').locator('main[data-screen=pending]').waitFor()
  await stands(one, 'done')
})

test('N81: a reload goes on, however long the browser takes to hand the page its lock again', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const page = await openKiosk(browser, gate.url, '?lang=ko')
  const kept = () => page.evaluate(() => Object.values(localStorage).join())
  const qr = await showQr(page)
  assert.notEqual(await kept(), '')
  // Gets the lock as soon as the page lets go of it, and keeps it as long as this test wants.
  const other = await page.context().newPage()
  await other.goto(`${gate.url}/healthz`)
  await other.evaluate(() => {
    const hold = () => new Promise<void>(release => Object.assign(window, { release }))
    void navigator.locks.request('qrgate-kiosk', hold)
  })
  await page.reload()
  await stands(page, 'pending')
  const { page: phone } = await openPhone(browser, qr)
  await stands(page, 'scanned')
  await signUp(phone)
  await stands(page, 'done')
  await page.getByRole('button', { name: '끝내기' }).click()
  await stands(page, 'idle')
  await other.evaluate(() => (window as unknown as { release(): void }).release())
  await until('what is over is kept nowhere', async () => (await kept()) === '')
})
