import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { eventsOf } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { turns, until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { exchange, openRaw, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor
const approved = ['sign_in.scanned', 'sign_in.approved']

/** Moments to cut a kiosk off: at once, then later and later, and when the phone has its answer. */
const moments: ((approval: Promise<unknown>) => Promise<unknown>)[] = [
  async () => {},
  ...Array.from({ length: 38 }, (_, n) => () => turns(n)),
  approval => approval,
]

attack(
  'F05 a kiosk cut off around the approval learns of it when it is back',
  async gate => {
    await addAccount(gate)
    let unaware = 0
    for (const moment of moments) {
      const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
      const socket = await kiosk.watch(signIn)
      await socket.state(id, 'scanned')
      const approval = phone.signIn(id, visitor.id, password)
      await moment(approval)
      socket.cut()
      const heard = socket.heard.some(m => m.type === 'state' && m.state === 'approved')
      if (!heard) unaware += 1
      const [back] = await Promise.all([kiosk.watch(signIn), approval])
      await back.state(id, 'approved')
      assert.equal((await kiosk.claim(signIn)).status, 200)
      back.cut()
    }
    assert.ok(unaware > 0, 'nobody was cut off before they knew')
  },
  { withoutTimers: true },
)

attack(
  'F06 a kiosk that comes only after the approval learns of it at once',
  async gate => {
    await addAccount(gate)
    const { kiosk, signIn, id } = await approvedSignIn(gate)
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'approved')
    assert.deepEqual(socket.heard.length, 1)
    assert.equal((await kiosk.view(signIn)).state, 'approved')
    socket.cut()

    const client = new SeedClient(gate.url)
    const token = await client.start()
    await client.auth(token, visitor.id, password)
    const screen = client.listen(token)
    await screen.closed
    assert.deepEqual(screen.heard, ['success'])
  },
  { withoutTimers: true },
)

/** Sends, and is gone when the gate has come so far. */
async function sendAndVanish(gate: Gate, bytes: string, soFar: () => Promise<unknown>) {
  const connected = once(gate.app.server.server, 'connection')
  const socket = openRaw(gate.url)
  const [gateEnd] = (await connected) as [Socket]
  const gone = once(gateEnd, 'close')
  await new Promise<void>(resolve => socket.write(bytes, () => resolve()))
  await soFar()
  socket.destroy()
  await gone
}

attack(
  'F30 a phone that goes offline after its tap finds out what became of it',
  async (gate, t) => {
    await addAccount(gate)
    const fields = { account: visitor.id, password }
    const looked = t.mock.method(gate.app.store.accounts, 'byIdKey').mock
    for (let round = 0; round < 5; round += 1) {
      const reached = await scannedSignIn(gate)
      const bytes = reached.phone.bytes(`/s/${reached.id}/sign-in`, fields)
      const before = looked.callCount()
      await sendAndVanish(gate, bytes, () =>
        until('the gate looks for the account', () => looked.callCount() > before, 1),
      )
      const state = async () => (await reached.phone.state(reached.id)).body.state
      await until('it is decided', async () => (await state()) !== 'scanned')
      assert.equal(await state(), 'approved')
      assert.equal((await reached.kiosk.view(reached.signIn)).state, 'approved')

      const lost = await scannedSignIn(gate)
      const half = lost.phone.bytes(`/s/${lost.id}/sign-in`, fields).slice(0, -4)
      await sendAndVanish(gate, half, () => turns(5))
      assert.equal((await lost.phone.state(lost.id)).body.state, 'scanned')
      for (const { phone, id } of [reached, lost]) {
        assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
        assert.deepEqual(eventsOf(gate.dataDir, id), approved)
      }
    }
  },
)

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
  assert.deepEqual(eventsOf(gate.dataDir, id), [...approved, 'sign_in.claimed'])
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
    await twice(phone.bytes(`/s/${id}/scan`, { receipt }), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), ['sign_in.scanned'])
    const account = `twice-${atOnce}`
    await twice(phone.bytes(`/s/${id}/sign-up`, { account, name: '', password }), atOnce)
    await twice(phone.bytes(`/s/${id}/sign-in`, { account, password }), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), approved)
    const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
    await twice(request(url, `POST ${paths.claim(id)}`, headers), atOnce)
    assert.deepEqual(eventsOf(dataDir, id), [...approved, 'sign_in.claimed'])

    const denied = await scannedSignIn(gate)
    await twice(denied.phone.bytes(`/s/${denied.id}/deny`, {}), atOnce)
    assert.deepEqual(eventsOf(dataDir, denied.id), ['sign_in.scanned', 'sign_in.denied'])
    const cancelled = await scannedSignIn(gate)
    const secret = { authorization: `Bearer ${cancelled.signIn.kiosk_secret}` }
    await twice(request(url, `POST ${paths.cancel(cancelled.id)}`, secret), atOnce)
    assert.deepEqual(eventsOf(dataDir, cancelled.id), ['sign_in.scanned', 'sign_in.cancelled'])
  }
})
