import assert from 'node:assert/strict'
import type { Gate } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'

export const ownPassword = 'correct horse battery'

let people = 0

/** Somebody who has signed up at a kiosk, and is signed in there. */
export async function visiting(gate: Gate, more: Record<string, string> = {}) {
  people += 1
  const [phone, id] = [new Phone(gate.url), `gildong${people}`]
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  const form = await (await phone.get(`/s/${signIn.id}?form=sign-up`)).text()
  const notice = /name="notice" value="([\w-]+)"/.exec(form)?.[1] ?? assert.fail('no notice')
  const fields = { account: id, name: '홍길동', password: ownPassword, notice, ...more }
  const answer = await phone.post(`/s/${signIn.id}/sign-up`, fields)
  assert.equal(answer.status, 200, await answer.text())
  await kiosk.claimed(signIn)
  return { phone, id, kiosk, signIn }
}

/** A browser that tries to open somebody's own page. @returns what it is answered. */
export async function enter(browser: Phone, account: string, password = ownPassword) {
  await browser.get('/me')
  return browser.post('/me/sign-in', { account, password }, 'text/html')
}

/** A browser in which somebody has their own page open. */
export async function entered(gate: Gate, account: string, browser = new Phone(gate.url)) {
  const answer = await enter(browser, account)
  assert.equal(answer.status, 303, await answer.text())
  return browser
}

export async function ownPage(browser: Phone, path = '/me'): Promise<string> {
  return (await browser.get(path)).text()
}

/** The page that says who somebody is has this form. */
export const isSignedOut = (page: string) => page.includes('action="/me/sign-in"')
