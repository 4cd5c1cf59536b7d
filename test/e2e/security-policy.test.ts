import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { phoneSize, portrait, readQr, signUp, stands, startBrowser } from '../support/browser.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

/** A page that tells what its security policy stops, in itself and in its frames. */
async function watchedPage(browser: Browser, options: BrowserContextOptions) {
  const context = await browser.newContext({ locale: 'ko', ...options })
  const page = await context.newPage()
  const stopped: string[] = []
  await context.exposeBinding('tellStopped', (_source, what: string) => stopped.push(what))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      const { tellStopped } = window as unknown as { tellStopped(what: string): void }
      tellStopped(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)
    })
  })
  page.on('console', message => {
    if (/Content.Security.Policy|Trusted/i.test(message.text())) stopped.push(message.text())
  })
  page.on('pageerror', error => stopped.push(String(error)))
  return { page, stopped }
}

/** Nothing was stopped so far; what would make text into code is. */
async function assertPolicy({ page, stopped }: Awaited<ReturnType<typeof watchedPage>>) {
  assert.equal(stopped.join('\n'), '', page.url())
  const outcomes = await page.evaluate(() => {
    const outcome = (attempt: () => unknown) => {
      try {
        attempt()
        return 'done'
      } catch (error) {
        return error instanceof Error ? error.name : 'thrown'
      }
    }
    const { trustedTypes } = window as unknown as {
      trustedTypes: { createPolicy(name: string, rules: object): unknown }
    }
    return [
      outcome(() => {
        document.createElement('p').innerHTML = '<b>text</b>'
      }),
      outcome(() => {
        document.createElement('script').src = '/assets/x.js'
      }),
      outcome(() => trustedTypes.createPolicy('another', {})),
    ]
  })
  assert.deepEqual(outcomes, ['TypeError', 'TypeError', 'TypeError'], page.url())
  await until('the page has told of it', () => stopped.some(what => what.includes('trusted-types')))
}

/** A link that makes whoever opens it a kiosk. */
async function enrolmentPath(gate: Gate): Promise<string> {
  const records = gate.app.store.kiosks
  const kiosks = createKiosks({ records, builtIn: [], clock: createClock(), randomBytes })
  const { link } = await kiosks.invite({ ko: '1층 접수 1번', en: 'Reception 1' }, system)
  return `/enrol/${link}`
}

test('N23 kiosk and phone go through a whole sign-in under Trusted Types, and nothing is stopped', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await watchedPage(browser, { viewport: portrait })
  await kiosk.page.goto(`${gate.url}/kiosk`)
  await stands(kiosk.page, 'idle')
  await kiosk.page.getByRole('button', { name: '시작하기' }).click()
  await kiosk.page.locator('qrgate-qr canvas').waitFor()
  const phone = await watchedPage(browser, { viewport: phoneSize })
  await phone.page.goto(await readQr(kiosk.page))
  await stands(kiosk.page, 'scanned')
  await signUp(phone.page)
  await stands(kiosk.page, 'done')
  await phone.page.locator('[data-state="claimed"]').waitFor({ state: 'attached' })
  await assertPolicy(kiosk)
  await assertPolicy(phone)
})

test('N23 the demo page, its frames, and all pages without a sign-in keep to the same policy', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const seen: [path: string, stands: (page: Page) => Promise<void>][] = [
    ['/demo', page => page.frameLocator('figure.kiosk iframe').locator('main').waitFor()],
    ['/code', page => page.locator('#user-code').waitFor()],
    ['/q/NOTATICKET', page => page.locator('h1').waitFor()],
    [await enrolmentPath(gate), page => page.locator('button.primary').waitFor()],
    ['/enrol/x', page => page.locator('h1').waitFor()],
    ['/api/docs', page => page.locator('article').first().waitFor()],
  ]
  const policies = new Set<string | undefined>()
  for (const [path, standing] of seen) {
    const watched = await watchedPage(browser, { viewport: { width: 1440, height: 900 } })
    const answer = await watched.page.goto(gate.url + path)
    policies.add(answer?.headers()['content-security-policy'])
    await standing(watched.page)
    await assertPolicy(watched)
  }
  assert.equal(policies.size, 1)
  const [policy = ''] = policies
  assert.match(policy, /require-trusted-types-for 'script'(;|$)/)
  assert.match(policy, /trusted-types lit-html(;|$)/)
})

test('N23 the page of the API has no script and needs nothing but itself', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const { page } = await watchedPage(browser, { viewport: phoneSize, javaScriptEnabled: false })
  const requests: string[] = []
  page.on('request', request => requests.push(request.url()))
  await page.goto(`${gate.url}/api/docs`)
  assert.deepEqual(requests, [`${gate.url}/api/docs`])
  assert.equal(await page.locator('script').count(), 0)
  const contract = (await (await fetch(`${gate.url}/api/openapi.json`)).json()) as {
    paths: Record<string, object>
  }
  const routes = Object.values(contract.paths).flatMap(item => Object.keys(item))
  assert.equal(await page.locator('article').count(), routes.length)
  assert.ok(routes.length > 15)
})
