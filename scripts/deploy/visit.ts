import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { Kiosk } from '../../test/support/kiosk.ts'
import { Phone } from '../../test/support/phone.ts'

/**
 * Enrols a screen by the link that `kiosk add` has printed.
 * @returns the screen, which goes to the public address.
 */
export async function enrol(link: string): Promise<Kiosk> {
  const { origin, pathname } = new URL(link)
  const screen = new Phone(origin, { origin, referer: `${origin}/kiosk` })
  const answer = await screen.post(pathname, {})
  assert.equal(answer.status, 303, await answer.text())
  const cookie = /^__Host-qrgate-kiosk=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '')
  return new Kiosk(origin, cookie?.[1] ?? assert.fail('no cookie'))
}

/**
 * Somebody signs in at a screen, which learns of it by its WebSocket.
 * @returns the name that the screen shows.
 */
export async function signIn(kiosk: Kiosk, account: string, password: string): Promise<string> {
  // Connections that their proxy has closed are noticed only where this process waits.
  await setTimeout(100)
  const started = await kiosk.start()
  const socket = await kiosk.watch(started)
  const phone = new Phone(kiosk.url)
  const { id, answer } = await phone.scan(await kiosk.frame(started))
  assert.ok(answer.ok, `scan: ${answer.status}`)
  const approved = await phone.signIn(id, account, password)
  assert.ok(approved.ok, `sign in: ${approved.status} ${await approved.text()}`)
  await socket.state(id, 'approved')
  const claim = await kiosk.claimed(started)
  socket.cut()
  return claim.account.name
}
