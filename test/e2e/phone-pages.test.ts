import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { type PhoneAssets, readPhoneAssets } from '../../server/src/http/phone/assets.ts'
import { type PhoneView, renderPage } from '../../server/src/http/phone/page.ts'
import { startBrowser } from '../support/browser.ts'

const sizes = [
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 844, height: 390 },
]
const id = '01997d2c-5b1e-7c3a-9f00-2b6f1d0c4e8a'
const place = { site: '서울내과의원', kiosk: '1층 접수 1번' }
const told = { client: '서울내과', claims: ['masked_name', 'external_id'], agreement: 'a' } as const
const both = (ko: string, en: string) => ({ ko, en })
const ticket = {
  number: 'A-012',
  place: {
    name: both('내과 2진료실', 'Room 2'),
    floor: both('2층', '2nd'),
    way: both('왼쪽 두 번째 문', 'Second door on the left'),
  },
  ahead: 3,
  wait_minutes: 12,
  now: 'A-008',
}
const service = { id: 'exam', name: both('진료', 'Exam'), icon: 'doctor' } as const
const handOff = { id, seq: 2, state: 'accepted', service, ticket } as const
const number = {
  place,
  kind: 'hand-off',
  id,
  seq: 3,
  coming: false,
  calledAt: null,
  live: true,
} as const
const mayDisown = true
const account = { id: 'gildong', name: '홍길동', masked: '홍*동' }
const passkey = { challenge: 'a', rpId: 'gate.test' }
const newPasskey = {
  challenge: 'a',
  rp: { id: 'gate.test', name: place.site },
  user: { id: 'a', name: 'gildong', displayName: '홍길동' },
  algorithms: [-7],
  exclude: [],
}
const views: PhoneView[] = [
  { place, kind: 'sign-in', id, registration: true },
  { place, kind: 'sign-in', id, registration: true, told },
  { place, kind: 'one-tap', id, account, receipt: 'a' },
  { place, kind: 'one-tap', id, account, told, time: { leftMs: 150_000, extendable: true } },
  { place, kind: 'elsewhere' },
  { place, kind: 'no-cookies' },
  { place: null, kind: 'unknown' },
  { place, kind: 'approved', id },
  { place, kind: 'claimed', id, live: true },
  { place, kind: 'not-me-form', id, state: 'claimed' },
  { place, kind: 'not-me', id, state: 'ended' },
  { place, kind: 'ended', id, state: 'ended' },
  { place, kind: 'denied', id },
  { place, kind: 'busy', id },
  { ...number, handOff, state: 'claimed', mayDisown },
  { ...number, handOff, state: 'ended', mayDisown },
  { ...number, handOff: { ...handOff, state: 'called' }, state: 'claimed', mayDisown },
  { ...number, handOff: { ...handOff, state: 'requested' }, state: 'claimed', mayDisown },
  { ...number, handOff: { ...handOff, state: 'failed' }, state: 'ended', mayDisown },
  { ...number, handOff: { ...handOff, state: 'done' }, state: 'ended', live: false, mayDisown },
  { place, kind: 'cancel-form', id },
]

interface Looks {
  /** Where the buttons are, in pixels from the top, and how high they are. */
  buttons: { name: string; top: number; height: number }[]
  /** How far the page is wider than the screen. */
  overflow: number
  /** Texts whose contrast with what is behind them is too low. */
  faint: string[]
}

/** As long as they may be, so their buttons stand where there is room. */
const longViews: PhoneView[] = [
  {
    place,
    kind: 'sign-in',
    id,
    registration: true,
    error: 'wrong_credentials',
    userCode: 'WDJB-MJHT',
  },
  {
    place,
    kind: 'sign-up',
    id,
    told,
    error: 'name_invalid',
    notice: {
      ...{ version: 'a', purpose: '접수에 씁니다.', consent: '동의합니다.' },
      privacyUrl: '/privacy',
    },
  },
  { place, kind: 'code', problem: 'unknown' },
  {
    place,
    kind: 'sign-in',
    id,
    registration: true,
    rememberable: true,
    passkey: { ...passkey, first: true },
    told,
  },
  {
    place,
    kind: 'sign-in',
    id,
    registration: true,
    rememberable: true,
    passkey: { ...passkey, first: false },
  },
  { place, kind: 'claimed', id, live: true, newPasskey },
  { ...number, handOff, state: 'claimed', mayDisown, newPasskey },
]

/** As the scripts show what they can do something with. */
const offered = '[data-kept], [data-live], [data-reveal], [data-passkey], [data-new-passkey]'

function showOffered(page: Page): Promise<void> {
  return page.evaluate(offered => {
    for (const part of document.querySelectorAll(offered)) part.removeAttribute('hidden')
  }, offered)
}

