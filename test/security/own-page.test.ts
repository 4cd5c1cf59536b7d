import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { paths, usualPolicy } from '@qrgate/sdk/protocol'
import { Refusal } from '../../server/src/errors.ts'
import { attack } from '../support/attack.ts'
import { enrol } from '../support/enrol.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { turns, until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { scannedSignIn } from '../support/visitor.ts'

const elsewhere = 'https://kiosk.example.org'

/** Everything that was said before is answered by now. */
async function answered(socket: KioskSocket): Promise<void> {
  const pongs = () => socket.heard.filter(({ type }) => type === 'pong').length
  const before = pongs()
  socket.say({ type: 'ping' })
  await socket.until(() => pongs() > before)
}

/** Every way to open a socket that is not the own page of the kiosk with this credential. */
function strangers({ url }: Gate, credential: string, other: string) {
  const cookie = `qrgate-kiosk=${credential}`
  return {
    'without anything': KioskSocket.open(url),
    'with our Origin alone': KioskSocket.open(url, { origin: url }),
    'with the cookie alone': KioskSocket.open(url, { cookie }),
    'with the cookie, from an allowed origin': KioskSocket.open(url, { cookie, origin: elsewhere }),
    'with a made-up cookie': KioskSocket.openPage(url, 'A'.repeat(43)),
    'with the secret as the cookie': KioskSocket.openPage(url, other),
  }
}

/** A gate whose timers come when the test lets them, and an enrolled kiosk. */
async function setUp(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  // Before the gate ends its own.
  t.after(() => t.mock.timers.reset())
  const settings = { QRGATE_PENDING_SECONDS: '40', QRGATE_ALLOWED_ORIGINS: elsewhere }
  const gate = await startGate(t, settings)
  const enrolled = await enrol(gate)
  const kiosk = new Kiosk(gate.url, enrolled.credential)
  return { gate, kiosk, ...enrolled }
}

test("N12: a successor comes to the kiosk's own page, and on no other socket", async t => {
  const { gate, kiosk, credential } = await setUp(t)
  const signIn = await kiosk.start()
  const { id, kiosk_secret } = signIn
  const neighbour = await enrol(gate)
  const sockets = await Promise.all([
    ...Object.values(strangers(gate, credential, kiosk_secret)),
    KioskSocket.openPage(gate.url, neighbour.credential),
  ])
  for (const socket of sockets) {
    // Three of them at once may watch one sign-in.
    const own = await kiosk.start()
    socket.say({ type: 'watch', id: own.id, kiosk_secret: own.kiosk_secret, renew: true })
    await socket.state(own.id, 'pending')
  }
  const page = await KioskSocket.openPage(gate.url, credential)
  page.say({ type: 'watch', id, kiosk_secret, renew: true })
  await page.state(id, 'pending')

  t.mock.timers.tick(20_001)
  const next = await page.until(message => message.type === 'next')
  assert.ok(next.type === 'next' && next.after === id && next.id !== id)
  await page.state(next.id, 'pending')
  for (const socket of sockets) {
    await answered(socket)
    assert.ok(socket.heard.every(({ type }) => type !== 'next'))
    socket.cut()
  }
  page.cut()
})

test('S033: what has begun at a kiosk ends with it, though nobody watches', async t => {
  const { gate, kiosk, revoke } = await setUp(t)
  const { id, frame } = await kiosk.start()
  const phone = new Phone(gate.url)
  await phone.scan(frame.url)
  await revoke()
  assert.equal((await phone.state(id)).body.state, 'scanned')
  t.mock.timers.tick(2_000)
  await until('it is over', async () => (await phone.state(id)).body.state === 'cancelled')
})

test('N12: a kiosk that is revoked gets no successor of what it watches', async t => {
  const { gate, kiosk, credential, revoke } = await setUp(t)
  const { id, kiosk_secret } = await kiosk.start()
  const page = await KioskSocket.openPage(gate.url, credential)
  page.say({ type: 'hello' })
  page.say({ type: 'watch', id, kiosk_secret, renew: true })
  await page.state(id, 'pending')
  await revoke()
  t.mock.timers.tick(2_000)
  assert.equal((await page.closed).code, 4403)
  t.mock.timers.tick(30_000)
  await turns(10)
  assert.ok(page.heard.every(({ type }) => type !== 'next'))
})

