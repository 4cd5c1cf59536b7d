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

test('of two pages in one browser each goes on with its own sign-in', async t => {
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
  await demo.frameLocator('.kiosk iframe').locator('main[data-screen=idle]').waitFor()
  await stands(one, 'done')
})
