import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { KioskElement } from '@qrgate/sdk/kiosk-element'
import { startBrowser } from '../support/browser.ts'
import { freePort, startGate } from '../support/gate.ts'
import { serveExample } from '../support/integrator-page.ts'
import { until } from '../support/patience.ts'

/** The origin of something that is no gate: a page for every address, or JSON of another kind. */
function serveOther(t: TestContext, type: string, body: string): Promise<string> {
  return serveAnswer(t, 200, { 'content-type': type, 'access-control-allow-origin': '*' }, body)
}

async function serveAnswer(
  t: TestContext,
  status: number,
  headers: OutgoingHttpHeaders,
  body = '',
): Promise<string> {
  const server = createServer((_request, answer) => answer.writeHead(status, headers).end(body))
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
  /** What the page does in place of a plain start; runs there. */
  start?(element: KioskElement): void
  /** Its clock jumps over the time for which a call is waited for. */
  hangs?: boolean
  /** It is told once, as the sign-in itself goes on being asked for. */
  once?: boolean
  /** Where a gate answers on https. */
  secure?: string
}

const own = async (t: TestContext) => ({
  page: await serveExample(t),
  server: (await startGate(t)).url,
})

/** Nobody may start there who is not enrolled. */
async function production(t: TestContext) {
  const PORT = `${await freePort()}`
  const page = await serveExample(t)
  await startGate(t, { PORT, QRGATE_ALLOWED_ORIGINS: page }, 'serve')
  return { page, server: `http://127.0.0.1:${PORT}` }
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
    start(element) {
      element.starter = () => Promise.reject(new Error('no backend today'))
      element.start()
    },
    places: own,
  },
  'a starter that never answers': {
    cause: 'starter_failed',
    names: /no answer within 10 s/,
    hangs: true,
    start(element) {
      element.starter = () => new Promise(() => {})
      element.start()
    },
    places: own,
  },
  'a starter that gives a sign-in which the gate does not know': {
    cause: 'sign_in_unknown',
    names: /"kiosk_secret"/,
    start(element) {
      element.starter = async () => ({ id: 'x', kiosk_secret: 'y' })
      element.start()
    },
    places: own,
  },
  "a backend's error in place of a sign-in": {
    cause: 'starter_failed',
    names: /no \{ id, kiosk_secret \}/,
    start: element => element.start({} as { id: string; kiosk_secret: string }),
    places: production,
  },
  'a sign-in that is none': {
    cause: 'sign_in_unknown',
    names: /"kiosk_secret"/,
    start: element => element.start({ id: 'x', kiosk_secret: 'y' }),
    places: production,
  },
  'a sign-in of another gate': {
    cause: 'sign_in_unknown',
    names: /"kiosk_secret"/,
    start(element) {
      const id = '01890000-0000-7000-8000-000000000000'
      element.start({ id, kiosk_secret: 'A'.repeat(43) })
    },
    places: production,
  },
  'a sign-in, and a gate that does not answer': {
    cause: 'no_answer',
    names: /127\.0\.0\.1:\d+/,
    start: element => element.start({ id: 'x', kiosk_secret: 'y' }),
    once: true,
    places: async t => ({
      page: await serveExample(t),
      server: `http://127.0.0.1:${await freePort()}`,
    }),
  },
  'a proxy whose gate is down': {
    cause: 'no_gate',
    names: /a proxy whose gate is down.*"server"/,
    places: async t => ({ page: await serveExample(t), server: await serveAnswer(t, 502, {}) }),
  },
  'an address that redirects, as pages may read': {
    cause: 'redirected',
    names: /"server"/,
    places: async t => ({
      page: await serveExample(t),
      server: await serveAnswer(t, 301, {
        location: 'https://gate.test',
        'access-control-allow-origin': '*',
      }),
    }),
  },
  'an address that redirects to https': {
    cause: 'redirected',
    names: /Set the attribute "server" to https:\/\/gate\.test\./,
    secure: 'https://gate.test',
    places: async t => ({
      page: await serveExample(t),
      server: (await serveAnswer(t, 301, { location: 'https://gate.test' })).replace(
        '127.0.0.1',
        'gate.test',
      ),
    }),
  },
  'a page whose own policy makes https of http': {
    cause: 'page_policy',
    names: /upgrade-insecure-requests/,
    places: async t => ({
      page: await serveExample(t, { 'content-security-policy': 'upgrade-insecure-requests' }),
      server: (await startGate(t)).url.replace('127.0.0.1', 'gate.test'),
    }),
  },
  'a gate that lets nobody start who is not enrolled': {
    cause: 'kiosk_not_enrolled',
    names: /backend/,
    places: production,
  },
}

const plainStart = (element: KioskElement) => element.start()

for (const [what, given] of Object.entries(cases)) {
  const { cause, names, places, start = plainStart, hangs = false, once = false, secure } = given
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
    if (secure) {
      await page.route(`${secure}/**`, route => {
        const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
        return route.fulfill({ headers, body: '{"allowed":true}' })
      })
    }
    if (hangs) await page.clock.install()
    await page.goto(`${url}/?gate=${encodeURIComponent(server)}`)
    await page.locator('qrgate-kiosk[state=idle]').waitFor()
    const told = page.evaluate(
      ({ start, times }) =>
        new Promise<{ code: string; cause?: string; message?: string }[]>(resolve => {
          const heard: { code: string; cause?: string; message?: string }[] = []
          document.addEventListener('qrgate-trouble', ({ detail }) => {
            heard.push(detail)
            // Trouble is told at every try; what the console has said, it says once.
            if (heard.filter(({ cause }) => cause).length === times) resolve(heard)
          })
          const element = document.querySelector('qrgate-kiosk')
          if (!element) throw new Error('there is no element')
          new Function('element', `({ ${start} }).start(element)`)(element)
        }),
      // A method has its name already.
      { start: `start: ${start}`.replace(/^start: start\(/, 'start('), times: once ? 1 : 2 },
    )
    if (hangs) await page.clock.runFor(30_000)
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
