// Saves every screen at every size, in both languages, with text at 100 % and 200 %, as pictures:
// drives a real gate, a kiosk page and a phone. `npm run screenshots` builds the pages first.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))
const kioskSizes = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
  upright: { width: 800, height: 1280 },
}
const phoneSizes = {
  small: { width: 360, height: 640 },
  usual: { width: 390, height: 844 },
}
const demoSizes = {
  wide: { width: 1440, height: 900 },
  laptop: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
}
const languages = ['ko', 'en'] as const
const textSizes = [100, 200] as const
const visitor = { account: 'gildong', name: '홍길동', password: 'correct horse battery' }

type Language = (typeof languages)[number]

let saved = 0

async function save(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(150)
  // What a visitor sees without scrolling, and nothing else.
  await page.screenshot({ path: `${folder}${name}.png` })
  saved += 1
}

/** The kiosk page, and how to learn what its QR holds. */
async function openKiosk(browser: Browser, gate: DemoGate, size: object, lang: Language) {
  const context = await browser.newContext({ viewport: size as { width: number; height: number } })
  const page = await context.newPage()
  await page.goto(`${gate.url}/kiosk?lang=${lang}`)
  await stands(page, 'idle')
  const qr = () => page.locator('qrgate-qr[content]').getAttribute('content')
  return { page, context, qr }
}

const stands = (kiosk: Page, screen: string) =>
  kiosk.locator(`main[data-screen="${screen}"]`).waitFor()

async function enlarge(kiosk: Page, textSize: number): Promise<void> {
  while ((await kiosk.evaluate(() => document.documentElement.dataset.text)) !== `${textSize}`) {
    await kiosk.locator('footer .enlarge').click()
  }
}

/** Starts a sign-in on the kiosk and gives what its QR says, once it says something. */
async function start({ page, qr }: Awaited<ReturnType<typeof openKiosk>>): Promise<string> {
  await page.locator('.words .primary').click()
  await stands(page, 'pending')
  return (await qr()) ?? ''
}

async function openPhone(browser: Browser, qr: string, size: object, lang: Language) {
  const context = await browser.newContext({
    viewport: size as { width: number; height: number },
    deviceScaleFactor: 2,
    locale: lang,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1',
  })
  const page = await context.newPage()
  await page.goto(qr)
  return { page, context }
}

async function signIn(phone: Page): Promise<void> {
  await phone.locator('[name=account]').fill(visitor.account)
  await phone.locator('[name=password]').fill(visitor.password)
  await phone.locator('form[action$="/sign-in"] .primary').click()
}

/** A whole sign-in, from the kiosk's button to the name on its screen. */
async function visit(
  browser: Browser,
  kiosk: Awaited<ReturnType<typeof openKiosk>>,
  lang: Language,
) {
  const phone = await openPhone(browser, await start(kiosk), phoneSizes.usual, lang)
  await stands(kiosk.page, 'scanned')
  await signIn(phone.page)
  await stands(kiosk.page, 'done')
  return phone
}

/** "It was not me", and yes. */
async function disown(phone: Page): Promise<void> {
  await phone.locator('a[href$="form=not-me"]').click()
  await phone.locator('form[action$="/not-me"] button').click()
}

