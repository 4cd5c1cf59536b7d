import type { Page } from 'playwright-core'
import { until } from './patience.ts'
import { isWholeE2e } from './whole.ts'

/** The screens that kiosks have: totems, televisions, tablets, and what stood around before. */
export const kioskSizes = {
  portrait: { width: 1080, height: 1920 },
  landscape: { width: 1920, height: 1080 },
  tablet: { width: 1280, height: 800 },
  upright: { width: 800, height: 1280 },
  square: { width: 1024, height: 768 },
  laptop: { width: 1366, height: 768 },
  huge: { width: 3840, height: 2160 },
} as const
const languages = { ko: '한국어', en: 'English' } as const
const textSizes = ['100', '150', '200'] as const
const sizesTried = Object.entries(kioskSizes).slice(0, isWholeE2e ? undefined : 5)
/** A slice changes between the smallest and the largest text, from one layout to the next. */
let layouts = 0
const textsTried = () => (isWholeE2e ? textSizes : [textSizes[layouts++ % 2 ? 2 : 0]])

/**
 * Shows a screen of the kiosk's page in every size, language and text size, and as it stood at the end.
 * @returns what a visitor would have to scroll for, or could not press, in words; empty where all is well.
 */
export async function faultsInAllLayouts(page: Page): Promise<string[]> {
  const before = page.viewportSize()
  const faults: string[] = []
  for (const [size, viewport] of sizesTried) {
    await resize(page, viewport)
    for (const language of Object.keys(languages) as (keyof typeof languages)[]) {
      await speak(page, language)
      for (const textSize of textsTried()) {
        await enlarge(page, textSize)
        await until('all glyphs are there', () => page.evaluate(hasItsFont))
        const found = await page.evaluate(outOfReach)
        faults.push(...found.map(fault => `${size} ${language} ${textSize} %: ${fault}`))
      }
    }
  }
  // The next screen begins with the other text.
  layouts += 1
  await speak(page, 'ko')
  await enlarge(page, '100')
  if (before) await resize(page, before)
  return faults
}

/** Its rules come behind the first screen, its glyphs as they are needed; the machine's own font is wider. */
function hasItsFont(): boolean {
  const rules = document.querySelector<HTMLLinkElement>('link[href*="font-rules"]')
  return rules?.sheet !== null && document.fonts.status === 'loaded'
}

/** The page's style takes note of its size a moment later than the window. */
async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size)
  await page.waitForFunction(({ width, height }) => {
    const drawn = document.querySelector('kiosk-page')?.getBoundingClientRect()
    return innerWidth === width && drawn?.width === width && drawn.height === height
  }, size)
}

/** By script: an open dialog lies over these buttons. */
async function speak(page: Page, language: keyof typeof languages): Promise<void> {
  await page.evaluate(name => {
    const buttons = [...document.querySelectorAll<HTMLElement>('.languages button')]
    buttons.find(({ textContent }) => textContent?.trim() === name)?.click()
  }, languages[language])
  await page.waitForFunction(lang => document.documentElement.lang === lang, language)
}

async function enlarge(page: Page, textSize: (typeof textSizes)[number]): Promise<void> {
  await page.evaluate(wanted => {
    const { dataset } = document.documentElement
    const button = document.querySelector<HTMLElement>('footer .enlarge')
    for (let tries = 0; tries < 3 && dataset.text !== wanted; tries += 1) button?.click()
  }, textSize)
}

/** Nothing has to be scrolled for either, but where a client says more than any screen holds. */
export const isScrolling = (fault: string) => / to be scrolled for$/.test(fault)

/** Runs in the page. */
function outOfReach(): string[] {
  document.querySelector('main')?.scrollTo({ top: 0 })
  const { innerWidth, innerHeight } = window
  const dialog = document.querySelector('dialog[open]')
  const root = dialog ?? document.querySelector('kiosk-page')
  const seen = [
    ...(root?.querySelectorAll<HTMLElement>('button, a[href], h1, h2, .qr .card') ?? []),
  ]
  const area = dialog ?? document.querySelector('main')
  const hidden = area ? area.scrollHeight - area.clientHeight : 0
  const scrolls = hidden > 0 ? [`${hidden} px have to be scrolled for`] : []
  const lost = seen.flatMap(element => {
    const { left, top, right, bottom, width } = element.getBoundingClientRect()
    // What only a screen reader is told.
    if (width <= 2 || getComputedStyle(element).clipPath !== 'none') return []
    const name = (element.textContent?.trim() || element.className).replace(/\s+/g, ' ')
    const beyond = Math.max(-left, -top, right - innerWidth, bottom - innerHeight)
    if (beyond > 0.5) return [`“${name}” lies ${Math.round(beyond)} px beyond the screen`]
    const around = element.closest('main, dialog')?.getBoundingClientRect()
    const cut = around ? Math.max(around.top - top, bottom - around.bottom) : 0
    if (cut > 0.5) return [`${Math.round(cut)} px of “${name}” are cut off`]
    if (element.scrollWidth > element.clientWidth + 1 && !element.matches('.card'))
      return [`the words of “${name}” leave it`]
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    if (!hit || !(element.contains(hit) || hit.contains(element))) return [`“${name}” is covered`]
    return []
  })
  return [...lost, ...scrolls]
}
