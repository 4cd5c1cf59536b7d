import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { GateProcess } from '../../test/support/gate-process.ts'
import { Kiosk } from '../../test/support/kiosk.ts'
import { longTimings, secretKey } from '../../test/support/production.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { median } from '../support/figures.ts'

/** A slow 4G as Lighthouse has it: bytes a second, and milliseconds to the gate and back. */
const slow4g = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (750e3 / 8) * 0.9,
}
/** How much slower a phone computes. */
const slower = 4

/** P20: from the scan of a visitor who comes back to the kiosk's message, with a tap as soon as there is a button. */
export async function measureReturning({ scope, of }: Bench): Promise<Measured[]> {
  const settings = { ...longTimings, SECRET_KEY: secretKey, QRGATE_LOG_LEVEL: 'info' }
  const gate = await GateProcess.start(scope, settings)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  scope.after(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'ko' })
  const kiosk = new Kiosk(gate.url)
  await beRemembered(await context.newPage(), (await kiosk.start()).frame.url)

  const took = { approved: [] as number[], tapped: [] as number[], requests: [] as number[] }
  for (let round = 0; round < of(20, 5); round += 1) {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    const phone = await slowPage(context)
    let posts = 0
    phone.on('request', request => {
      if (request.method() === 'POST') posts += 1
    })
    const began = performance.now()
    const opened = phone.goto(signIn.frame.url, { waitUntil: 'commit' })
    await phone.locator('form[data-action="approve"] .primary').click()
    took.tapped.push(performance.now() - began)
    await socket.state(signIn.id, 'approved')
    took.approved.push(performance.now() - began)
    took.requests.push(posts)
    await opened
    await phone.close()
    socket.cut()
  }
  const parts = { tappedMs: median(took.tapped), postsAfterThePage: median(took.requests) }
  return [{ goal: 'P20', value: median(took.approved) / 1000, parts }]
}

/** A camera opens a window of its own. */
async function slowPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', slow4g)
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower })
  return page
}

async function beRemembered(phone: Page, address: string): Promise<void> {
  await phone.goto(address)
  await phone.getByRole('button', { name: '회원가입' }).click()
  const fields = { account: 'gildong', name: '홍길동', password: 'correct horse battery' }
  for (const [field, value] of Object.entries(fields)) {
    await phone.locator(`[name=${field}]`).fill(value)
  }
  await phone.getByRole('checkbox').check()
  await phone.locator('form[action$="/sign-up"] .primary').click()
  await phone.locator('[data-state="approved"]').waitFor({ state: 'attached' })
}
