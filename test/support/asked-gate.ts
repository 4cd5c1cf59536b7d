import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { paths, type StartAnswer } from '@qrgate/sdk/protocol'
import { enrol } from './enrol.ts'
import { addServedClient, service, startHandOffGate } from './hand-off-gate.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'
import { Receiver } from './receiver.ts'

/** A demo's gate with a client and its kiosk, to be asked for everything. */
export type Place = Awaited<ReturnType<typeof startPlace>>

export async function startPlace(t: TestContext) {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver])
  // First, as the receiver trusts whoever came last.
  const stranger = (await addServedClient(gate, receiver, { id: 'stranger' })).credential
  const { id, credential, patch } = await addServedClient(gate, receiver, {
    services,
    staffCalls: true,
  })
  const screen = await enrol(gate)
  await screen.serveBy(id)
  const { url } = gate
  const kiosk = new Kiosk(url, screen.credential)
  const aPhone = () => new Phone(url, { origin: url })
  return { gate, url, kiosk, screen, aPhone, credential, stranger, patch }
}

/** Of the client: two are open, so that there is a choice. */
export const services = [
  service('exam'),
  service('pay'),
  service('shut', { closed: { ko: '점심시간', en: 'Lunch' } }),
]
export const json = { 'content-type': 'application/json' }
/** An id that no sign-in and no hand-off has. */
export const nobody = '01a2078e-0e40-744f-8152-601117023174'

/** @param status the one that is answered. */
export async function gets(status: number, asked: Promise<{ status: number }>): Promise<void> {
  assert.equal((await asked).status, status)
}

/** Asks for something at a kiosk, by the secret of a sign-in. */
export const atKiosk = ({ kiosk }: Place, { id, kiosk_secret }: StartAnswer) => {
  return (verb: string, body?: object) =>
    kiosk.post(`${paths.signIn(id)}/${verb}`, kiosk_secret, body)
}

/** What follows the address of a sign-in, and what must be sent with it. */
export const kioskVerbs = ['user-code', 'extend', 'cancel', 'claim', 'service', 'end', 'leave']
export const bodyOf = (verb: string) => (verb === 'service' ? { service: 'exam' } : undefined)

/** Those whose form may be the scan. */
export const withReceipt = ['scan', 'sign-in', 'sign-up', 'approve', 'passkey', 'deny']
/** What forms carry, whichever it is. */
export const filledIn = { account: 'nobody', name: 'Nobody', password: 'a', credential: '{}' }
export const phoneVerbs = [
  ...['scan', 'extend', 'sign-in', 'sign-up', 'approve', 'passkey', 'passkeys', 'deny'],
  ...['end', 'not-me', 'leave'],
  ...['cancel-hand-off', 'coming'],
]

/** A sign-in that a phone has scanned. */
export async function scanned({ kiosk, aPhone }: Pick<Place, 'kiosk' | 'aPhone'>) {
  const signIn = await kiosk.start()
  const phone = aPhone()
  await phone.scan(signIn.frame.url)
  return { signIn, phone }
}

/** Where the QR of its first frame leads, as the document spells it. */
export const ticketOf = ({ frame }: StartAnswer) =>
  new URL(frame.url).pathname.replace('/Q/', '/q/')
