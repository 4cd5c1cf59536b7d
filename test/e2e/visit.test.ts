import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import {
  axe,
  openKiosk,
  openPhone,
  settled,
  showQr,
  signIn,
  signUp,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { eventsOf, stored } from '../support/database.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { traces } from '../support/traces.ts'

/** A phone that has scanned what the kiosk shows. */
async function scan(browser: Browser, kiosk: Page): Promise<Page> {
  const { page } = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  return page
}

/** A visitor stands before the kiosk, signed in. */
async function visit(browser: Browser, kiosk: Page): Promise<Page> {
  const phone = await scan(browser, kiosk)
  await signIn(phone)
  await stands(kiosk, 'done')
  return phone
}

/** The sign-in that was begun last. */
function lastSignIn({ dataDir }: Gate) {
  const { sign_ins: rows = [] } = stored(dataDir)
  return (rows.at(-1) ?? {}) as { state?: string; reason?: string; left_by?: string | null }
}

/** How it ended. */
function lastEnd(gate: Gate): string {
  const { state, reason } = lastSignIn(gate)
  return `${state} ${reason}`
}

const ofVisitor = new RegExp(`${visitor.name}|${visitor.account}|홍\\*동|kiosk_secret`)

test('after a visit nothing of the visitor is left, whichever way it ended', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await signUp(await scan(browser, kiosk))
  await stands(kiosk, 'done')
  assert.match(await kiosk.locator('main').innerText(), /홍\*동 님,\s로그인되었습니다/)
  assert.match(await kiosk.locator('main').innerText(), /(20|1\d)초 뒤 첫 화면으로 돌아갑니다/)
  assert.doesNotMatch(await kiosk.locator('main').innerText(), /접수/)
  await settled(kiosk)
  assert.deepEqual(await axe(kiosk), [])
  const clean = async (way: string, end: string) => {
    await stands(kiosk, 'idle')
    assert.doesNotMatch(await traces(kiosk), ofVisitor, way)
    await until(`the gate knows: ${way}`, () => lastEnd(gate) === end)
  }
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  await clean('button', 'ended kiosk')

  // Whoever touches the screen has not gone; whoever does not is taken for gone.
  await kiosk.clock.install()
  await visit(browser, kiosk)
  await kiosk.clock.fastForward(12_000)
  await kiosk.locator('main').click({ position: { x: 5, y: 5 } })
  await kiosk.clock.fastForward(12_000)
  assert.match(await kiosk.locator('main').innerText(), /홍\*동/)
  await until('the seconds are said once', async () => {
    const said = await kiosk.locator('main [role=status]').allInnerTexts()
    return said.includes('10초 뒤 첫 화면으로 돌아갑니다')
  })
  await kiosk.clock.fastForward(8_000)
  await clean('idle', 'ended idle')

  const ending = await visit(browser, kiosk)
  await ending.getByRole('button', { name: '이 키오스크에서 끝내기' }).click()
  await stands(kiosk, 'ended')
  assert.match(await kiosk.locator('main').innerText(), /휴대폰에서\s끝냈습니다/)
  assert.doesNotMatch(await traces(kiosk), ofVisitor)
  await settled(kiosk)
  assert.deepEqual(await axe(kiosk), [])
  await kiosk.clock.fastForward(8_000)
  await clean('phone', 'ended phone')

  const mistaken = await visit(browser, kiosk)
  await mistaken.getByText('내가 한 것이 아니에요').click()
  await mistaken.getByRole('button', { name: '네, 내가 한 것이 아니에요' }).click()
  await stands(kiosk, 'ended')
  await kiosk.locator('footer .leave').click()
  await clean('not me', 'ended not_me')

  // Away and back, through history and the back-forward cache: nobody is there.
  await visit(browser, kiosk)
  await kiosk.goto(`${gate.url}/healthz`)
  gate.passTime(16_000)
  await until('the gate has taken it for gone', () => lastEnd(gate) === 'ended left')
  await kiosk.goBack()
  await clean('back', 'ended left')
})

