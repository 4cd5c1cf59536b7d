import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { eventsOf } from '../support/database.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { exchange, openRaw, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor
const approved = ['scan', 'sign_in', 'approve']

attack('F05 a kiosk cut off around the approval learns of it when it is back', async gate => {
  await addAccount(gate)
  let unaware = 0
  for (let offset = 0; offset < 60; offset += 1) {
    const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'scanned')
    const approval = phone.signIn(id, visitor.id, password)
    await sleep(offset / 2)
    socket.cut()
    const heard = socket.heard.some(m => m.type === 'state' && m.state === 'approved')
    if (!heard) unaware += 1
    const [back] = await Promise.all([kiosk.watch(signIn), approval])
    const began = performance.now()
    await back.state(id, 'approved')
    assert.ok(performance.now() - began < 2_000, `${offset / 2} ms after the tap`)
    assert.equal((await kiosk.claim(signIn)).status, 200)
    back.cut()
  }
  assert.ok(unaware > 20, `only ${unaware} of 60 were cut off before they knew`)
})

attack('F06 a kiosk that comes only after the approval learns of it at once', async gate => {
  await addAccount(gate)
  const { kiosk, signIn, id } = await approvedSignIn(gate)
  const began = performance.now()
  const socket = await kiosk.watch(signIn)
  await socket.state(id, 'approved')
  assert.ok(performance.now() - began < 500)
  assert.deepEqual(socket.heard.length, 1)
  assert.equal((await kiosk.view(signIn)).state, 'approved')
  socket.cut()

  const client = new SeedClient(gate.url)
  const token = await client.start()
  await client.auth(token, visitor.id, password)
  const screen = client.listen(token)
  await screen.closed
  assert.deepEqual(screen.heard, ['success'])
})

/** What a phone's browser sends for a form, as bytes. */
function formBytes(phone: Phone, path: string, fields: Record<string, string>): string {
  const body = `${new URLSearchParams(fields)}`
  const headers = {
    origin: phone.url,
    cookie: phone.cookies,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': `${body.length}`,
  }
  return request(phone.url, `POST ${path}`, headers, body)
}

async function sendAndVanish(url: string, bytes: string): Promise<void> {
  const socket = openRaw(url)
  await new Promise<void>(resolve => socket.write(bytes, () => resolve()))
  await sleep(3)
  socket.destroy()
}

attack('F30 a phone that goes offline after its tap finds out what became of it', async gate => {
  await addAccount(gate)
  const fields = { account: visitor.id, password }
  for (let round = 0; round < 5; round += 1) {
    const reached = await scannedSignIn(gate)
    const bytes = formBytes(reached.phone, `/s/${reached.id}/sign-in`, fields)
    await sendAndVanish(gate.url, bytes)
    let state = 'scanned'
    for (let asked = 0; asked < 100 && state === 'scanned'; asked += 1) {
      await sleep(10)
      state = (await reached.phone.state(reached.id)).body.state ?? ''
    }
    assert.equal(state, 'approved')
    assert.equal((await reached.kiosk.view(reached.signIn)).state, 'approved')

    const lost = await scannedSignIn(gate)
    const half = formBytes(lost.phone, `/s/${lost.id}/sign-in`, fields).slice(0, -4)
    await sendAndVanish(gate.url, half)
    await sleep(60)
    assert.equal((await lost.phone.state(lost.id)).body.state, 'scanned')
    for (const { phone, id } of [reached, lost]) {
      assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
      assert.deepEqual(eventsOf(gate.dataDir, id), approved)
    }
  }
})

attack('F31 two taps, a reload, the way back and a second tab make one approval', async gate => {
  await addAccount(gate)
  const { phone, id, kiosk, signIn } = await scannedSignIn(gate)
  const fields = { account: visitor.id, password }
  const submit = () => phone.post(`/s/${id}/sign-in`, fields, 'text/html')
  const taps = await Promise.all([submit(), submit()])
  taps.push(await submit())
  for (const tap of taps) {
    assert.equal(tap.status, 303)
    assert.equal(tap.headers.get('location'), `/s/${id}`)
  }
  for (const path of [`/s/${id}`, `/s/${id}?form=sign-up`, new URL(signIn.frame.url).pathname]) {
    const page = await phone.get(path)
    assert.ok([200, 303].includes(page.status), `${path}: ${page.status}`)
    assert.doesNotMatch(await page.text(), /name="password"/)
  }
  assert.deepEqual(eventsOf(gate.dataDir, id), approved)
  await kiosk.claimed(signIn)
  assert.equal((await submit()).status, 303)
  assert.deepEqual(eventsOf(gate.dataDir, id), [...approved, 'claim'])
})

attack('F32 the same bytes twice, at once or one after the other, have one effect', async gate => {
  await addAccount(gate)
  const { url, dataDir } = gate
  const twice = async (bytes: string, atOnce: boolean) => {
    const first = exchange(url, bytes)
    if (!atOnce) await first
    const both = await Promise.all([first, exchange(url, bytes)])
    assert.deepEqual(
      both.map(answer => answer.status),
      [200, 200],
      bytes,
    )
    const [a, b] = both.map(answer => answer.text.split('\r\n\r\n')[1])
    assert.equal(a?.replace(/"expires_in_ms":\d+/, ''), b?.replace(/"expires_in_ms":\d+/, ''))
  }
  for (const atOnce of [true, false]) {
    const kiosk = new Kiosk(url)
    const signIn = await kiosk.start()
    const phone = new Phone(url)
    const { id, receipt } = await phone.open(signIn.frame.url)
    await twice(formBytes(phone, `/s/${id}/scan`, { receipt }), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), ['scan'])
    const account = `twice-${atOnce}`
    await twice(formBytes(phone, `/s/${id}/sign-up`, { account, name: '', password }), atOnce)
    await twice(formBytes(phone, `/s/${id}/sign-in`, { account, password }), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), approved)
    const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
    await twice(request(url, `POST ${paths.claim(id)}`, headers), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), [...approved, 'claim'])

    const denied = await scannedSignIn(gate)
    await twice(formBytes(denied.phone, `/s/${denied.id}/deny`, {}), atOnce)
    assert.deepEqual(eventsOf(dataDir, denied.id), ['scan', 'deny'])
    const cancelled = await scannedSignIn(gate)
    const secret = { authorization: `Bearer ${cancelled.signIn.kiosk_secret}` }
    await twice(request(url, `POST ${paths.cancel(cancelled.id)}`, secret), atOnce)
    assert.deepEqual(eventsOf(dataDir, cancelled.id), ['scan', 'cancel'])
  }
})
