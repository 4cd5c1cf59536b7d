import type { TestContext } from 'node:test'
import type { Service } from '@qrgate/sdk/protocol'
import type { Browser, Page } from 'playwright-core'
import { system } from '../../server/src/protocol/log-event.ts'
import { openPhone, portrait, showQr, signUp, stands, startBrowser, visitor } from './browser.ts'
import { enrol } from './enrol.ts'
import type { Gate } from './gate.ts'
import {
  addServedClient,
  type ClientOptions,
  clientsOf,
  startHandOffGate,
} from './hand-off-gate.ts'
import { Receiver } from './receiver.ts'

/** The gate's own page of a kiosk whose client has services, and what is behind it. */
export interface ServedKiosk {
  gate: Gate
  receiver: Receiver
  browser: Browser
  page: Page
  number: number
  /** What the client does for whoever signs in from now on. */
  offer(services: readonly Service[]): Promise<unknown>
  /** Somebody scans. @returns the phone's page. */
  scan(): Promise<Page>
  /** Somebody new scans, signs up, and stands before the kiosk. @returns the phone's page. */
  visit(): Promise<Page>
}

/** @param policy fields of the kiosk's policy document, where it has one. */
export async function startServedKiosk(
  t: TestContext,
  options?: ClientOptions,
  policy?: object,
): Promise<ServedKiosk> {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver])
  const { id } = await addServedClient(gate, receiver, options)
  const { credential, number, serveBy, setPolicy } = await enrol(gate)
  await serveBy(id)
  if (policy) await setPolicy(policy)
  const browser = await startBrowser(t)
  const context = await browser.newContext({ viewport: portrait, locale: 'ko', hasTouch: true })
  await context.addCookies([
    {
      name: 'qrgate-kiosk',
      value: credential,
      url: gate.url,
      httpOnly: true,
      sameSite: 'Strict',
    },
  ])
  // Time goes on as it does, and faster where a test says so.
  await context.clock.install()
  const page = await context.newPage()
  await page.goto(`${gate.url}/kiosk`)
  const scan = async () => {
    const phone = await openPhone(browser, await showQr(page))
    await stands(page, 'scanned')
    return phone.page
  }
  let visits = 0
  const visit = async () => {
    visits += 1
    const phone = await scan()
    await signUp(phone, { ...visitor, account: `${visitor.account}${visits}` })
    return phone
  }
  const offer = (services: readonly Service[]) => clientsOf(gate).setServices(id, services, system)
  return { gate, receiver, browser, page, number, offer, scan, visit }
}
