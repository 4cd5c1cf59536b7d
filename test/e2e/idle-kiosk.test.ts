import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateMessage } from '@qrgate/sdk/protocol'
import type { Browser } from 'playwright-core'
import { openPhone, portrait, readQr, signUp, stands, startBrowser } from '../support/browser.ts'
import { enrol } from '../support/enrol.ts'
import { freePort, type Gate, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'

/** The page of a kiosk that an operator has enrolled, and all that goes over the network. */
async function openEnrolled(browser: Browser, { url }: Gate, credential: string, query = '') {
  const context = await browser.newContext({ viewport: portrait, locale: 'ko' })
  await context.addCookies([
    { name: 'qrgate-kiosk', value: credential, url, httpOnly: true, sameSite: 'Strict' },
  ])
  // Time goes on as it does, and faster where a test says so.
  await context.clock.install()
  const page = await context.newPage()
  const requests: string[] = []
  page.on('request', request => requests.push(request.url()))
  /** What each socket of the page was told. */
  const sockets: GateMessage[][] = []
  page.on('websocket', socket => {
    const told: GateMessage[] = []
    sockets.push(told)
    socket.on('framereceived', ({ payload }) => told.push(JSON.parse(`${payload}`)))
  })
  await page.goto(`${url}/kiosk${query}`)
  await stands(page, 'idle')
  await until('the gate has said hello', () => sockets.at(-1)?.at(0)?.type === 'hello')
  return { page, requests, sockets }
}

test('N38: an idle kiosk keeps one socket, asks for nothing, and signs visitors in over it', async t => {
  const gate = await startGate(t)
  const { credential } = await enrol(gate)
  const browser = await startBrowser(t)
  const { page, requests, sockets } = await openEnrolled(browser, gate, credential)
  await page.waitForLoadState('networkidle')
  const before = requests.length
  const pongs = () => sockets[0]?.filter(({ type }) => type === 'pong').length ?? 0
  for (const pings of [1, 2]) {
    await page.clock.fastForward(15_000)
    await until('it has pinged', () => pongs() >= pings)
  }
  assert.deepEqual(requests.slice(before), [])

  for (const who of [
    undefined,
    { account: 'cheolsu', name: '김철수', password: 'correct horse battery' },
  ]) {
    await page.getByRole('button', { name: '시작하기' }).click()
    await stands(page, 'pending')
    await page.locator('qrgate-qr canvas').waitFor()
    const phone = await openPhone(browser, await readQr(page))
    await stands(page, 'scanned')
    await signUp(phone.page, who)
    await stands(page, 'done')
    await page.locator('footer .leave').click()
    await stands(page, 'idle')
  }
  assert.equal(sockets.length, 1)
})

test('N38: an idle kiosk shows that the gate is gone before anybody taps, and heals by itself', async t => {
  const settings = { PORT: `${await freePort()}` }
  const gate = await startGate(t, settings)
  const { credential } = await enrol(gate)
  const browser = await startBrowser(t)
  const { page, sockets } = await openEnrolled(browser, gate, credential)
  await gate.close()
  await stands(page, 'trouble')
  assert.match(await page.locator('main').innerText(), /연결할 수 없습니다/)
  // The same gate again: with its data, or it would not know this kiosk.
  await startGate(t, { ...settings, QRGATE_DATA_DIR: gate.dataDir })
  await stands(page, 'idle')
  await until('the gate has said hello', () => sockets.at(-1)?.at(0)?.type === 'hello')
})

test('N12: an idle kiosk that is revoked says so by itself', async t => {
  const gate = await startGate(t)
  const { credential, revoke } = await enrol(gate)
  const browser = await startBrowser(t)
  const { page } = await openEnrolled(browser, gate, credential)
  await revoke()
  await stands(page, 'trouble')
  const told = await page.locator('main').innerText()
  assert.match(told, /사용이 중지된\s화면입니다/)
  assert.doesNotMatch(told, /다시 연결/, 'the network is in order')
})

test('a policy changes an idle screen at once, and nothing under the hands of a visitor', async t => {
  const gate = await startGate(t)
  const { credential, setPolicy } = await enrol(gate)
  const browser = await startBrowser(t)
  const { page, sockets } = await openEnrolled(browser, gate, credential)
  const told = (version: number) =>
    until(`it was told version ${version}`, () => {
      const policies = sockets
        .flat()
        .flatMap(message => (message.type === 'policy' ? message.policy : []))
      return policies.some(policy => policy.version === version)
    })
  const headline = page.locator('main h1')
  const languages = page.locator('header button[lang]')

  const idle_title = { ko: '<b>어서</b> 오세요', en: '<b>Welcome</b>' }
  await setPolicy({ texts: { idle_title } })
  await page.getByRole('heading', { name: '<b>어서</b> 오세요' }).waitFor()
  assert.equal(await languages.count(), 2)

  await page.locator('main .start').click()
  await stands(page, 'pending')
  const before = await headline.innerText()
  await setPolicy({ texts: { idle_title }, languages: ['en'] })
  await told(2)
  assert.equal(await languages.count(), 2)
  assert.equal(await headline.innerText(), before)
  await page.locator('footer .leave').click()
  await stands(page, 'ended')
  assert.equal(await languages.count(), 2)
  await page.locator('footer .leave').click()
  await page.getByRole('heading', { name: '<b>Welcome</b>' }).waitFor()
  assert.equal(await languages.count(), 0, 'one language is no choice')
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')

  await setPolicy({ start: 'always', languages: ['en', 'ko'] })
  await stands(page, 'pending')
  // What was shown last is what a new page begins with.
  await page.reload()
  await stands(page, 'pending')
  assert.equal(await languages.first().innerText(), 'English')
})
