import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  openKiosk,
  openPhone,
  portrait,
  showQr,
  signUp,
  stands,
  startBrowser,
  startKioskBrowser,
} from '../support/browser.ts'
import { freePort, startGate, temporaryFolder } from '../support/gate.ts'
import { Network } from '../support/network.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { traces } from '../support/traces.ts'
import { addAccount, visitor } from '../support/visitor.ts'

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

test('F29: a page that slept for ten minutes shows what is so when it wakes, and nobody of before', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const browser = await startBrowser(t)
  const context = await browser.newContext({ viewport: portrait, locale: 'ko' })
  await context.clock.install()
  const kiosk = await context.newPage()
  const cdp = await context.newCDPSession(kiosk)
  const sleep = async (meanwhile: () => Promise<unknown>) => {
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
    await meanwhile()
    gate.passTime(600_000)
    for (const connection of gate.connections) connection.destroy()
    await cdp.send('Page.setWebLifecycleState', { state: 'active' })
    await kiosk.clock.fastForward(600_000)
  }
  const isOver = async () => {
    await kiosk.locator('main[data-screen=idle]').waitFor()
    assert.doesNotMatch(await traces(kiosk), /홍/)
  }
  const phone = new Phone(gate.url)
  const scan = async () => {
    const { id } = await phone.scan(await showQr(kiosk))
    await stands(kiosk, 'scanned')
    return id
  }
  const signIn = (id: string) => phone.signIn(id, visitor.id, visitor.password)

  await kiosk.goto(`${gate.url}/kiosk`)
  await showQr(kiosk)
  await sleep(async () => {})
  await isOver()
  const first = await scan()
  await sleep(() => signIn(first))
  await isOver()
  await signIn(await scan())
  await stands(kiosk, 'done')
  await sleep(async () => {})
  await isOver()
})

test('F29: a kiosk whose network comes and goes twenty times is told who has signed in', async t => {
  const port = await freePort()
  const network = await Network.before(t, port)
  const url = `http://127.0.0.1:${network.port}`
  const gate = await startGate(t, { PORT: `${port}`, PUBLIC_URL: url })
  await addAccount(gate)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, url, '?lang=ko')
  const qr = await showQr(kiosk)
  let sockets = 0
  kiosk.on('websocket', () => {
    sockets += 1
  })
  const flap = async () => {
    const before = sockets
    await kiosk.context().setOffline(true)
    network.cut()
    await kiosk.context().setOffline(false)
    await until('it has another socket', () => sockets > before)
  }
  for (let flaps = 0; flaps < 10; flaps += 1) await flap()
  const phone = new Phone(`http://127.0.0.1:${port}`, { origin: url })
  const { id } = await phone.scan(qr)
  await stands(kiosk, 'scanned')
  for (let flaps = 0; flaps < 9; flaps += 1) await flap()
  await Promise.all([flap(), phone.signIn(id, visitor.id, visitor.password)])
  await stands(kiosk, 'done')
})
