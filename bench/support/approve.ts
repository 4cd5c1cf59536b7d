import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { Kiosk } from '../../test/support/kiosk.ts'
import type { Phone } from '../../test/support/phone.ts'
import { call } from './call.ts'
import { origin, visitor } from './served-gate.ts'

/** The phone's submit over a kept connection, so that what is timed is the gate and not a client. */
export async function submit(phone: Phone, id: string, at = origin): Promise<void> {
  await call(`${phone.url}/s/${id}/sign-in`, {
    method: 'POST',
    headers: {
      origin: at,
      cookie: phone.cookies,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `${new URLSearchParams({ account: visitor.id, password: visitor.password, receipt: '' })}`,
  })
}

/** A new sign-in that this phone has scanned. */
export async function scanned(kiosk: Kiosk, phone: Phone): Promise<StartAnswer> {
  const signIn = await kiosk.start()
  const { answer } = await phone.scan(signIn.frame.url)
  if (answer.status !== 200) throw new Error(`scan: ${answer.status} ${await answer.text()}`)
  return signIn
}

/** From the first byte of the submit to the kiosk's message, in milliseconds. */
export async function approval(kiosk: Kiosk, phone: Phone, at = origin): Promise<number> {
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  await phone.scan(signIn.frame.url)
  await socket.state(signIn.id, 'scanned')
  const sent = performance.now()
  const answered = submit(phone, signIn.id, at)
  await socket.state(signIn.id, 'approved')
  const took = performance.now() - sent
  await answered
  socket.cut()
  return took
}

/** A whole sign-in that nobody watches. */
export async function signInAlone(kiosk: Kiosk, phone: Phone, at = origin): Promise<StartAnswer> {
  const signIn = await scanned(kiosk, phone)
  await submit(phone, signIn.id, at)
  return signIn
}
