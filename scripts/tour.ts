// What the tours of `npm run screenshots` share: the pages of kiosk and phone, and what is done on them.
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import type { DemoGate } from './demo-gate.ts'

export const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))
export const kioskSizes = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
  upright: { width: 800, height: 1280 },
}
export const textSizes = [100, 200] as const
export const languages = ['ko', 'en'] as const
export const visitor = { account: 'gildong', name: '홍길동', password: 'correct horse battery' }

export type Language = (typeof languages)[number]

let pictures = 0

/** How many pictures there are by now. */
export const saved = () => pictures

export async function save(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(150)
  // What a visitor sees without scrolling, and nothing else.
  await page.screenshot({ path: `${folder}${name}.png` })
  pictures += 1
}

export interface Size {
  width: number
  height: number
}

export type OpenKiosk = Awaited<ReturnType<typeof openKiosk>>

/** The kiosk page, and how to learn what its QR holds. */
export async function openKiosk(browser: Browser, gate: DemoGate, size: Size, lang: Language) {
  const context = await browser.newContext({ viewport: size })
  const page = await context.newPage()
  await page.goto(`${gate.url}/kiosk?lang=${lang}`)
  await stands(page, 'idle')
  const qr = () => page.locator('qrgate-qr[content]').getAttribute('content')
  return { page, context, qr }
}

export const stands = (kiosk: Page, screen: string) =>
  kiosk.locator(`main[data-screen="${screen}"]`).waitFor()

/** Starts a sign-in on the kiosk and gives what its QR says, once it says something. */
export async function start({ page, qr }: OpenKiosk): Promise<string> {
  await page.locator('.words .primary').click()
  await stands(page, 'pending')
  return (await qr()) ?? ''
}

export async function openPhone(browser: Browser, qr: string, size: Size, lang: Language) {
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: 2,
    locale: lang,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1',
  })
  const page = await context.newPage()
  await page.goto(qr)
  return { page, context }
}

export async function enlarge(kiosk: Page, textSize: number): Promise<void> {
  while ((await kiosk.evaluate(() => document.documentElement.dataset.text)) !== `${textSize}`) {
    await kiosk.locator('footer .enlarge').click()
  }
}

export async function signIn(phone: Page): Promise<void> {
  await phone.locator('[name=account]').fill(visitor.account)
  await phone.locator('[name=password]').fill(visitor.password)
  await phone.locator('form[action$="/sign-in"] .primary').click()
}

export const usualPhone: Size = { width: 390, height: 844 }

/** A whole sign-in, from the kiosk's button to the first screen of the visit. */
export async function visit(browser: Browser, kiosk: OpenKiosk, lang: Language, screen = 'done') {
  const phone = await openPhone(browser, await start(kiosk), usualPhone, lang)
  await stands(kiosk.page, 'scanned')
  await signIn(phone.page)
  await stands(kiosk.page, screen)
  return phone
}

/** "It was not me", and yes. */
export async function disown(phone: Page): Promise<void> {
  await phone.locator('a[href$="form=not-me"]').click()
  await phone.locator('form[action$="/not-me"] button').click()
}

/** Makes the account that signs in on every picture. */
export async function signUp(browser: Browser, gate: DemoGate): Promise<void> {
  const kiosk = await openKiosk(browser, gate, kioskSizes.tablet, 'ko')
  const phone = await openPhone(browser, await start(kiosk), usualPhone, 'ko')
  await stands(kiosk.page, 'scanned')
  await phone.page.waitForURL(/\/s\//)
  await phone.page.goto(`${phone.page.url()}?form=sign-up`)
  for (const [field, value] of Object.entries(visitor)) {
    await phone.page.locator(`[name=${field}]`).fill(value)
  }
  await phone.page.locator('form[action$="/sign-up"] .primary').click()
  await stands(kiosk.page, 'done')
  await phone.context.close()
  await kiosk.context.close()
}
