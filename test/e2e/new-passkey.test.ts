import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Locator } from 'playwright-core'
import { words } from '../../server/src/http/phone/words.ts'
import { startBrowser } from '../support/browser.ts'
import { startLocal } from '../support/passkey-page.ts'
import { ownerAt, type Scanned, scannedBy } from '../support/way-in.ts'

/* Whatever happens as a passkey is made: there is one, and the page says so. */

const { passkey, progress } = words.ko
const gate = await startLocal({ after } as TestContext)

/** Somebody who has signed up just now and is offered a passkey. */
async function offered(t: TestContext) {
  const browser = await startBrowser(t)
  const owner = await ownerAt(gate)
  const visit = await scannedBy('sign-up', { gate, browser, owner })
  await visit.giveFinger()
  await visit.press()
  const card = visit.page.getByRole('region', { name: passkey.offer.title })
  await card.waitFor()
  const make = card.getByRole('button', { name: passkey.offer.make })
  return { visit, card, make }
}

async function made({ signIn: { id } }: Scanned) {
  const { signIns, passkeys } = gate.app.store
  const { account } = (await signIns.read(id)) ?? {}
  return passkeys.of(account ?? assert.fail())
}

async function assertMade(visit: Scanned, card: Locator): Promise<void> {
  await card.getByText(passkey.made).waitFor()
  assert.equal(await card.getByText(passkey.notMade).isVisible(), false)
  assert.equal((await made(visit)).length, 1)
}

test('a passkey is made once where the button is tapped twice', async t => {
  const { visit, card, make } = await offered(t)
  await make.dblclick()
  await assertMade(visit, card)
})

test('a passkey whose answers are lost is made, and the page says so', async t => {
  const { visit, card, make } = await offered(t)
  let lost = 0
  await visit.page.route('**/passkeys', async route => {
    if (lost === 2) return route.continue()
    lost += 1
    await route.fetch()
    await route.abort()
  })
  await make.click()
  await assertMade(visit, card)
  assert.equal(lost, 2)
})

test('a passkey that the gate never hears of is being checked until it does', async t => {
  const { visit, card, make } = await offered(t)
  await visit.context.setOffline(true)
  await make.click()
  await card.getByRole('status').getByText(progress.checking).waitFor()
  await visit.context.setOffline(false)
  await assertMade(visit, card)
})

test('a passkey that the gate refuses is not made, and the page says so', async t => {
  const { visit, card, make } = await offered(t)
  // What the browser has made arrives as what it has not: the visit itself goes on, and its page stays.
  await visit.page.route('**/passkeys', route => route.continue({ postData: 'credential=%7B%7D' }))
  await make.click()
  await card.getByRole('alert').getByText(passkey.notMade).waitFor()
  assert.deepEqual(await made(visit), [])
})

test('a passkey that the phone has already, from before the page was loaded anew, is said to be made', async t => {
  const { visit, card, make } = await offered(t)
  const reached = Promise.withResolvers<void>()
  await visit.page.route('**/passkeys', async route => {
    await route.fetch()
    await visit.context.clearCookies({ name: 'qrgate-passkey' })
    reached.resolve()
  })
  await make.click()
  await reached.promise
  await visit.page.reload()
  await make.click()
  await assertMade(visit, card)
})
