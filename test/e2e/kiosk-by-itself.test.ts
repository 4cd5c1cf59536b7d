import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateMessage } from '@qrgate/sdk/protocol'
import { openKiosk, portrait, showQr, stands, startBrowser } from '../support/browser.ts'
import { freePort, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

test('the kiosk page says so when the gate is gone, shows no dead QR, and heals by itself', async t => {
  const port = await freePort()
  const settings = {
    PORT: `${port}`,
    QRGATE_FRAME_SECONDS: '1',
  }
  const gate = await startGate(t, settings)
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await showQr(kiosk)
  await gate.close()
  await stands(kiosk, 'trouble')
  assert.equal(await kiosk.locator('qrgate-qr canvas').isVisible(), false)
  await startGate(t, settings)
  await stands(kiosk, 'pending')
})

test('an always-on screen gets its next code by itself', async t => {
  const gate = await startGate(t, { QRGATE_PENDING_SECONDS: '33' })
  const browser = await startBrowser(t)
  const context = await browser.newContext({ viewport: portrait, locale: 'ko' })
  const kiosk = await context.newPage()
  /** What each socket of the page was told. */
  const sockets: GateMessage[][] = []
  kiosk.on('websocket', socket => {
    const told: GateMessage[] = []
    sockets.push(told)
    socket.on('framereceived', ({ payload }) => told.push(JSON.parse(`${payload}`)))
  })
  await kiosk.goto(`${gate.url}/kiosk?start=always`)
  await stands(kiosk, 'pending')
  const seen = new Set<string>()
  const nextQr = () =>
    kiosk.evaluate(
      () =>
        new Promise<string>(resolve => {
          const element = document.querySelector('qrgate-qr')
          if (!element) throw new Error('there is no QR on the page')
          const changes = new MutationObserver(() => {
            const content = element.getAttribute('content')
            if (!content) return
            changes.disconnect()
            resolve(content)
          })
          changes.observe(element, { attributeFilter: ['content'] })
        }),
    )
  while (seen.size < 2) seen.add((await nextQr()).split('/').at(-1)?.slice(0, 20) ?? '')

  const one = sockets.find(told => told.some(({ type }) => type === 'next'))
  const next = one?.find(message => message.type === 'next')
  assert.ok(one && next?.type === 'next', 'the gate gives the next code by itself')
  await until('one socket does for all codes', () =>
    one.some(message => message.type === 'frames' && message.id === next.id),
  )
})
