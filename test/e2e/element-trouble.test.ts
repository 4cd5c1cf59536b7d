import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startBrowser } from '../support/browser.ts'
import { freePort, startGate } from '../support/gate.ts'
import { serveExample } from '../support/integrator-page.ts'
import { until } from '../support/patience.ts'

/** The origin of something that is no gate: a page for every address, or JSON of another kind. */
async function serveOther(t: TestContext, type: string, body: string): Promise<string> {
  const headers = { 'content-type': type, 'access-control-allow-origin': '*' }
  const server = createServer((_request, answer) => answer.writeHead(200, headers).end(body))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface Case {
  cause: string
  /** What the sentence must name. */
  names: RegExp
  /** Where the page is, and what it takes for its gate. */
  places(t: TestContext): Promise<{ page: string; server: string }>
  starterFails?: boolean
}

const cases: Record<string, Case> = {
  'an origin that QRGATE_ALLOWED_ORIGINS does not name': {
    cause: 'origin_not_allowed',
    names: /http:\/\/127\.0\.0\.1:\d+ .*QRGATE_ALLOWED_ORIGINS/,
    async places(t) {
      const gate = await startGate(t, { QRGATE_ALLOWED_ORIGINS: 'https://other.example.org' })
      return { page: await serveExample(t), server: gate.url }
    },
  },
  'an address at which a page answers and no gate': {
    cause: 'no_gate',
    names: /"server"/,
    async places(t) {
      return { page: await serveExample(t), server: await serveOther(t, 'text/html', '<p>') }
    },
  },
  'an address at which another API answers': {
    cause: 'no_gate',
    names: /"server"/,
    async places(t) {
      return { page: await serveExample(t), server: await serveOther(t, 'text/json', '{}') }
    },
  },
  'an address without its scheme, which is one of the page itself': {
    cause: 'no_gate',
    names: /whole origin/,
    places: async t => ({ page: await serveExample(t), server: 'gate.example.org' }),
  },
  'what is no address': {
    cause: 'no_gate',
    names: /whole origin/,
    places: async t => ({ page: await serveExample(t), server: 'https://' }),
  },
  'an address at which nothing answers': {
    cause: 'no_answer',
    names: /127\.0\.0\.1:\d+/,
    places: async t => ({
      page: await serveExample(t),
      server: `http://127.0.0.1:${await freePort()}`,
    }),
  },
  'a gate on plain http and a page on https': {
    cause: 'mixed_content',
    names: /https/,
    places: async () => ({ page: 'https://page.test', server: 'http://gate.test' }),
  },
  "a page whose own policy does not name the gate's origin": {
    cause: 'page_policy',
    names: /connect-src/,
    async places(t) {
      const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'"
      const page = await serveExample(t, { 'content-security-policy': policy })
      return { page, server: (await startGate(t)).url }
    },
  },
  'a starter that fails': {
    cause: 'starter_failed',
    names: /no backend today/,
    starterFails: true,
    places: async t => ({ page: await serveExample(t), server: (await startGate(t)).url }),
  },
  'a gate that lets nobody start who is not enrolled': {
    cause: 'kiosk_not_enrolled',
    names: /backend/,
    async places(t) {
      const PORT = `${await freePort()}`
      const page = await serveExample(t)
      await startGate(t, { PORT, QRGATE_ALLOWED_ORIGINS: page }, 'serve')
      return { page, server: `http://127.0.0.1:${PORT}` }
    },
  },
}

for (const [what, { cause, names, places, starterFails = false }] of Object.entries(cases)) {
  test(`N43: ${what}: <qrgate-kiosk> names the cause to whoever builds the page, and to no visitor`, async t => {
    const { page: url, server } = await places(t)
    const browser = await startBrowser(t)
    const page = await (await browser.newContext({ locale: 'en' })).newPage()
    if (url.startsWith('https:')) {
      const plain = await serveExample(t)
      await page.route(`${url}/**`, async route => {
        const { pathname, search } = new URL(route.request().url())
        await route.fulfill({ response: await route.fetch({ url: plain + pathname + search }) })
      })
    }
    const lines: string[] = []
    page.on('console', message => {
      if (message.text().startsWith('<qrgate-kiosk>')) lines.push(message.text())
    })
    await page.goto(`${url}/?gate=${encodeURIComponent(server)}`)
    await page.locator('qrgate-kiosk[state=idle]').waitFor()
    const told = page.evaluate(
      starterFails =>
        new Promise<{ code: string; cause?: string; message?: string }[]>(resolve => {
          const heard: { code: string; cause?: string; message?: string }[] = []
          document.addEventListener('qrgate-trouble', ({ detail }) => {
            heard.push(detail)
            // Trouble is told at every try; what the console has said, it says once.
            if (heard.filter(({ cause }) => cause).length === 2) resolve(heard)
          })
          const element = document.querySelector('qrgate-kiosk')
          if (!element) throw new Error('there is no element')
          if (starterFails) {
            element.starter = () => Promise.reject(new Error('no backend today'))
          }
          element.start()
        }),
      starterFails,
    )
    const heard = await told
    for (const detail of heard) {
      if (!detail.cause) continue
      assert.equal(detail.cause, cause)
      assert.match(detail.message ?? '', names)
    }
    await until('the console has it', () => lines.length > 0)
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', new RegExp(`^<qrgate-kiosk> ${cause}: `))
    assert.match(lines[0] ?? '', names)
    const shown = await page.evaluate(
      () => document.querySelector('qrgate-kiosk')?.shadowRoot?.textContent,
    )
    assert.doesNotMatch(shown ?? '', /QRGATE_|server=|connect-src|origin|backend today/)
  })
}
