import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import type { Page, Route } from 'playwright-core'
import { words } from '../../server/src/http/phone/words.ts'
import { startBrowser } from '../support/browser.ts'
import { eventsOf } from '../support/database.ts'
import { startLocal } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'
import {
  ownerAt,
  ownPassword,
  type Scanned,
  scannedBy,
  type WayIn,
  waysIn,
} from '../support/way-in.ts'
import { isWholeE2e } from '../support/whole.ts'

/*
 * Whatever happens to a phone, by whichever way its owner comes in: its page ends in the truth.
 */

const { outcomes, progress } = words.ko
const scope = { after } as TestContext

const heading = (page: Page, { title }: { title: string }) =>
  page.getByRole('heading', { name: title }).waitFor()

const isApproved = ({ kiosk, signIn }: Scanned) =>
  until('it is approved', async () => (await kiosk.view(signIn)).state === 'approved')

/** Once, whatever was sent how often; the kiosk is told who it is, and the page says so. */
async function assertApproved(visit: Scanned, ...pages: Page[]): Promise<void> {
  const { gate, kiosk, signIn, page } = visit
  await isApproved(visit)
  for (const each of [page, ...pages]) await heading(each, outcomes.approved)
  await visit.hear()
  await kiosk.claimed(signIn)
  for (const each of [page, ...pages]) await heading(each, outcomes.claimed)
  assert.deepEqual(eventsOf(gate.dataDir, signIn.id), [
    'sign_in.scanned',
    'sign_in.approved',
    'sign_in.claimed',
  ])
}

/** What approves, held up by the network. */
interface HeldUp {
  /** Its requests, in the order in which they come. */
  next(): Promise<Route>
  /** From now on nothing is held up that is sent. */
  pass(): void
}

async function heldUp({ context, sent }: Scanned): Promise<HeldUp> {
  const routes: Route[] = []
  let passes = false
  await context.route(sent, route => (passes ? route.continue() : void routes.push(route)))
  return {
    async next() {
      await until('it is sent', () => routes.length > 0)
      return routes.shift() as Route
    },
    pass() {
      passes = true
    },
  }
}

/** The gate does it, and nobody hears of it. @param abandoned what has sent it waits no more. */
async function loseAnswer(route: Route): Promise<void> {
  await route.fetch()
  await route.abort().catch(() => {})
}

/** The owner of the same phone, from elsewhere. */
async function approveElsewhere({ context, gate, signIn, owner }: Scanned): Promise<void> {
  const form = { account: owner.id, password: ownPassword }
  const headers = { origin: gate.url, accept: 'application/json' }
  const answer = await context.request.post(`${gate.url}/s/${signIn.id}/sign-in`, { form, headers })
  assert.equal(answer.status(), 200, await answer.text())
}

/** What a browser tells a page as its owner goes to another app, and comes back; no headless one does so by itself. */
const tellSeen = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

/** The owner goes to another app, and the system stops the page: nothing in it runs. @returns what brings it back. */
async function putAway({ context, page }: Scanned): Promise<() => Promise<void>> {
  await tellSeen(page, 'hidden')
  const session = await context.newCDPSession(page)
  await session.send('Debugger.enable')
  const stopped = new Promise(resolve => session.once('Debugger.paused', resolve))
  await session.send('Debugger.pause')
  // It stops at the next that it does.
  const next = page.evaluate('0').catch(() => {})
  await stopped
  return async () => {
    await session.send('Debugger.disable')
    await next
    // Where it is another page by now, that one is seen.
    await tellSeen(page, 'visible').catch(() => {})
  }
}

interface Moment {
  /** Ways for which there is no such moment. */
  not?: readonly WayIn[]
  /** Nothing but what the page is answered says how it stands. */
  deaf?: boolean
  happens(visit: Scanned): Promise<void>
}

