import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { axe, portrait, stands, startBrowser, startKioskBrowser } from '../support/browser.ts'
import { enrol } from '../support/enrol.ts'
import { freePort, type Gate, startGate, temporaryFolder } from '../support/gate.ts'
import { faultsInAllLayouts } from '../support/layouts.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'

/** In production, behind a proxy that ends TLS. */
async function startServe(t: TestContext) {
  const proxy = await startTlsProxy(t, 'localhost')
  const PORT = `${await freePort()}`
  const settings = { PORT, PUBLIC_URL: proxy.url, QRGATE_TRUSTED_PROXIES: '127.0.0.1' }
  const gate = await startGate(t, settings, 'serve')
  proxy.nodes.push(`http://127.0.0.1:${PORT}`)
  return gate
}

const name = /2층 수납|Payment/

async function invite({ app }: Gate): Promise<string> {
  const parts = { records: app.store.kiosks, builtIn: [], clock: createClock(), randomBytes }
  return (await createKiosks(parts).invite({ ko: '2층 수납', en: 'Payment' }, system)).link
}

async function open(browser: Browser, url: string, lang: string, cookie = ''): Promise<Page> {
  const context = await browser.newContext({ viewport: portrait, ignoreHTTPSErrors: true })
  const own = { httpOnly: true, secure: true, sameSite: 'Strict', url } as const
  if (cookie) await context.addCookies([{ name: '__Host-qrgate-kiosk', value: cookie, ...own }])
  const page = await context.newPage()
  await page.goto(`${url}/kiosk?lang=${lang}`)
  await stands(page, 'trouble')
  return page
}

test('N41: a screen that is not enrolled, or revoked, says so in words and a picture of its own', async t => {
  const gate = await startServe(t)
  const { credential, revoke } = await enrol(gate)
  await revoke()
  const browser = await startBrowser(t)
  const kinds = [
    ['', 'ko', /이 화면은 아직\s등록되지 않았습니다/, /qrgate\skiosk\sadd/],
    ['', 'en', /This screen is not\senrolled yet/, /qrgate\skiosk\sadd/],
    [credential, 'ko', /사용이 중지된\s화면입니다/, /새 링크/],
    [credential, 'en', /This screen has been\sswitched off/, /a new link/],
  ] as const
  const pictures = new Map<string, string>()
  const faults: string[] = []
  for (const [cookie, lang, title, how] of kinds) {
    const page = await open(browser, gate.url, lang, cookie)
    const told = await page.locator('main').innerText()
    assert.match(told, title)
    assert.match(told, how)
    assert.equal(await page.locator('.retrying').count(), 0, 'nothing is being tried again')
    assert.equal(await page.locator('header .place strong').count(), 0, 'it stands nowhere')
    pictures.set(cookie, await page.locator('main .badge svg').innerHTML())
    assert.deepEqual(await axe(page), [])
    if (lang === 'ko') faults.push(...(await faultsInAllLayouts(page)))
    await page.context().close()
  }
  assert.equal(new Set(pictures.values()).size, 2)
  assert.deepEqual(faults, [])
})

test('N41: a screen whose power goes right after its enrolment is enrolled by the same link again', async t => {
  const gate = await startGate(t)
  const link = `${gate.url}/enrol/${await invite(gate)}`
  const profile = temporaryFolder(t)
  const enrolBy = async (page: Page) => {
    await page.locator('form button').click()
    await stands(page, 'idle')
    assert.match(await page.locator('header').innerText(), name)
  }
  const first = await startKioskBrowser(t, profile, link)
  await enrolBy(first.page)
  await first.kill()

  // A demo enrols every screen that is none yet, as another kiosk.
  const second = await startKioskBrowser(t, profile, `${gate.url}/kiosk`)
  await stands(second.page, 'idle')
  assert.doesNotMatch(
    await second.page.locator('header').innerText(),
    name,
    'it has lost its cookie',
  )
  await second.page.goto(link)
  await enrolBy(second.page)
  await second.close()

  const third = await startKioskBrowser(t, profile, `${gate.url}/kiosk`)
  await stands(third.page, 'idle')
  assert.match(await third.page.locator('header').innerText(), name)
})

test('N42: a screen enrols on plain http too where a proxy adds a stricter referrer policy', async t => {
  const port = `${await freePort()}`
  const gate = await startGate(t, { PORT: port, PUBLIC_URL: `http://gate.test:${port}` })
  const browser = await startBrowser(t)
  const page = await (await browser.newContext({ viewport: portrait })).newPage()
  await page.route('**/enrol/**', async route => {
    if (route.request().method() === 'POST') return route.continue()
    const response = await route.fetch({
      url: route.request().url().replace('gate.test', '127.0.0.1'),
    })
    const headers = { ...response.headers(), 'referrer-policy': 'no-referrer' }
    await route.fulfill({ response, headers })
  })
  await page.goto(`${gate.url}/enrol/${await invite(gate)}`)
  await page.locator('form button').click()
  await stands(page, 'idle')
  assert.match(await page.locator('header').innerText(), name)
})
