import assert from 'node:assert/strict'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Browser, BrowserContext, Locator, Page, Route } from 'playwright-core'
import { words } from '../../server/src/http/phone/words.ts'
import { Authenticator } from './authenticator.ts'
import { openPhone } from './browser.ts'
import { withFinger } from './finger.ts'
import type { Gate } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { toMake } from './passkey-page.ts'
import { Phone } from './phone.ts'

export type WayIn = 'password' | 'sign-up' | 'one tap' | 'passkey' | 'passkey in the field'
export const waysIn: readonly WayIn[] = [
  'password',
  'sign-up',
  'one tap',
  'passkey',
  'passkey in the field',
]

export const ownName = '홍길동'
export const ownPassword = 'correct horse battery'

/** Somebody who may come back by every way. */
export interface Owner {
  id: string
  authenticator: Authenticator
  /** What the phone keeps, by name. */
  cookies: ReadonlyMap<string, string>
}

let people = 0

/** Has signed up and is remembered; has a passkey, where browsers make them. */
export async function ownerAt(gate: Gate): Promise<Owner> {
  people += 1
  const [phone, kiosk, id] = [new Phone(gate.url), new Kiosk(gate.url), `gildong-${people}`]
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  const fields = { account: id, name: ownName, password: ownPassword, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-up`, fields)).status, 200)
  await kiosk.claimed(signIn)
  // One that counts: whatever is sent twice is noticed.
  const authenticator = new Authenticator({ synced: false })
  const asked = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), gate)
  if (asked) {
    const credential = authenticator.create(asked)
    assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)
  }
  const cookies = phone.cookies.split('; ').map(cookie => cookie.split('=') as [string, string])
  return { id, authenticator, cookies: new Map(cookies) }
}

/** A phone that has scanned a kiosk's QR, brought to where one press signs its owner in. */
export interface Scanned {
  way: WayIn
  gate: Gate
  kiosk: Kiosk
  signIn: StartAnswer
  owner: Owner
  context: BrowserContext
  page: Page
  /** The requests that approve. */
  sent: string
  /** What is pressed; where a passkey is chosen in the field, it is chosen by itself. */
  press(page?: Page, how?: (button: Locator) => Promise<void>): Promise<void>
  /** Loads the page anew, and nothing is chosen on it by itself. */
  reload(): Promise<void>
  /** The same once more, where the page has to be filled in anew. */
  pressAgain(): Promise<void>
  /** Another tab of the same phone with the same sign-in, as far. */
  anotherTab(): Promise<Page>
  /** An authenticator without a passkey, whose owner touches it when it asks. */
  giveFinger(): Promise<void>
  /** From now on its pages hear of what is new, where they did not. */
  hear(): Promise<void>
}

const sentTo: Record<WayIn, string> = {
  password: '**/sign-in',
  'sign-up': '**/sign-up',
  'one tap': '**/approve',
  passkey: '**/passkey',
  'passkey in the field': '**/passkey',
}

/** By what a phone offers a way to whoever comes back. */
const cookieOf: Partial<Record<WayIn, string>> = {
  'one tap': 'qrgate-remembered',
  passkey: 'qrgate-passkey',
  'passkey in the field': 'qrgate-passkey',
}

/** What the owner's phone has kept of earlier visits for a way. */
export function keptFor(way: WayIn, { cookies }: Owner, { url }: Pick<Gate, 'url'>) {
  const name = cookieOf[way]
  return name === undefined ? [] : [{ name, value: cookies.get(name) ?? assert.fail(), url }]
}

const pressed: Record<WayIn, (page: Page) => Locator> = {
  password: page => page.locator('form[action$="/sign-in"] .primary'),
  'sign-up': page => page.locator('form[action$="/sign-up"] .primary'),
  'one tap': page => page.getByRole('button', { name: words.ko.oneTap.approve }),
  passkey: page => page.locator('.passkey button'),
  'passkey in the field': page => page.locator('.passkey button'),
}

/** Goes to the form, and fills in what there is to be filled in. */
async function fillIn(way: WayIn, page: Page, id: string): Promise<void> {
  const form = pressed[way](page)
  const toSignUp = page.getByRole('button', { name: words.ko.signIn.signUp })
  if (way === 'sign-up') {
    await form.or(toSignUp).waitFor()
    if (!(await form.isVisible())) await toSignUp.click()
    await page.locator('[name=name]').fill(ownName)
  }
  if (way === 'sign-up' || way === 'password') {
    await page.locator('[name=account]').fill(id)
    await page.locator('[name=password]').fill(ownPassword)
  }
  await form.waitFor()
}

/** @param deaf its pages hear of nothing but what they are answered. */
export async function scannedBy(
  way: WayIn,
  { gate, browser, owner }: { gate: Gate; browser: Browser; owner: Owner },
  { deaf = false } = {},
): Promise<Scanned> {
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const { page, context } = await openPhone(browser, 'about:blank')
  const unheard: Route[] = []
  const news = '**/s/*?since=*'
  if (deaf) await context.route(news, route => void unheard.push(route))
  await context.addCookies(keptFor(way, owner, gate))
  const id = way === 'sign-up' ? `new-${signIn.id}` : owner.id
  const fingers = new Map<Page, (enabled: boolean) => Promise<unknown>>()
  const open = async (page: Page, address: string) => {
    if (way.startsWith('passkey')) fingers.set(page, await withPasskey(context, page, owner))
    await page.goto(address)
    await page.waitForURL(/\/s\/[0-9a-f-]{36}$/)
    await fillIn(way, page, id)
  }
  await open(page, signIn.frame.url)
  const press = async (on = page, how = (button: Locator) => button.click()) => {
    await fingers.get(on)?.(true)
    if (way !== 'passkey in the field') return how(pressed[way](on))
    // Its owner chooses what the field offers as soon as the page asks for it.
    await on.reload()
  }
  return {
    ...{ way, gate, kiosk, signIn, owner, context, page, sent: sentTo[way], press },
    async reload() {
      await fingers.get(page)?.(false)
      await page.reload()
    },
    async pressAgain() {
      await fillIn(way, page, id)
      await press()
    },
    async giveFinger() {
      const { touch } = await withFinger(context, page, false)
      await touch(true)
    },
    async hear() {
      await context.unroute(news)
      for (const route of unheard) await route.continue().catch(() => {})
    },
    async anotherTab() {
      const other = await context.newPage()
      await open(other, `${gate.url}/s/${signIn.id}`)
      return other
    },
  }
}

let uses = 0

/** The same with the owner's passkey. */
async function withPasskey(context: BrowserContext, page: Page, { authenticator }: Owner) {
  const { session, authenticatorId, touch } = await withFinger(context, page, false)
  // Each window has an authenticator of its own, and all of them are one that has counted on.
  uses += 100
  const credential = authenticator.forBrowser('localhost', uses)
  await session.send('WebAuthn.addCredential', { authenticatorId, credential })
  return touch
}