attack(
  'N12: a kiosk secret starts nothing, and a poll with it brings none',
  async gate => {
    const { credential } = await enrol(gate)
    const { id, kiosk_secret } = await new Kiosk(gate.url, credential).start()
    for (const cookie of ['', `__Host-qrgate-kiosk=${kiosk_secret}`]) {
      const headers = { authorization: `Bearer ${kiosk_secret}`, cookie, origin: gate.url }
      const started = await fetch(gate.url + paths.signIns, { method: 'POST', headers })
      assert.equal(started.status, 401)
      const query = '?since=-1&wait=0&frames=true&renew=true'
      const poll = await fetch(gate.url + paths.signIn(id) + query, { headers })
      assert.doesNotMatch(await poll.text(), /kiosk_secret"/)
    }
  },
  { mode: 'serve' },
)

test("N07: the kiosk's own page stays while it watches nothing, and everybody else goes", async t => {
  const { gate, credential } = await setUp(t)
  const page = await KioskSocket.openPage(gate.url, credential)
  page.say({ type: 'hello' })
  assert.deepEqual(await page.until(() => true), { type: 'hello', policy: usualPolicy })
  t.mock.timers.tick(6_000)
  const { signIn, kiosk, id } = await scannedSignIn(gate)
  page.say({ type: 'watch', id, kiosk_secret: signIn.kiosk_secret })
  await page.state(id, 'scanned')
  const other = await kiosk.watch(signIn)
  await other.state(id, 'scanned')
  await kiosk.cancel(signIn)
  for (const socket of [page, other]) await socket.state(id, 'cancelled')
  // The other still has a moment for a sign-in that follows.
  await answered(other)
  t.mock.timers.tick(5_000)
  assert.deepEqual(await other.closed, { code: 1000, reason: '' })
  await answered(page)
  page.cut()
})

test('N07: a hello of anybody else is refused and gives nothing', async t => {
  const { gate, kiosk, credential } = await setUp(t)
  const { kiosk_secret } = await kiosk.start()
  const opening = strangers(gate, credential, kiosk_secret)
  for (const [name, opened] of Object.entries(opening)) {
    const socket = await opened
    // However often it asks.
    for (let n = 0; n < 3; n += 1) socket.say({ type: 'hello' })
    await answered(socket)
    const told = socket.heard.flatMap(m => (m.type === 'refused' ? [m.code] : []))
    assert.deepEqual(told, Array(3).fill('kiosk_not_enrolled'), name)
  }
  t.mock.timers.tick(5_000)
  for (const [name, opened] of Object.entries(opening)) {
    assert.equal((await (await opened).closed).code, 4401, name)
  }
})

test('N12: a kiosk that is revoked loses the socket on which it only waits, and gets no other', async t => {
  const { gate, credential, revoke } = await setUp(t)
  const page = await KioskSocket.openPage(gate.url, credential)
  page.say({ type: 'hello' })
  await page.until(({ type }) => type === 'hello')
  await revoke()
  t.mock.timers.tick(2_000)
  assert.equal((await page.closed).code, 4403)
  const again = await KioskSocket.openPage(gate.url, credential)
  again.say({ type: 'hello' })
  assert.equal((await again.closed).code, 4403)
  assert.deepEqual(again.heard, [])
})

test('N07: a page whose credential cannot be looked up at once is let in, and known by its hello', async t => {
  const { gate, credential } = await setUp(t)
  const { kiosks } = gate.app.store
  const busy = () => Promise.reject(new Refusal('storage_busy'))
  const away = t.mock.method(kiosks, 'byCredentialHash', busy)
  const page = await KioskSocket.openPage(gate.url, credential)
  away.mock.restore()
  page.say({ type: 'hello' })
  assert.deepEqual(await page.until(() => true), { type: 'hello', policy: usualPolicy })
  page.cut()
})
