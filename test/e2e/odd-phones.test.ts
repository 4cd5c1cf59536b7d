import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { Refusal } from '../../server/src/errors.ts'
import { words } from '../../server/src/http/phone/words.ts'
import {
  openKiosk,
  openPhone,
  portrait,
  readQr,
  showQr,
  signIn,
  stands,
  startBrowser,
} from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/** One gate and one browser for the file. */
const scope = { after } as TestContext
const gate = await startGate(scope)
const browser = await startBrowser(scope)
await addAccount(gate)
const known = { ...visitor, account: visitor.id }
const { 'no-cookies': noCookies, elsewhere } = words.ko.obstacles

/** A browser set to block cookies sends none and keeps none; scripts see no difference. */
async function blockCookies(context: BrowserContext): Promise<void> {
  await context.route('**/*', async route => {
    const headers = await route.request().allHeaders()
    delete headers.cookie
    await context.clearCookies()
    await route.continue({ headers })
  })
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name }).waitFor()

for (const javaScriptEnabled of [true, false]) {
  test(`N26: a browser that keeps no cookies says so, scripts ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
    const kiosk = await openKiosk(browser, gate.url)
    const qr = await showQr(kiosk)
    const context = await browser.newContext({ locale: 'ko', javaScriptEnabled })
    await blockCookies(context)
    const page = await context.newPage()
    await page.goto(qr)
    if (!javaScriptEnabled) await page.getByRole('button', { name: '계속' }).click()
    await heading(page, noCookies.title)
    await stands(kiosk, 'pending')
    await context.close()
    await kiosk.context().close()
  })
}

test('N26: a kiosk whose browser keeps no cookies names the cookies, and does not enrol for ever', async () => {
  const context = await browser.newContext({ viewport: portrait, locale: 'en' })
  await blockCookies(context)
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', request => {
    if (request.url().includes('/api/v1/kiosk')) asked.push(request.method())
  })
  await page.goto(`${gate.url}/kiosk`)
  await heading(page, /^Cookies are\sturned off$/)
  assert.doesNotMatch(await page.locator('main').innerText(), /qrgate/)
  await until('it has asked again', () => asked.length >= 5)
  assert.deepEqual(asked.slice(0, 5), ['GET', 'POST', 'GET', 'GET', 'GET'])
  await context.close()
})

test('N27: what an in-app browser hands on says so in the real one, and the screen comes free', async () => {
  const kioskContext = await browser.newContext({ viewport: portrait, locale: 'ko' })
  const kiosk = await kioskContext.newPage()
  await kiosk.goto(`${gate.url}/kiosk?start=always`)
  await stands(kiosk, 'pending')
  await kiosk.locator('qrgate-qr canvas').waitFor()
  const inApp = await openPhone(browser, await readQr(kiosk), {
    userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537.36;KAKAOTALK 10.4.5',
  })
  await stands(kiosk, 'scanned')
  await inApp.page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const real = await openPhone(browser, inApp.page.url())
  await heading(real.page, elsewhere.title)
  assert.doesNotMatch(await real.page.locator('main').innerText(), /다른 분/)
  // The app closes its own window as it hands the page on.
  const leaves = () => gate.log().match(/"route":"\/s\/:id\/leave"/g)?.length ?? 0
  await inApp.page.goto('about:blank')
  await until('the page that was left says so', () => leaves() === 1)
  gate.passTime(16_000)
  await stands(kiosk, 'pending')
  await kioskContext.close()
  await inApp.context.close()
  await real.context.close()
})

test("N31: the language chosen at the kiosk is the phone's", async () => {
  const kiosk = await openKiosk(browser, gate.url)
  await stands(kiosk, 'idle')
  await kiosk.getByRole('button', { name: 'English' }).click()
  await kiosk.locator('.start').click()
  await stands(kiosk, 'pending')
  await kiosk.locator('qrgate-qr canvas').waitFor()
  const qr = await readQr(kiosk)
  assert.match(qr, /\/E\/[^/]+$/)
  const { page, context } = await openPhone(browser, qr)
  await heading(page, words.en.signIn.title)
  await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await page.reload()
  await heading(page, words.en.signIn.title)
  await page.getByRole('link', { name: '한국어' }).click()
  await heading(page, words.ko.signIn.title)
  await context.close()
  await kiosk.context().close()
})

test("N31: kiosk and demo speak the browser's language until somebody decides", async () => {
  for (const [locale, lang] of [
    ['en-GB', 'en'],
    ['ko-KR', 'ko'],
    ['fr-FR', 'en'],
  ] as const) {
    const context = await browser.newContext({ locale })
    const page = await context.newPage()
    for (const path of ['/kiosk', '/demo']) {
      await page.goto(gate.url + path)
      await page.locator(`html[lang=${lang}] h1`).first().waitFor()
    }
    await context.close()
  }
})

test('N32: what is typed and ticked comes through language and form, with scripts; the password does not', async () => {
  const kiosk = await openKiosk(browser, gate.url)
  const { page, context } = await openPhone(browser, await showQr(kiosk))
  await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const value = (name: string) => page.locator(`[name=${name}]`).inputValue()
  await page.locator('[name=account]').fill('gildong')
  await page.locator('[name=password]').fill('secret secret')
  const isTicked = () => page.locator('[name=remember]').isChecked()
  assert.equal(await isTicked(), false)
  await page.locator('[name=remember]').check()
  await page.getByRole('link', { name: 'English' }).click()
  await heading(page, words.en.signIn.title)
  assert.deepEqual([await value('account'), await value('password')], ['gildong', ''])
  assert.equal(await isTicked(), true)
  await page.getByRole('button', { name: words.en.signIn.signUp }).click()
  await heading(page, words.en.signUp.title)
  assert.equal(await value('account'), 'gildong')
  assert.equal(await isTicked(), true)
  await page.locator('[name=name]').fill('홍길동')
  await page.getByRole('link', { name: '한국어' }).click()
  await heading(page, words.ko.signUp.title)
  assert.deepEqual([await value('account'), await value('name')], ['gildong', '홍길동'])
  await page.getByRole('button', { name: words.ko.signUp.back }).click()
  await heading(page, words.ko.signIn.title)
  assert.deepEqual([await value('account'), await isTicked()], ['gildong', true])
  await page.locator('[name=remember]').uncheck()
  await page.getByRole('link', { name: 'English' }).click()
  await heading(page, words.en.signIn.title)
  assert.equal(await isTicked(), false)
  await page.getByRole('link', { name: '한국어' }).click()
  await heading(page, words.ko.signIn.title)

  const reveal = page.getByRole('button', { name: words.ko.revealName })
  assert.equal(await reveal.getAttribute('aria-pressed'), 'false')
  await reveal.click()
  assert.equal(await reveal.getAttribute('aria-pressed'), 'true')
  assert.equal(await page.locator('#password').getAttribute('type'), 'text')

  // Its time runs out under the visitor's hands.
  await page.locator('[name=account]').fill('gildong2')
  await kiosk.locator('footer .leave').click()
  await heading(page, words.ko.outcomes.cancelled.title)
  await page.goto(await showQr(kiosk))
  assert.equal(await value('account'), 'gildong2')
  await context.close()
  await kiosk.context().close()
})

test('N33: without colours, the chosen language and the present step can be told', async () => {
  const context = await browser.newContext({ locale: 'ko', forcedColors: 'active' })
  const page = await context.newPage()
  const ground = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate(element => getComputedStyle(element).backgroundColor)
  const edge = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate(element => getComputedStyle(element).borderTopWidth)
  await page.goto(`${gate.url}/kiosk?start=now`)
  await stands(page, 'pending')
  for (const [chosen, other] of [
    ['.languages [aria-pressed=true]', '.languages [aria-pressed=false]'],
    ['[aria-current=step] .number', 'li:not([aria-current=step]) .number'],
  ] as const) {
    assert.notEqual(await ground(chosen), await ground(other), chosen)
  }
  await page.goto(`${gate.url}/demo`)
  await page.locator('[aria-current=step]').waitFor()
  for (const [chosen, other] of [
    ['.languages [aria-pressed=true]', '.languages [aria-pressed=false]'],
    ['[aria-current=step] .number', 'li:not([aria-current=step]) .number'],
  ] as const) {
    assert.notEqual(await ground(chosen), await ground(other), chosen)
    assert.notEqual(await edge(other), '0px')
  }
  await context.close()
})

/** The gate cannot say what became of what it commits. @returns what commits the first of it after all. */
function loseCommits(t: TestContext): () => Promise<void> {
  const { signIns } = gate.app.store
  const update = signIns.update.bind(signIns)
  let first: (() => Promise<unknown>) | undefined
  const { mock } = t.mock.method(signIns, 'update', (...given: Parameters<typeof update>) => {
    first ??= () => update(...given)
    return Promise.reject(new Refusal('outcome_unknown'))
  })
  return async () => {
    mock.restore()
    assert.ok(first)
    await first()
  }
}

test('N82: a phone whose submit nobody knows the outcome of is never told that it failed', async t => {
  const kiosk = await openKiosk(browser, gate.url)
  const { page, context } = await openPhone(browser, await showQr(kiosk))
  await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const commitAfterAll = loseCommits(t)
  await signIn(page, known)
  await page.getByRole('status').getByText(words.ko.progress.asking).waitFor()
  await page.getByRole('alert').getByText(words.ko.progress.lost).waitFor()
  await stands(kiosk, 'scanned')
  await commitAfterAll()
  await heading(page, words.ko.outcomes.claimed.title)
  await stands(kiosk, 'done')
  await context.close()
  await kiosk.context().close()
})

test('N82: without scripts a page says that it is being checked, and then how it stands', async t => {
  const kiosk = await openKiosk(browser, gate.url)
  const { page, context } = await openPhone(browser, await showQr(kiosk), {
    javaScriptEnabled: false,
  })
  await page.getByRole('button', { name: words.ko.signIn.goOn }).click()
  await stands(kiosk, 'scanned')
  const commitAfterAll = loseCommits(t)
  // The page looks again after three seconds: had nothing been committed by then, it would show the form.
  const committed = Promise.withResolvers<void>()
  await page.route('**/s/*', async route => {
    if (route.request().method() === 'GET') await committed.promise
    await route.continue()
  })
  await signIn(page, known)
  await heading(page, words.ko.obstacles['in-doubt'].title)
  await page.getByRole('link', { name: words.ko.lookAgain }).waitFor()
  await commitAfterAll()
  committed.resolve()
  await heading(page, words.ko.outcomes.claimed.title)
  await stands(kiosk, 'done')
  await context.close()
  await kiosk.context().close()
})

test('N83: what a phone asks on a dead connection is asked once more on another', async () => {
  const kiosk = await openKiosk(browser, gate.url)
  const { page, context } = await openPhone(browser, await showQr(kiosk))
  await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  await page.route('**/extend', () => {}, { times: 1 })
  await page.getByRole('button', { name: words.ko.timeToSignIn.more }).click()
  await page.locator('[data-time-left].spent').waitFor()
  await context.close()
  await kiosk.context().close()
})

test('N83: a phone whose wait for news died silently asks at once, on no other dead connection', async () => {
  const kiosk = await openKiosk(browser, gate.url)
  const qr = await showQr(kiosk)
  const context = await browser.newContext({ locale: 'ko' })
  await context.clock.install()
  const page = await context.newPage()
  await page.route('**/s/*?since=*', () => {})
  const waits = page.waitForRequest('**/s/*?since=*')
  await page.goto(qr)
  await waits
  await stands(kiosk, 'scanned')
  await kiosk.locator('footer .leave').click()
  const gaveUp = page.waitForEvent('requestfailed')
  await page.clock.fastForward(15_000)
  await gaveUp
  await page.clock.fastForward(1_000)
  await heading(page, words.ko.outcomes.cancelled.title)
  await context.close()
  await kiosk.context().close()
})

for (const arrives of [true, false]) {
  test(`F30: a phone whose ${arrives ? 'answer' : 'submit'} is lost as it goes offline checks, and ends in the truth`, async () => {
    const kiosk = await openKiosk(browser, gate.url)
    const qr = await showQr(kiosk)
    const { page, context } = await openPhone(browser, 'about:blank')
    // What waits for news is on a connection that is lost as well.
    await page.route('**/s/*?since=*', () => {})
    await page.goto(qr)
    await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
    let submits = 0
    await page.route('**/sign-in', async route => {
      submits += 1
      if (submits > 1) return route.continue()
      const request = route.request()
      const headers = await request.allHeaders()
      await context.setOffline(true)
      const body = request.postData()
      if (arrives) await fetch(request.url(), { method: 'POST', headers, body })
      await route.abort()
    })
    await signIn(page, known)
    await page.getByRole('status').getByText(words.ko.progress.asking).waitFor()
    await stands(kiosk, arrives ? 'done' : 'scanned')
    await context.setOffline(false)
    await heading(page, words.ko.outcomes.claimed.title)
    await stands(kiosk, 'done')
    assert.equal(submits, arrives ? 1 : 2)
    await context.close()
    await kiosk.context().close()
  })
}
