import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { words } from '../../server/src/http/phone/words.ts'
import { openPhone, startBrowser } from '../support/browser.ts'
import { eventsOf } from '../support/database.ts'
import { Kiosk } from '../support/kiosk.ts'
import { startLocal } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'
import { keptFor, type Owner, ownerAt, ownName, ownPassword } from '../support/way-in.ts'
import { isWholeE2e } from '../support/whole.ts'

const gate = await startLocal({ after } as TestContext)

const scriptless = ['password', 'sign-up', 'one tap'] as const
type Way = (typeof scriptless)[number]
const languages = ['ko', 'en'] as const

const heading = (page: Page, { title }: { title: string }) =>
  page.getByRole('heading', { name: title }).waitFor()

/** From the page that the QR leads to, to where one press signs in. @returns what is pressed. */
async function goTo(way: Way, page: Page, owner: Owner, id: string, lang: 'ko' | 'en') {
  const { signIn, signUp, oneTap, remember } = words[lang]
  if (way === 'one tap') return page.getByRole('button', { name: oneTap.approve })
  await page.getByRole('button', { name: signIn.goOn }).click()
  if (way === 'sign-up') {
    await page.getByRole('button', { name: signIn.signUp }).click()
    await heading(page, signUp)
    await page.locator('[name=name]').fill(ownName)
  }
  await page.locator('[name=account]').fill(way === 'sign-up' ? id : owner.id)
  await page.getByRole('checkbox', { name: remember.label }).check()
  return page.locator(`form[action$="/${way === 'password' ? 'sign-in' : way}"] .primary`)
}

for (const [nth, way] of scriptless.entries()) {
  // A slice has each way once, in one language after the other.
  for (const lang of isWholeE2e ? languages : [languages[nth % 2 ? 1 : 0]]) {
    const other = lang === 'ko' ? 'en' : 'ko'
    test(`N16: ${way} with scripts off, in ${lang}: through, and the truth after reload and back`, async t => {
      const browser = await startBrowser(t, { backForwardCache: true })
      const owner = await ownerAt(gate)
      const kiosk = new Kiosk(gate.url)
      const signIn = await kiosk.start()
      const options = { javaScriptEnabled: false, locale: lang }
      const { page, context } = await openPhone(browser, 'about:blank', options)
      await context.addCookies(keptFor(way, owner, gate))
      await page.goto(signIn.frame.url)
      const id = `new-${signIn.id}`
      const button = await goTo(way, page, owner, id, lang)
      // Another language and back: what is typed and ticked stays.
      await page.getByRole('link', { name: words[other].languageName }).click()
      await page.getByRole('link', { name: words[lang].languageName }).click()
      if (way !== 'one tap') {
        const { remember } = words[lang]
        assert.equal(await page.getByRole('checkbox', { name: remember.label }).isChecked(), true)
        assert.equal(
          await page.locator('[name=account]').inputValue(),
          way === 'sign-up' ? id : owner.id,
        )
        await page.locator('[name=password]').fill(ownPassword)
      }
      await button.dblclick()
      await until('approved', async () => (await kiosk.view(signIn)).state === 'approved')
      const { outcomes } = words[lang]
      await heading(page, outcomes.approved)
      await page.reload()
      await heading(page, outcomes.approved)
      await kiosk.claimed(signIn)
      // It looks again by itself.
      await heading(page, outcomes.claimed)
      await page.reload()
      await heading(page, outcomes.claimed)
      const approvals = eventsOf(gate.dataDir, signIn.id).filter(e => e === 'sign_in.approved')
      assert.equal(approvals.length, 1)
      while (page.url() !== 'about:blank') {
        await heading(page, outcomes.claimed)
        assert.equal(await page.getByText(ownName).count(), 0)
        assert.equal(await page.locator('input').count(), 0)
        await page.goBack()
      }
      const kept = (await context.cookies()).some(({ name }) => name === 'qrgate-remembered')
      assert.equal(kept, true)
    })
  }
}
