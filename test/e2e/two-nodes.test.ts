import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone, portrait, showQr, signIn, stands, startBrowser } from '../support/browser.ts'
import { qrgate } from '../support/command.ts'
import { password, startProduction } from '../support/production.ts'

test('a screen enrolled by link goes on at the other node when its own is killed', async t => {
  const browser = await startBrowser(t)
  const production = await startProduction(t, { host: 'gate.test' })
  const { nodes, settings } = production
  await production.addAccounts(['홍길동'])
  const trusting = { ignoreHTTPSErrors: true, locale: 'ko' }
  const screen = await browser.newContext({ ...trusting, viewport: portrait })

  const { out } = await qrgate(['kiosk', 'add', '1층 접수 1번'], settings, nodes[0].dataDir)
  const link = /https:\/\/\S+/.exec(out)?.[0] ?? ''
  const kiosk = await screen.newPage()
  await kiosk.goto(link)
  await kiosk.getByRole('button', { name: '이 화면 등록하기' }).click()
  const qr = await showQr(kiosk)
  assert.match(qr, /^https:\/\/GATE\.TEST:\d+\/Q\//)

  const { page: phone } = await openPhone(browser, qr, trusting)
  await stands(kiosk, 'scanned')
  await nodes[0].kill('SIGKILL')
  await signIn(phone, { account: 'visitor-0', name: '홍길동', password })
  await stands(kiosk, 'done')
  assert.match((await kiosk.locator('main').textContent()) ?? '', /홍\*동/)
})
