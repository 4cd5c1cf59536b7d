import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import type { Page } from 'playwright-core'
import { words } from '../../server/src/http/phone/words.ts'
import { signIn as fillInAndSend, startBrowser } from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { ownerAt, ownName, ownPassword, scannedBy } from '../support/way-in.ts'

const { outcomes, oneTap, signIn: onSignIn } = words.ko
const gate = await startGate({ after } as TestContext)
/** Where it is there, what pages ask waits here to be answered. */
let answerAll: (() => void)[] | undefined

gate.app.server.server.prependListener('request', ({ method, headers }, answer) => {
  const { writeHead, end } = answer
  // Newer browsers keep pages that ask them not to; here none asks.
  answer.writeHead = ((status: number, headers: Record<string, string>) => {
    const { 'cache-control': _, ...kept } = headers
    return writeHead.call(answer, status, kept)
  }) as typeof writeHead
  answer.end = ((...given: Parameters<typeof end>) => {
    const isAsked = method === 'GET' && headers.accept?.startsWith('application/json')
    if (!isAsked || !answerAll) return end.apply(answer, given)
    answerAll.push(() => end.apply(answer, given))
    return answer
  }) as typeof end
})

const heading = (page: Page, { title }: { title: string }) =>
  page.getByRole('heading', { name: title }).waitFor()

/** Two pages of one sign-in: the first, with somebody's name or id on it, is left for the second. */
const leaves = {
  'one tap': async (page: Page, account: string) => {
    await page.getByRole('button', { name: oneTap.another }).click()
    await fillInAndSend(page, { account, name: '', password: ownPassword })
  },
  password: async (page: Page, account: string) => {
    await page.getByRole('button', { name: onSignIn.signUp }).click()
    await page.locator('[name=account]').fill(account)
    await page.locator('[name=name]').fill(ownName)
    await page.locator('[name=password]').fill(ownPassword)
    await page.locator('form[action$="/sign-up"] .primary').click()
  },
}

for (const way of ['one tap', 'password'] as const) {
  test(`S059: ${way}: who goes back behind a visit is shown nothing of it, and then how it stands`, async t => {
    const browser = await startBrowser(t, { backForwardCache: true })
    const owner = await ownerAt(gate)
    const { page, kiosk, signIn } = await scannedBy(way, { gate, browser, owner })
    await page.evaluate(() => Object.assign(window, { isFirst: true }))
    // Nor does it hear of anything before it is left.
    const late: (() => void)[] = []
    answerAll = late
    await leaves[way](page, way === 'one tap' ? owner.id : `new-${signIn.id}`)
    await heading(page, outcomes.approved)
    await kiosk.claimed(signIn)
    await kiosk.post(paths.end(signIn.id), signIn.kiosk_secret, {})
    await page.reload()
    await heading(page, outcomes.ended)
    const before = late.length
    // It is shown again, and not loaded.
    await page.goBack({ waitUntil: 'commit' })
    await until('the page asks', () => late.length > before)
    assert.equal(
      await page.evaluate(() => 'isFirst' in window),
      true,
      'it is the page that was left',
    )
    assert.equal(await page.evaluate(() => document.documentElement.innerText.trim()), '')
    answerAll = undefined
    for (const answer of late) answer()
    await heading(page, outcomes.ended)
    assert.equal(await page.getByText(ownName).count(), 0)
    assert.equal(await page.locator('input').count(), 0)
  })
}