/** A page with its styles and without its scripts. */
function withoutScripts(view: PhoneView, lang: 'ko' | 'en', assets: PhoneAssets): string {
  const page = view.kind === 'hand-off' ? assets.handOff : assets
  const all = view.newPasskey ? [page, assets.newPasskey] : [page]
  return renderPage(view, lang, ...all.map(({ css }) => ({ css, script: '' })))
}

test('every button is in sight, as large as a thumb and where it is, and every text can be read', async t => {
  const browser = await startBrowser(t)
  const assets = await readPhoneAssets()
  const page = await browser.newPage()
  for (const lang of ['ko', 'en'] as const) {
    for (const view of views) {
      await page.setContent(withoutScripts(view, lang, assets))
      await showOffered(page)
      for (const size of sizes) {
        await page.setViewportSize(size)
        const { buttons, overflow, faint } = await looksOf(page)
        const state =
          'handOff' in view && typeof view.handOff === 'object' ? view.handOff.state : ''
        const which = `${view.kind} ${state} ${lang} ${size.width}×${size.height}`
        assert.ok(overflow <= 0, `${which} is ${overflow} px too wide`)
        assert.deepEqual(faint, [], which)
        for (const { name, top, height } of buttons) {
          assert.ok(height >= 54 && height <= 60, `${which}: ${name} is ${height} px high`)
          assert.ok(top + height <= size.height, `${which}: ${name} ends at ${top + height}`)
          // What fields stand before stays beside them; whoever holds the phone on its side has two thumbs.
          if (view.kind === 'sign-in' || size.height < size.width) continue
          assert.ok(top >= (size.height * 2) / 3, `${which}: ${name} begins at ${top}`)
        }
      }
    }
  }
})

test('N33: on a phone set to dark every page is dark, and every text can be read', async t => {
  const browser = await startBrowser(t)
  const assets = await readPhoneAssets()
  const page = await browser.newPage({ colorScheme: 'dark' })
  for (const view of [...views, ...longViews]) {
    await page.setContent(withoutScripts(view, 'ko', assets))
    await showOffered(page)
    const which = `${view.kind} ${JSON.stringify(view).slice(0, 200)}`
    assert.deepEqual((await looksOf(page)).faint, [], which)
    const ground = await page.evaluate(() => {
      const [red = 255] = (
        getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? []
      ).map(Number)
      return red
    })
    assert.ok(ground < 64, which)
  }
})

test('N33: where colours are taken away, every button and every error has an edge', async t => {
  const browser = await startBrowser(t)
  const assets = await readPhoneAssets()
  const page = await browser.newPage({ forcedColors: 'active' })
  for (const view of [...views, ...longViews]) {
    await page.setContent(withoutScripts(view, 'ko', assets))
    await showOffered(page)
    const bare = await page.evaluate(() => {
      const edged = [
        ...document.querySelectorAll<HTMLElement>(
          // A box to tick is drawn by the browser itself.
          'button, a.primary, a.secondary, a.plain, input:not([type=hidden], [type=checkbox]), .problem:not([hidden]), .place, .card',
        ),
      ]
      const ground = getComputedStyle(document.documentElement).backgroundColor
      return edged
        .filter(element => {
          const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(element)
          return borderTopWidth === '0px' || borderTopStyle === 'none' || borderTopColor === ground
        })
        .map(element => element.outerHTML.slice(0, 100))
    })
    assert.deepEqual(bare, [], view.kind)
    const pressed = page.locator('[data-reveal]')
    if ((await pressed.count()) === 0) continue
    const look = () => pressed.evaluate(button => getComputedStyle(button).backgroundColor)
    const before = await look()
    await pressed.evaluate(button => button.setAttribute('aria-pressed', 'true'))
    assert.notEqual(await look(), before, 'whether the password is shown can be told')
  }
})

function looksOf(page: Page): Promise<Looks> {
  return page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = channels(color).map(channel => {
        const part = channel / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)'
      const { backgroundColor } = getComputedStyle(element)
      return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor
    }
    const isFaint = (element: Element) => {
      const pair = [luminance(getComputedStyle(element).color), luminance(behind(element))]
      return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 5
    }
    const hasText = (element: Element) =>
      [...element.childNodes].some(node => node.nodeType === 3 && node.textContent?.trim() !== '')
    const buttons = [...document.querySelectorAll('main .primary, main .secondary, main .plain')]
    return {
      buttons: buttons.map(button => {
        const { top, height } = button.getBoundingClientRect()
        return { name: button.textContent ?? '', top, height }
      }),
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      faint: [...document.body.querySelectorAll('*')]
        .filter(element => hasText(element) && isFaint(element))
        .map(element => element.outerHTML.slice(0, 80)),
    }
  })
}