test('N40: a kiosk page that is reloaded in the middle goes on, wherever it stands', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  const first = await showQr(kiosk)
  await kiosk.reload()
  await stands(kiosk, 'pending')
  await kiosk.locator('qrgate-qr canvas').waitFor()
  const { page: phone } = await openPhone(browser, first)
  await stands(kiosk, 'scanned')

  await kiosk.reload()
  await stands(kiosk, 'scanned')
  await phone.waitForURL(/\/s\/[0-9a-f-]{36}$/)
  const id = phone.url().slice(-36)
  assert.deepEqual(
    await kiosk.evaluate(() =>
      Object.values(localStorage).map(text => Object.keys(JSON.parse(text))),
    ),
    [['id', 'kiosk_secret']],
  )
  const leftBy = () => lastSignIn(gate).left_by
  await phone.goto('about:blank')
  await until('the gate hears that the phone has left', () => leftBy() === 'phone')
  await phone.goBack()
  await until('it hears that the phone is back', () => leftBy() === null)
  // More than either would have had, had it not come back.
  gate.passTime(20_000)
  await phone.getByRole('link', { name: 'English' }).click()
  await phone.getByRole('link', { name: '한국어' }).click()
  await signUp(phone)
  await stands(kiosk, 'done')
  const leaves = gate.log().match(/"route":"\/s\/:id\/leave"/g)
  assert.equal(leaves?.length, 1, 'who goes from page to page of a sign-in leaves nothing')

  await kiosk.reload()
  await stands(kiosk, 'done')
  assert.match(await kiosk.locator('main').innerText(), /홍\*동 님/)
  await kiosk.goto('about:blank')
  await kiosk.goBack()
  await stands(kiosk, 'done')
  // What the back-forward cache keeps has no name on it either, and comes back to the same visit.
  const told = kiosk.waitForResponse('**/leave')
  await kiosk.evaluate(() =>
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })),
  )
  await told
  await stands(kiosk, 'pending')
  assert.doesNotMatch(await kiosk.content(), /홍/)
  await kiosk.evaluate(() =>
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
  )
  await stands(kiosk, 'done')
  gate.passTime(20_000)
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  await stands(kiosk, 'idle')
  await until('the gate knows', () => lastEnd(gate) === 'ended kiosk')
  assert.deepEqual(eventsOf(gate.dataDir, id), [
    'sign_in.scanned',
    'sign_in.approved',
    'sign_in.claimed',
    'visit.ended',
  ])
})

test('N81: a browser that dies between the approval and the claim shows the name when it is back', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t)
  const first = await openKiosk(browser, gate.url)
  await signUp(await scan(browser, first))
  await stands(first, 'done')
  for (const answered of [false, true]) {
    const kiosk = await openKiosk(browser, gate.url)
    await stands(kiosk, 'idle')
    await loseClaims(kiosk, answered)
    const phone = await scan(browser, kiosk)
    await signIn(phone)
    await kiosk.locator('html[data-claim=lost]').waitFor()
    const tab = await crash(kiosk)
    await tab.send('Page.navigate', { url: `${gate.url}/kiosk` })
    const read = async () => {
      const expression = 'document.querySelector("main h1")?.textContent'
      const { result } = await tab.send('Runtime.evaluate', { expression })
      return `${result.value}`
    }
    await until('the name is shown', async () => /홍\*동 님/.test(await read()))
  }
})

test('the back-forward cache keeps a visit for its own visitor, and nothing for the next', async t => {
  const gate = await startGate(t)
  const browser = await startBrowser(t, { backForwardCache: true })
  const kiosk = await openKiosk(browser, gate.url)
  const phone = await scan(browser, kiosk)
  await signUp(phone)
  await stands(kiosk, 'done')
  await awayAndBack(gate, kiosk)
  await stands(kiosk, 'done')
  assert.match(await kiosk.locator('main').innerText(), /홍\*동 님/)
  await phone.getByRole('heading', { name: '키오스크에 로그인되었습니다' }).waitFor()
  await phone.goto(`${gate.url}/healthz`)
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  await stands(kiosk, 'idle')
  await awayAndBack(gate, kiosk)
  await stands(kiosk, 'idle')
  assert.doesNotMatch(await traces(kiosk), ofVisitor)
  await phone.goBack({ waitUntil: 'commit' })
  await phone.getByRole('heading', { name: '이용이 끝났습니다' }).waitFor()
})

/** The page goes into the cache and comes out of it, as it was. */
async function awayAndBack(gate: Gate, page: Page): Promise<void> {
  await page.evaluate(() => {
    const { dataset } = document.documentElement
    dataset.restored = ''
    const shown = ({ persisted }: PageTransitionEvent) => {
      dataset.restored = `${persisted}`
    }
    addEventListener('pageshow', shown, { once: true })
  })
  await page.goto(`${gate.url}/healthz`)
  // A page that comes out of the cache loads nothing.
  await page.goBack({ waitUntil: 'commit' })
  await page.locator('html[data-restored=true]').waitFor()
}

/** From the next start on each claim is lost: on its way there, or its answer on its way back. */
function loseClaims(kiosk: Page, answered: boolean): Promise<void> {
  return kiosk.evaluate(answered => {
    const { fetch } = window
    window.fetch = async (...call) => {
      if (!`${call[0]}`.includes('/claim?')) return fetch(...call)
      if (answered) await fetch(...call)
      document.documentElement.dataset.claim = 'lost'
      throw new TypeError('no network')
    }
  }, answered)
}

/** The page's process is killed, without a word to page or gate. @returns its tab, which stays. */
async function crash(page: Page): Promise<CDPSession> {
  const tab = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  tab.send('Page.crash').catch(() => {})
  await crashed
  return tab
}
