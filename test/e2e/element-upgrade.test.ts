import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBrowser } from '../support/browser.ts'
import { startGate } from '../support/gate.ts'
import { serveExample } from '../support/integrator-page.ts'
import { until } from '../support/patience.ts'

/** A page whose plain script runs before the element's module, as every module waits for the page. */
const pageOf = (script: string) => `<!doctype html>
<script type="module" src="/kiosk-element.js"></script>
<qrgate-kiosk></qrgate-kiosk><qrgate-qr style="width: 200px"></qrgate-qr>
<script>
const [kiosk] = document.getElementsByTagName('qrgate-kiosk')
const [qr] = document.getElementsByTagName('qrgate-qr')
${script}
</script>`

test('N43: what a plain script sets before the element is there, the element keeps', async t => {
  const gate = await startGate(t)
  const url = await serveExample(t)
  const page = await (await startBrowser(t)).newPage()
  const body = pageOf(`
    kiosk.server = '${gate.url}'
    kiosk.start = 'always'
    kiosk.state = 'claimed'
    kiosk.starter = () => {
      window.asked = true
      return new Promise(() => {})
    }
    qr.content = 'HTTPS://GATE.TEST'
    qr.label = 'to scan'`)
  await page.route(`${url}/`, route => route.fulfill({ contentType: 'text/html', body }))
  const calls: string[] = []
  page.on('request', request => calls.push(request.url()))
  await page.goto(url)
  await page.locator('qrgate-kiosk[state=starting]').waitFor()
  await until('the starter is asked', () => page.evaluate(() => 'asked' in window))
  assert.deepEqual(
    calls.filter(call => call.startsWith(gate.url)),
    [],
    'the gate is not asked to start',
  )
  const kept = await page.evaluate(() => {
    const kiosk = document.querySelector('qrgate-kiosk')
    const qr = document.querySelector('qrgate-qr')
    const canvas = qr?.shadowRoot?.querySelector('canvas')
    return {
      own: [...Object.keys(kiosk ?? {}), ...Object.keys(qr ?? {})],
      kiosk: [kiosk?.getAttribute('server'), kiosk?.getAttribute('start'), kiosk?.state],
      types: [typeof kiosk?.start, typeof kiosk?.starter],
      qr: [qr?.getAttribute('content'), canvas?.getAttribute('aria-label'), canvas?.hidden],
    }
  })
  assert.deepEqual(kept, {
    own: [],
    kiosk: [gate.url, 'always', 'starting'],
    types: ['function', 'function'],
    qr: ['HTTPS://GATE.TEST', 'to scan', false],
  })
})

test('N43: a page whose policy refuses the WebSocket alone is told so once, and goes on by polls', async t => {
  const gate = await startGate(t)
  const policy = `default-src 'self'; script-src 'self' 'unsafe-inline'; connect-src ${gate.url}`
  const url = await serveExample(t, { 'content-security-policy': policy })
  const page = await (await startBrowser(t)).newPage()
  const lines: string[] = []
  page.on('console', message => {
    if (message.text().startsWith('<qrgate-kiosk>')) lines.push(message.text())
  })
  await page.goto(`${url}/?gate=${gate.url}`)
  await page.locator('qrgate-kiosk[state=idle]').waitFor()
  const cause = await page.evaluate(
    () =>
      new Promise(resolve => {
        document.addEventListener('qrgate-trouble', ({ detail }) => {
          if (detail.cause) resolve(detail.cause)
        })
        document.querySelector('qrgate-kiosk')?.start()
      }),
  )
  assert.equal(cause, 'page_policy')
  await page.locator('qrgate-kiosk[state=pending] qrgate-qr canvas').waitFor()
  assert.equal(lines.length, 1, lines.join())
  assert.ok(lines[0]?.includes(gate.url.replace('http', 'ws')), lines[0])
})
