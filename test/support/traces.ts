import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'

/** What a curious person finds on a kiosk of whoever stood there before. */
export async function traces(kiosk: Page): Promise<string> {
  const session = await kiosk.context().newCDPSession(kiosk)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  const { entries } = await session.send('Page.getNavigationHistory')
  await session.detach()
  const page = await kiosk.evaluate(() => ({
    html: document.documentElement.outerHTML,
    fields: document.querySelectorAll('input, textarea, select, form[action]').length,
    storage: [JSON.stringify(sessionStorage), JSON.stringify(localStorage)],
    cookies: document.cookie,
    state: JSON.stringify(history.state),
  }))
  assert.deepEqual(page.storage, ['{}', '{}'])
  assert.equal(page.fields, 0, 'there is nothing that a browser could fill in')
  return JSON.stringify([nodes, entries, page, kiosk.url()])
}