/** Makes the account that signs in on every picture. */
async function signUp(browser: Browser, gate: DemoGate): Promise<void> {
  const kiosk = await openKiosk(browser, gate, kioskSizes.tablet, 'ko')
  const phone = await openPhone(browser, await start(kiosk), phoneSizes.usual, 'ko')
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

async function kioskTour(browser: Browser, gate: DemoGate): Promise<void> {
  for (const [sizeName, size] of Object.entries(kioskSizes)) {
    for (const lang of languages) {
      for (const textSize of textSizes) {
        const kiosk = await openKiosk(browser, gate, size, lang)
        const shoot = (screen: string) =>
          save(kiosk.page, `kiosk-${screen}-${sizeName}-${lang}-${textSize}`)

        await enlarge(kiosk.page, textSize)
        await shoot('1-idle')
        const qr = await start(kiosk)
        await shoot('2-qr')
        const phone = await openPhone(browser, qr, phoneSizes.usual, lang)
        await stands(kiosk.page, 'scanned')
        await shoot('3-scanned')
        await signIn(phone.page)
        await stands(kiosk.page, 'done')
        await shoot('4-done')
        await phone.page.locator('form[action$="/end"] button').click()
        await stands(kiosk.page, 'ended')
        await shoot('10-ended-on-phone')
        await phone.context.close()

        const mistaken = await visit(browser, kiosk, lang)
        await enlarge(kiosk.page, textSize)
        await disown(mistaken.page)
        await stands(kiosk.page, 'ended')
        await shoot('11-not-me')
        await mistaken.context.close()
        await kiosk.page.locator('footer .leave').click()
        await stands(kiosk.page, 'idle')

        await enlarge(kiosk.page, textSize)
        const refusing = await openPhone(browser, await start(kiosk), phoneSizes.usual, lang)
        await refusing.page.locator('form[action$="/deny"] button').click()
        await stands(kiosk.page, 'ended')
        await shoot('5-denied')
        await refusing.context.close()

        await start(kiosk)
        await kiosk.page.locator('footer .leave').click()
        await stands(kiosk.page, 'ended')
        await shoot('6-cancelled')
        await kiosk.page.locator('footer .help').click()
        await shoot('7-help')
        await kiosk.context.close()
      }
    }
  }
}

async function phoneTour(browser: Browser, gate: DemoGate): Promise<void> {
  for (const [sizeName, size] of Object.entries(phoneSizes)) {
    for (const lang of languages) {
      const kiosk = await openKiosk(browser, gate, kioskSizes.tablet, lang)
      const shoot = (page: Page, screen: string) =>
        save(page, `phone-${screen}-${sizeName}-${lang}`)

      const signing = await openPhone(browser, await start(kiosk), size, lang)
      await stands(kiosk.page, 'scanned')
      await shoot(signing.page, '1-sign-in')
      const page = signing.page.url()
      await signing.page.goto(`${page}?form=sign-up`)
      await shoot(signing.page, '4-sign-up')
      await signing.page.goto(page)
      await signing.page.locator('[name=account]').fill(visitor.account)
      await signing.page.locator('[name=password]').fill('not the password')
      await signing.page.locator('form[action$="/sign-in"] .primary').click()
      await signing.page.locator('[role=alert]:visible').waitFor()
      await shoot(signing.page, '2-wrong-password')
      await signIn(signing.page)
      await stands(kiosk.page, 'done')
      await signing.page.waitForTimeout(1500)
      await shoot(signing.page, '3-done')
      await signing.context.close()
      await kiosk.context.close()
    }
  }
}

async function demoTour(browser: Browser, gate: DemoGate): Promise<void> {
  for (const [sizeName, size] of Object.entries(demoSizes)) {
    for (const lang of languages) {
      const page = await browser.newPage({ viewport: size })
      await page.goto(`${gate.url}/demo?lang=${lang}`)
      const kiosk = page.frameLocator('.kiosk iframe')
      await kiosk.locator('main[data-screen="idle"] .start').click()
      await page.locator('.camera button:enabled').waitFor()
      await save(page, `demo-1-scan-${sizeName}-${lang}`)
      await page.locator('.camera button').click()
      await kiosk.locator('main[data-screen="scanned"]').waitFor()
      await save(page, `demo-2-scanned-${sizeName}-${lang}`)
      await page.close()
    }
  }
}

/** What nobody scanned, and what a screen says when its gate is gone. */
async function troubleTour(browser: Browser): Promise<void> {
  const gate = await DemoGate.start({ QRGATE_PENDING_SECONDS: '10', QRGATE_LOG_LEVEL: 'silent' })
  const kiosks = await Promise.all(
    Object.entries(kioskSizes).flatMap(([sizeName, size]) =>
      languages.flatMap(lang =>
        textSizes.map(async textSize => {
          const kiosk = await openKiosk(browser, gate, size, lang)
          await enlarge(kiosk.page, textSize)
          return { ...kiosk, textSize, name: `${sizeName}-${lang}-${textSize}` }
        }),
      ),
    ),
  )
  await Promise.all(kiosks.map(start))
  for (const { page, name } of kiosks) {
    await stands(page, 'ended')
    await save(page, `kiosk-8-expired-${name}`)
  }
  await Promise.all(kiosks.map(({ page }) => stands(page, 'idle')))
  await gate.stop()
  for (const { page, textSize, name } of kiosks) {
    // An idle screen notices by itself.
    await stands(page, 'trouble')
    await enlarge(page, textSize)
    await save(page, `kiosk-9-trouble-${name}`)
  }
}

// An interrupted tour leaves no gate behind.
process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1))
mkdirSync(folder, { recursive: true })
const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})
await signUp(browser, gate)
await kioskTour(browser, gate)
await phoneTour(browser, gate)
await demoTour(browser, gate)
await troubleTour(browser)
await browser.close()
await gate.stop()
console.log(`${saved} pictures in screenshots/`)
