import type { TestContext } from 'node:test'
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core'
import { GateProcess } from './gate-process.ts'
import { until } from './patience.ts'

/** A real `qrgate demo`, reception and all, in a process and a folder of its own. */
export async function startDemo(t: TestContext, env: Record<string, string> = {}) {
  const gate = await GateProcess.start(t, env, 'demo', true)
  /** The newest address that it has printed for the demo page; its code is good once. */
  const printed = async () => {
    let addresses: string[] = []
    await until('it has said where it is', () => {
      addresses = gate.output.match(/(?<=\s)http:\S+\/demo\S*/g) ?? []
      return /Stop with Ctrl\+C/.test(gate.output)
    })
    return addresses.at(-1) ?? ''
  }
  return { gate, printed }
}

export interface Shown {
  page: Page
  kiosk: FrameLocator
  phone: FrameLocator
  /** The desk, or the board in its place. */
  beside: FrameLocator
}

/** The demo page in a browser that has seen nothing before. */
export async function openDemo(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Shown> {
  const size = { width: 1440, height: 900 }
  const context = await browser.newContext({ viewport: size, locale: 'ko', ...options })
  const page = await context.newPage()
  await page.goto(address)
  return {
    page,
    kiosk: page.frameLocator('figure.kiosk iframe'),
    phone: page.frameLocator('figure.phone iframe'),
    beside: page.frameLocator('figure:is(.desk, .board) iframe'),
  }
}

/** The phone has the sign-in page, with somebody filled in; nobody is as fast as a test. */
export async function filledIn(phone: FrameLocator): Promise<string> {
  const password = phone.locator('form[action$="/sign-in"] [name=password]')
  await until('it is filled in', async () => (await password.inputValue()) !== '')
  return phone.locator('[name=account]').inputValue()
}

/** Scan, sign in, choose: three clicks. @returns the number on the kiosk. */
export async function threeClicks({ page, kiosk, phone }: Shown): Promise<string> {
  await page.locator('.camera .primary').click()
  await filledIn(phone)
  await phone.locator('form[action$="/sign-in"] .primary').click()
  await kiosk.locator('.tile').first().click()
  return (await kiosk.locator('main[data-screen="ticket"] .number').textContent()) ?? ''
}
