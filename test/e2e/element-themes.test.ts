import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  axe,
  axeWithoutColours,
  openPhone,
  portrait,
  readQr,
  signUp,
  startBrowser,
} from '../support/browser.ts'
import { service, startServed } from '../support/hand-off-gate.ts'
import { serveExample } from '../support/integrator-page.ts'

/** Pages as integrators make them: each sets what it must, and no more. */
const themes = {
  dark: `body { background: #0b1220; color: #f8fafc }
    qrgate-kiosk { --qrgate-ink: #fff; --qrgate-ink-soft: #cbd5e1; --qrgate-line: #334155;
      --qrgate-line-strong: #64748b; --qrgate-accent: #5eead4; --qrgate-accent-deep: #99f6e4;
      --qrgate-on-accent: #06231f; --qrgate-card-accent: #0f766e }`,
  'dark cards': `body { background: #0b1220; color: #f8fafc }
    qrgate-kiosk { --qrgate-ink: #fff; --qrgate-ink-soft: #cbd5e1; --qrgate-card: #1e293b;
      --qrgate-card-ink: #fff; --qrgate-card-ink-soft: #cbd5e1; --qrgate-accent: #5eead4;
      --qrgate-accent-deep: #99f6e4; --qrgate-on-accent: #06231f }`,
  brand: `body { background: #fff7ed; color: #431407 }
    qrgate-kiosk { --qrgate-ink: #431407; --qrgate-ink-soft: #7c2d12; --qrgate-accent: #9a3412;
      --qrgate-accent-deep: #7c2d12; --qrgate-accent-wash: #ffedd5 }`,
}

/** How much each text on a card and each button stands out from its own ground (WCAG 1.4.3). */
function contrasts(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const luminance = (colour: string) => {
      const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? [])
        .map(part => Number(part) / 255)
        .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const groundOf = (element: Element | null): string => {
      const colour = element ? getComputedStyle(element).backgroundColor : 'rgb(255, 255, 255)'
      if (!element || !/, 0\)$/.test(colour)) return colour
      const { host } = element.getRootNode() as ShadowRoot
      return groundOf(element.parentElement ?? host ?? null)
    }
    const root = document.querySelector('qrgate-kiosk')?.shadowRoot
    const found = [...(root?.querySelectorAll('button, p, dt, dd, b, span, h2') ?? [])]
    const shown = found.filter(one => one.checkVisibility() && one.textContent?.trim())
    const readable = shown.filter(one => !one.closest('.unseen'))
    return Object.fromEntries(
      readable.map(one => {
        const [light = 1, dark = 0] = [getComputedStyle(one).color, groundOf(one)]
          .map(luminance)
          .toSorted((a, b) => b - a)
        return [`${one.localName} "${one.textContent}"`, (light + 0.05) / (dark + 0.05)]
      }),
    )
  })
}

for (const [theme, css] of Object.entries(themes)) {
  test(`N43: on a page of its own colours (${theme}) all of <qrgate-kiosk> can be read`, async t => {
    const services = [
      service('exam', { lines: [{ ko: '오늘 진료', en: 'Today' }] }),
      service('paper', { closed: { ko: '마감되었습니다', en: 'Closed' } }),
    ]
    const { gate, kiosk: backend } = await startServed(t, { services })
    const url = await serveExample(t)
    const browser = await startBrowser(t)
    const page = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
    await page.goto(`${url}/?gate=${gate.url}`)
    await page.addStyleTag({ content: css })
    const part = (name: string) => page.locator(`qrgate-kiosk [part~="${name}"]`)
    const isReadable = async (screen: string) => {
      assert.deepEqual(await axe(page), [], screen)
      assert.deepEqual(await axeWithoutColours(page, 'qrgate-kiosk'), [], screen)
      const seen = Object.entries(await contrasts(page))
      assert.ok(seen.length > 0, screen)
      for (const [what, ratio] of seen) assert.ok(ratio >= 5, `${screen}: ${what}: ${ratio}`)
    }
    await page.locator('qrgate-kiosk[state=idle]').waitFor()
    await isReadable('idle')
    await page.evaluate(
      started => document.querySelector('qrgate-kiosk')?.start(started),
      await backend.start(),
    )
    await part('qr').waitFor()
    const qr = await readQr(page)
    await isReadable('pending')
    await part('code-help').click()
    await part('code-panel').waitFor()
    await isReadable('code')
    await part('code-close').click()
    const phone = await openPhone(browser, qr)
    await page.locator('qrgate-kiosk[state=scanned]').waitFor()
    await isReadable('scanned')
    await signUp(phone.page)
    await part('services').waitFor()
    await isReadable('services')
    await part('service').click()
    await part('ticket').waitFor()
    await isReadable('ticket')
  })
}

test('N43: the attribute start can be set as a property, as React and Vue do it', async t => {
  const url = await serveExample(t)
  const browser = await startBrowser(t)
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${url}/?gate=${url}`)
  const seen = await page.evaluate(() => {
    const element = document.createElement('qrgate-kiosk')
    element.start = 'always'
    const attribute = element.getAttribute('start')
    const kind = typeof element.start
    element.start = undefined
    return [attribute, kind, element.hasAttribute('start')]
  })
  assert.deepEqual(seen, ['always', 'function', false])
})