const moments: Record<string, Moment> = {
  'its button is tapped twice': {
    not: ['passkey in the field'],
    async happens(visit) {
      await visit.press(visit.page, button => button.dblclick())
      await assertApproved(visit)
    },
  },
  'the page is reloaded before the gate has heard': {
    async happens(visit) {
      const { next, pass } = await heldUp(visit)
      await visit.press()
      const lost = await next()
      pass()
      await visit.reload()
      await lost.abort().catch(() => {})
      await visit.pressAgain()
      await assertApproved(visit)
    },
  },
  'the page is reloaded before the answer comes': {
    deaf: true,
    async happens(visit) {
      const { next } = await heldUp(visit)
      await visit.press()
      const route = await next()
      const answer = await route.fetch()
      assert.equal(answer.status(), 200, await answer.text())
      await visit.reload()
      await route.abort().catch(() => {})
      await assertApproved(visit)
    },
  },
  'the page is reloaded afterwards': {
    async happens(visit) {
      await visit.press()
      await heading(visit.page, outcomes.approved)
      await visit.page.reload()
      await assertApproved(visit)
      await visit.page.reload()
      await heading(visit.page, outcomes.claimed)
    },
  },
  'somebody goes back afterwards, and forward': {
    async happens(visit) {
      const { page } = visit
      await visit.press()
      await assertApproved(visit)
      const steps = await page.evaluate(() => history.length - 1)
      for (let step = 1; step < steps; step += 1) {
        await page.goBack()
        await heading(page, outcomes.claimed)
      }
      await page.goBack()
      assert.equal(page.url(), 'about:blank')
      await page.goForward()
      await heading(page, outcomes.claimed)
    },
  },
  'two tabs send it at once': {
    async happens(visit) {
      const other = await visit.anotherTab()
      const { next } = await heldUp(visit)
      await visit.press()
      const first = await next()
      await visit.press(other)
      const second = await next()
      await Promise.all([first.continue(), second.continue()])
      await assertApproved(visit, other)
    },
  },
  'two tabs send it one after the other': {
    async happens(visit) {
      const other = await visit.anotherTab()
      const { next } = await heldUp(visit)
      await visit.press(other)
      const second = await next()
      await visit.press()
      await (await next()).continue()
      await isApproved(visit)
      await second.continue().catch(() => {})
      await assertApproved(visit, other)
    },
  },
  'it is approved elsewhere while the phone is put away': {
    async happens(visit) {
      const back = await putAway(visit)
      await approveElsewhere(visit)
      await back()
      await assertApproved(visit)
    },
  },
  'it is cancelled at the kiosk while the phone is put away': {
    async happens(visit) {
      const back = await putAway(visit)
      await visit.kiosk.cancel(visit.signIn)
      await back()
      await heading(visit.page, outcomes.cancelled)
    },
  },
  'the phone is put away before the answer comes': {
    async happens(visit) {
      const { next } = await heldUp(visit)
      await visit.press()
      const route = await next()
      const back = await putAway(visit)
      await loseAnswer(route)
      await back()
      await assertApproved(visit)
    },
  },
  'the visit ends while the phone is put away': {
    async happens(visit) {
      await visit.press()
      await assertApproved(visit)
      const back = await putAway(visit)
      await visit.kiosk.post(paths.end(visit.signIn.id), visit.signIn.kiosk_secret)
      await back()
      await heading(visit.page, outcomes.ended)
    },
  },
  'the gate never hears of it': {
    deaf: true,
    async happens(visit) {
      const { next } = await heldUp(visit)
      await visit.press()
      await (await next()).abort()
      await (await next()).continue()
      await assertApproved(visit)
    },
  },
  'the gate never hears of it, however often': {
    deaf: true,
    async happens(visit) {
      const { page } = visit
      const { next, pass } = await heldUp(visit)
      await visit.press()
      for (let attempt = 0; attempt < 3; attempt += 1) await (await next()).abort()
      await page.getByRole('alert').getByText(progress.lost).waitFor()
      assert.deepEqual(eventsOf(visit.gate.dataDir, visit.signIn.id), ['sign_in.scanned'])
      pass()
      await visit.pressAgain()
      await assertApproved(visit)
    },
  },
  'the phone is without network': {
    async happens(visit) {
      const { page, context } = visit
      const { next, pass } = await heldUp(visit)
      await visit.press()
      const route = await next()
      await context.setOffline(true)
      await route.abort()
      await page.getByRole('status').getByText(progress.asking).waitFor()
      pass()
      await context.setOffline(false)
      await assertApproved(visit)
    },
  },
  'the answer is lost': {
    deaf: true,
    async happens(visit) {
      const { next } = await heldUp(visit)
      await visit.press()
      await loseAnswer(await next())
      await assertApproved(visit)
    },
  },
  'the gate hears of it so late that it is sent once more': {
    deaf: true,
    async happens(visit) {
      const { next } = await heldUp(visit)
      await visit.press()
      const first = await next()
      const headers = await first.request().allHeaders()
      const body = first.request().postData() ?? ''
      await first.abort()
      const second = await next()
      await fetch(first.request().url(), { method: 'POST', headers, body })
      await isApproved(visit)
      await second.continue()
      await assertApproved(visit)
    },
  },
}

const gate = await startLocal(scope)
const all = Object.entries(moments).flatMap(([what, moment], nth) => {
  const ways = waysIn.filter(way => !moment.not?.includes(way))
  // A slice has each moment once, by one way after the other.
  const chosen = isWholeE2e ? ways : ways.filter((_, at) => at === nth % ways.length)
  return chosen.map(way => ({ way, what, ...moment }))
})

for (const { way, what, deaf = false, happens } of all) {
  test(`${way}: where ${what}, the page ends in the truth`, async t => {
    const browser = await startBrowser(t)
    const owner = await ownerAt(gate)
    await happens(await scannedBy(way, { gate, browser, owner }, { deaf }))
  })
}
