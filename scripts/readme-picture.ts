// Makes the pictures of the READMEs out of real pages of a real gate: a kiosk with its QR, the phone
// that has scanned it, and the kiosk that knows who came. `npm run picture` builds the pages first.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
const visitors = {
  ko: { account: 'gildong', name: '홍길동', password: 'correct horse battery' },
  en: { account: 'jane.doe', name: 'Jane Doe', password: 'correct horse battery' },
}

type Language = keyof typeof visitors
type Screens = Record<'qr' | 'phone' | 'done', string>

const pictureOf = async (page: Page) => {
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(300)
  return `data:image/png;base64,${(await page.screenshot()).toString('base64')}`
}

const stands = (kiosk: Page, screen: string) =>
  kiosk.locator(`main[data-screen="${screen}"]`).waitFor()

async function openKiosk(browser: Browser, url: string) {
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 } })
  let qr = ''
  await page.exposeFunction('sawQr', (seen?: string) => {
    qr = seen ?? qr
  })
  await page.addInitScript(() => {
    addEventListener('qrgate-state', event => {
      const { detail } = event as CustomEvent<{ qr?: string }>
      ;(window as unknown as { sawQr(url?: string): void }).sawQr(detail.qr)
    })
  })
  await page.goto(url)
  await page.locator('main[data-screen="idle"] .start').click()
  await stands(page, 'pending')
  while (qr === '') await page.waitForTimeout(50)
  return { page, qr }
}

async function openPhone(browser: Browser, qr: string, lang: Language): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 390, height: 780 },
    deviceScaleFactor: 2,
    locale: lang,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari/604.1',
  })
  await page.goto(qr)
  return page
}

/** One visit from QR to greeting; the visitor is new, so the form that they fill in is sign-up. */
async function visit(browser: Browser, url: string, lang: Language): Promise<Screens> {
  const { page: kiosk, qr: address } = await openKiosk(browser, `${url}/kiosk?lang=${lang}`)
  const qr = await pictureOf(kiosk)
  const phonePage = await openPhone(browser, address, lang)
  await stands(kiosk, 'scanned')
  const { account, name, password } = visitors[lang]
  await phonePage.locator('[name=account]').fill(account)
  await phonePage.locator('[name=password]').fill(password)
  await phonePage.locator('h1').click()
  const phone = await pictureOf(phonePage)
  await phonePage.goto(`${phonePage.url()}?form=sign-up`)
  for (const [field, value] of Object.entries({ account, name, password })) {
    await phonePage.locator(`[name=${field}]`).fill(value)
  }
  await phonePage.locator('form[action$="/sign-up"] .primary').click()
  await stands(kiosk, 'done')
  return { qr, phone, done: await pictureOf(kiosk) }
}

/** A card of its own colour, so that it looks the same on a light page and on a dark one. */
const markup = ({ qr, phone, done }: Screens) => `<!doctype html><style>
  body { margin: 0; }
  main { height: 740px; border-radius: 28px; background: #dfeaed;
    display: flex; align-items: center; justify-content: center; gap: 48px; }
  img { display: block; }
  .kiosk { width: 340px; padding: 12px; border-radius: 26px; background: #10242f;
    box-shadow: 0 30px 50px -24px #0b1f2a73; }
  .kiosk img { width: 100%; border-radius: 15px; }
  .phone { width: 254px; padding: 9px; border-radius: 40px; background: #10242f;
    box-shadow: 0 30px 50px -20px #0b1f2a80; }
  .phone img { width: 100%; border-radius: 31px; }
</style>
<main>
<div class="kiosk"><img src="${qr}"></div>
<div class="phone"><img src="${phone}"></div>
<div class="kiosk"><img src="${done}"></div>
</main>`

async function compose(browser: Browser, screens: Screens, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 740 } })
  await page.setContent(markup(screens))
  await page.screenshot({ path: folder + file, omitBackground: true })
}

process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1))
mkdirSync(folder, { recursive: true })
const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})
await compose(browser, await visit(browser, gate.url, 'en'), 'kiosk-and-phone.png')
await compose(browser, await visit(browser, gate.url, 'ko'), 'kiosk-and-phone.ko.png')
await browser.close()
await gate.stop()
console.log('docs/images/kiosk-and-phone.png, docs/images/kiosk-and-phone.ko.png')
