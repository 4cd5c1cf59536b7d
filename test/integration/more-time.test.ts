import assert from 'node:assert/strict'
import { paths, type SignInView } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

async function scanned(gate: Gate) {
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { id } = await phone.scan(signIn.frame.url)
  const extend = async (secret = signIn.kiosk_secret) => {
    const answer = await kiosk.post(paths.extend(id), secret)
    return { status: answer.status, body: (await answer.json()) as SignInView & { code?: string } }
  }
  return { kiosk, phone, signIn, id, extend }
}

attack('N37: a visitor who needs it gets more time to sign in, once, at the kiosk', async gate => {
  const { kiosk, signIn, id, extend } = await scanned(gate)
  const socket = await kiosk.watch(signIn)
  await socket.state(id, 'scanned')
  const before = await kiosk.view(signIn)
  assert.equal(before.extendable, true)
  assert.ok((before.expires_in_ms ?? 0) <= 180_000)
  const { status, body } = await extend()
  assert.equal(status, 200)
  assert.equal(body.extendable, undefined)
  assert.ok((body.expires_in_ms ?? 0) > 180_000)
  // Whoever watches hears of it.
  await socket.until(said => said.type === 'state' && said.seq === body.seq && !said.extendable)
  const again = await extend()
  assert.deepEqual([again.status, again.body.seq], [200, body.seq])
  assert.ok((again.body.expires_in_ms ?? 0) <= (body.expires_in_ms ?? 0))
})

attack('N37: and on the phone that scanned, and no other', async gate => {
  const { kiosk, phone, signIn, id } = await scanned(gate)
  const stranger = await new Phone(gate.url).post(`/s/${id}/extend`, {})
  assert.equal(stranger.status, 403)
  assert.equal((await kiosk.view(signIn)).extendable, true)
  assert.equal((await phone.post(`/s/${id}/extend`, {})).status, 200)
  const { extendable, expires_in_ms } = await kiosk.view(signIn)
  assert.deepEqual([extendable, (expires_in_ms ?? 0) > 180_000], [undefined, true])
})

attack('what has not begun, or is over, has no more time', async gate => {
  const { kiosk, phone, signIn, id, extend } = await scanned(gate)
  const unscanned = await kiosk.start()
  const early = await kiosk.post(paths.extend(unscanned.id), unscanned.kiosk_secret)
  assert.equal(early.status, 404)
  assert.equal((await extend('wrong')).status, 401)
  await kiosk.cancel(signIn)
  const late = await extend()
  assert.deepEqual([late.status, late.body.code], [409, 'already_ended'])
  assert.equal((await phone.post(`/s/${id}/extend`, {})).status, 409)
})
