import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { hang, settles, until } from './patience.ts'
import { readPicture } from './qr-picture.ts'

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
/** What Playwright switches off itself: of two such lists Chromium takes the last. */
const offInPlaywright = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
]
/** Every window would start three renderers: two for the address bar's pages, one to spare. */
const offToBeQuick = [
  'SpareRendererForSitePerProcess',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
]
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP *.test 127.0.0.1',
  `--disable-features=${[...offInPlaywright, ...offToBeQuick].join(',')}`,
]

const browsers = new Map<boolean, Promise<Browser>>()
after(async () => {
  for (const browser of browsers.values()) await (await browser).close()
})

/**
 * A real Chromium, one for all tests of a file, without anything of the test before; names under
 * `.test` lead to this machine, so that a gate need not be localhost.
 * @param options `backForwardCache`: as a person's browser has it; tests are simpler without.
 */
export async function startBrowser(
  t: TestContext,
  { backForwardCache = false } = {},
): Promise<Browser> {
  const launched = browsers.get(backForwardCache) ?? launch(backForwardCache)
  browsers.set(backForwardCache, launched)
  const browser = await launched
  t.after(async () => {
    const closed = Promise.all(browser.contexts().map(context => context.close()))
    if (await settles(closed)) return
    // Chromium on a busy machine now and then never says that a window is closed.
    browsers.delete(backForwardCache)
    const session = await browser.newBrowserCDPSession()
    await Promise.allSettled([session.send('Browser.close'), closed])
  })
  return browser
}

async function launch(backForwardCache: boolean): Promise<Browser> {
  const browser = await chromium.launch({
    ignoreDefaultArgs: backForwardCache ? ['--disable-back-forward-cache'] : [],
    timeout: hang,
    executablePath,
    args,
  })
  browser.on('context', context => context.setDefaultTimeout(hang))
  return browser
}

/** A kiosk's browser, as its operator starts it, which can die as no browser of Playwright's can. */
export interface KioskBrowser {
  readonly page: Page
  /** As the machine is shut down: what it has to keep reaches the disk. */
  close(): Promise<void>
  /** As the power goes: all of its processes at once, without a word to the page or the disk. */
  kill(): Promise<void>
}

/** @param profile the folder where the browser keeps what it knows. */
export async function startKioskBrowser(
  t: TestContext,
  profile: string,
  url: string,
): Promise<KioskBrowser> {
  const portFile = join(profile, 'DevToolsActivePort')
  rmSync(portFile, { force: true })
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  // A process group of its own, so that nothing of it is left.
  const child = spawn(executablePath, [...args, ...own, url], { stdio: 'ignore', detached: true })
  const dead = new Promise<void>(resolve => child.on('exit', () => resolve()))
  const kill = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // Nothing of it is left.
    }
    return dead
  }
  t.after(kill)
  let port = ''
  await until('the browser listens', () => {
    // The file is there before it is written.
    const lines = existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n') : []
    port = lines.length > 1 ? (lines[0] ?? '') : ''
    return port !== ''
  })
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: hang })
  const [context] = browser.contexts()
  assert.ok(context)
  context.setDefaultTimeout(hang)
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  const close = async () => {
    const session = await browser.newBrowserCDPSession()
    await session.send('Browser.close')
    await dead
  }
  return { page, close, kill }
}

export const portrait = { width: 1080, height: 1920 }
export const phoneSize = { width: 390, height: 844 }

/** What independent readers make of the picture of a screen, as soon as they agree on one. */
export async function readQr(page: Page): Promise<string> {
  let read = ''
  await until('two readers agree on a QR', async () => {
    read = readPicture(await page.screenshot())
    return read !== ''
  })
  return read
}

/** Opens the kiosk page and shows its QR. */
export async function openKiosk(browser: Browser, url: string, query = ''): Promise<Page> {
  const page = await (await browser.newContext({ viewport: portrait, locale: 'ko' })).newPage()
  await page.goto(`${url}/kiosk${query}`)
  return page
}

export function stands(kiosk: Page, screen: string): Promise<void> {
  return kiosk.locator(`main[data-screen="${screen}"]`).waitFor()
}

/** Presses the check-in button and reads the QR off a picture of the screen. */
export async function showQr(kiosk: Page): Promise<string> {
  await stands(kiosk, 'idle')
  await kiosk.getByRole('button', { name: '시작하기' }).click()
  await stands(kiosk, 'pending')
  await kiosk.locator('qrgate-qr canvas').waitFor()
  return readQr(kiosk)
}

export async function openPhone(
  browser: Browser,
  qr: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({
    viewport: phoneSize,
    locale: 'ko',
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari/604.1',
    ...options,
  })
  const page = await context.newPage()
  await page.goto(qr)
  return { page, context }
}

export const visitor = { account: 'gildong', name: '홍길동', password: 'correct horse battery' }

/** Goes from the sign-in form to the sign-up form and fills it in. */
export async function signUp(phone: Page, who = visitor): Promise<void> {
  await phone
    .getByRole('button', { name: '회원가입' })
    .or(phone.getByRole('link', { name: '회원가입' }))
    .first()
    .click()
  for (const [field, value] of Object.entries(who)) {
    await phone.locator(`[name=${field}]`).fill(value)
  }
  await phone.locator('form[action$="/sign-up"] .primary').click()
}

export async function signIn(phone: Page, who = visitor): Promise<void> {
  await phone.locator('[name=account]').fill(who.account)
  await phone.locator('[name=password]').fill(who.password)
  await phone.locator('form[action$="/sign-in"] .primary').click()
}

/** Nothing on the page moves any more, but for what moves for ever. */
export function settled(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const roots = [
      document,
      ...[...document.querySelectorAll('*')].map(({ shadowRoot }) => shadowRoot),
    ]
    const moving = roots.flatMap(root => root?.getAnimations() ?? [])
    const ending = moving.filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  })
}

/** A copy of a page whose scripts are off, for axe, which needs them: what stood without stands in it. */
export async function scriptedCopy(page: Page, browser: Browser): Promise<Page> {
  const copy = await browser.newPage({ viewport: phoneSize })
  const html = await page.content()
  await copy.setContent(html.replace(/<\/?noscript>|<script.*?<\/script>/gs, ''))
  return copy
}

/** What axe finds wrong with the page as it stands. */
export async function axe(page: Page, within = 'html'): Promise<string[]> {
  // The page's own policy refuses foreign scripts, as it should; the debugger may add one. That takes
  // ten times as long as to look at a page, so it is done once for each.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource)
  return page.evaluate(async within => {
    const { axe: runner } = window as unknown as {
      axe: {
        run(within: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await runner.run(within)
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' ')}`)
  }, within)
}

/** The same where the browser takes colours away, on a light device and on a dark one (N33). */
export async function axeWithoutColours(page: Page, within?: string): Promise<string[]> {
  const faults: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, forcedColors: 'active' })
    await settled(page)
    faults.push(...(await axe(page, within)).map(fault => `${colorScheme}: ${fault}`))
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' })
  return faults
}
