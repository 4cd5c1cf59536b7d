// Makes the pictures of the READMEs out of real pages of a real demo: the same number on the kiosk, on
// the visitor's phone and at the desk. `npm run picture` builds the pages first.
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'
import { type Language, stands } from './tour.ts'

const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
/** Who signs in. */
const visitors = { ko: 'demo.hong', en: 'demo.jane' }
/** Who came before, by hand; the first ones are called, and the last ones wait. */
const names = {
  ko: ['김*수', '윤*아', '장*호', '문*선'],
  en: ['K** S***', 'Y*** A*', 'J*** H*', 'M*** S**'],
}
const called = 9
const waiting = 2

type Screens = Record<'kiosk' | 'phone' | 'desk', string>

const pictureOf = async (page: Page) => {
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(300)
  return `data:image/png;base64,${(await page.screenshot()).toString('base64')}`
}

/** The desk, in the middle of a morning. */
async function openDesk(browser: Browser, gate: DemoGate, lang: Language): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 860, height: 660 },
    deviceScaleFactor: 2,
  })
  const page = await context.newPage()
  const [, code] = (await gate.printed(/#desk=\S+/)).split('=')
  await page.goto(`${gate.url}/reception/desk?lang=${lang}&desk=room-1,room-2#link=${code}`)
  await page.locator('.card').first().waitFor()
  const act = (name: string, data: object) =>
    context.request.post(`${gate.url}/reception/desk/${name}`, {
      data,
      headers: { origin: gate.url },
      failOnStatusCode: true,
    })
  for (let index = 0; index < called + waiting; index += 1) {
    const id = randomUUID()
    const name = names[lang][index % names[lang].length]
    await act('walk-in', { id, service: 'consultation', name })
    if (index < called) await act('call', { desk: `room-${2 - (index % 2)}`, arrival: id })
  }
  return page
}

async function openKiosk(browser: Browser, gate: DemoGate, lang: Language): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 } })
  await page.goto(`${gate.url}/kiosk?lang=${lang}`)
  await page.locator('main[data-screen="idle"] .start').click()
  await stands(page, 'pending')
  return page
}

/** Scans the kiosk's code, and signs in as somebody who is ready. */
async function signIn(browser: Browser, gate: DemoGate, kiosk: Page, lang: Language) {
  const page = await browser.newPage({
    viewport: { width: 390, height: 780 },
    deviceScaleFactor: 2,
    locale: lang,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari/604.1',
  })
  await page.goto((await kiosk.locator('qrgate-qr[content]').getAttribute('content')) ?? '')
  await stands(kiosk, 'scanned')
  let visitor: { account: string; password: string }
  do visitor = await (await fetch(`${gate.url}/demo/visitor`)).json()
  while (visitor.account !== visitors[lang])
  await page.locator('[name=account]').fill(visitor.account)
  await page.locator('[name=password]').fill(visitor.password)
  await page.locator('form[action$="/sign-in"] .primary').click()
  return page
}

/** One visit, from the QR to the number. */
async function visit(browser: Browser, lang: Language): Promise<Screens> {
  const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' }, true)
  const desk = await openDesk(browser, gate, lang)
  const kiosk = await openKiosk(browser, gate, lang)
  const phone = await signIn(browser, gate, kiosk, lang)
  await kiosk.locator('.tile').first().click()
  await stands(kiosk, 'ticket')
  const number = (await kiosk.locator('main .number').textContent()) ?? ''
  for (const page of [phone, desk]) await page.getByText(number, { exact: true }).first().waitFor()
  const screens = {
    kiosk: await pictureOf(kiosk),
    phone: await pictureOf(phone),
    desk: await pictureOf(desk),
  }
  await gate.stop()
  return screens
}

/** A card of its own colour, so that it looks the same on a light page and on a dark one. */
const markup = ({ kiosk, phone, desk }: Screens) => `<!doctype html><style>
  body { margin: 0; }
  main { height: 620px; border-radius: 28px; background: #dfeaed;
    display: flex; align-items: center; justify-content: center; gap: 32px; }
  img { display: block; width: 100%; }
  div { background: #10242f; box-shadow: 0 30px 50px -22px #0b1f2a80; }
  .kiosk { width: 282px; padding: 10px; border-radius: 24px; }
  .kiosk img { border-radius: 15px; }
  .phone { width: 224px; padding: 8px; border-radius: 36px; }
  .phone img { border-radius: 28px; }
  .desk { width: 530px; padding: 10px; border-radius: 18px; }
  .desk img { border-radius: 9px; }
</style>
<main>
<div class="kiosk"><img src="${kiosk}"></div>
<div class="phone"><img src="${phone}"></div>
<div class="desk"><img src="${desk}"></div>
</main>`

async function compose(browser: Browser, screens: Screens, file: string): Promise<void> {
  const viewport = { width: 1200, height: 620 }
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1.5 })
  await page.setContent(markup(screens))
  await page.screenshot({ path: folder + file, omitBackground: true })
}

process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1))
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})
const files = { en: 'kiosk-phone-desk.png', ko: 'kiosk-phone-desk.ko.png' }
for (const lang of ['en', 'ko'] as const) {
  await compose(browser, await visit(browser, lang), files[lang])
}
await browser.close()
console.log(Object.values(files).map(file => `docs/images/${file}`))
