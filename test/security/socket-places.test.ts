import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { assertUnharmed } from '../support/aftermath.ts'
import { attack } from '../support/attack.ts'
import { enrol } from '../support/enrol.ts'
import { type Settings, startGate } from '../support/gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { SeedClient, untilTold } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

/** The proxy's word for where somebody comes from is believed. */
const settings: Settings = { QRGATE_TRUSTED_PROXIES: '127.0.0.1' }
const from = (address: string) => ({ 'x-forwarded-for': address })

/** A gate whose timers come when the test lets them. */
function startTimeless(t: TestContext, more: Settings = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  // Before the gate ends its own.
  t.after(() => t.mock.timers.reset())
  return startGate(t, { ...settings, ...more })
}

/** A stranger's socket that watches a sign-in which is not over. */
async function watching(kiosk: Kiosk, address: string): Promise<KioskSocket> {
  const { id, kiosk_secret } = await kiosk.start()
  const socket = await KioskSocket.open(kiosk.url, from(address))
  socket.say({ type: 'watch', id, kiosk_secret })
  await socket.state(id, 'pending')
  return socket
}

/** The codes with which sockets were closed, once it is so many. */
async function closed(sockets: readonly KioskSocket[], count: number): Promise<number[]> {
  const codes: number[] = []
  for (const { closed } of sockets) void closed.then(({ code }) => codes.push(code))
  await until(`${count} are closed`, () => codes.length >= count)
  return codes
}

test('N07: the secret of a finished sign-in is told so and keeps no socket, however often it is shown', async t => {
  const gate = await startTimeless(t)
  const { signIn, kiosk, id } = await scannedSignIn(gate)
  await kiosk.cancel(signIn)
  const sockets = await Promise.all(Array.from({ length: 30 }, () => kiosk.watch(signIn)))
  for (const socket of sockets) await socket.state(id, 'cancelled')
  t.mock.timers.tick(4_000)
  const watch = { type: 'watch', id, kiosk_secret: signIn.kiosk_secret } as const
  for (const socket of sockets) {
    const told = socket.heard.length
    socket.say(watch)
    await socket.until(() => socket.heard.length > told)
  }
  t.mock.timers.tick(1_000)
  for (const socket of sockets) assert.deepEqual(await socket.closed, { code: 1000, reason: '' })
  await assertUnharmed(gate)
})

test('N07: a socket may go on with another sign-in, and stays while it watches one', async t => {
  const gate = await startTimeless(t)
  const [first, second] = [await scannedSignIn(gate), await scannedSignIn(gate)]
  const socket = await first.kiosk.watch(first.signIn)
  await socket.state(first.id, 'scanned')
  t.mock.timers.tick(6_000)
  await first.kiosk.cancel(first.signIn)
  await socket.state(first.id, 'cancelled')
  t.mock.timers.tick(4_000)
  socket.say({ type: 'watch', id: second.id, kiosk_secret: second.signIn.kiosk_secret })
  await socket.state(second.id, 'scanned')
  t.mock.timers.tick(6_000)
  await second.phone.deny(second.id)
  await socket.state(second.id, 'denied')
  t.mock.timers.tick(5_000)
  assert.equal((await socket.closed).code, 1000)
})

test('N07: a JWT of a finished sign-in opens no socket that stays', async t => {
  const gate = await startTimeless(t)
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  assert.equal((await client.signIn(visitor.id, visitor.password, token)).status, 200)
  const sockets = Array.from({ length: 30 }, () => client.listen(token))
  for (const { closed, heard } of sockets) {
    const { code } = await closed
    // The curious push each other off before they are told.
    assert.ok(code === 1000 || code === 1013, `${code}`)
    if (code === 1000) assert.deepEqual(heard, ['success'])
  }
})

test('N07: who only opens sockets has an eighth of the node, and pushes nobody else off', async t => {
  const gate = await startTimeless(t, { QRGATE_MAX_SOCKETS: '40' })
  const kiosk = new Kiosk(gate.url)
  const screens = await Promise.all([
    watching(kiosk, '203.0.113.1'),
    watching(kiosk, '198.51.100.1'),
  ])
  const crowd = await Promise.all(
    Array.from({ length: 30 }, () => KioskSocket.open(gate.url, from('203.0.113.1'))),
  )
  assert.deepEqual(await closed(crowd, 25), Array(25).fill(1013))
  // Somebody behind the same address still gets in and stays.
  const late = await watching(kiosk, '203.0.113.1')
  for (const socket of [...screens, late]) {
    socket.say({ type: 'ping' })
    await socket.until(({ type }) => type === 'pong')
  }
  for (const socket of [...screens, late, ...crowd]) socket.cut()
})

attack(
  'N07: one network, and one kiosk, has five eighths of a node, and no network keeps others from a kiosk',
  async gate => {
    const { credential } = await enrol(gate)
    const kiosk = new Kiosk(gate.url)
    const sockets = await Promise.all(
      Array.from({ length: 10 }, () => watching(kiosk, '2001:db8::1')),
    )
    // Another address of the same household.
    const late = await KioskSocket.open(gate.url, from('2001:db8::2'))
    assert.equal((await late.closed).code, 1013)
    const others: KioskSocket[] = []
    for (let n = 1; n <= 5; n += 1) others.push(await watching(kiosk, `2001:db8:0:${n}::1`))
    assert.deepEqual(await closed(sockets, 5), Array(5).fill(1013))
    // Now it holds half of the kiosk's share, and gives way no more.
    const elsewhere = await KioskSocket.open(gate.url, from('2001:db8:0:6::1'))
    const { id, kiosk_secret } = await kiosk.start()
    elsewhere.say({ type: 'watch', id, kiosk_secret })
    const { code, reason } = await elsewhere.closed
    assert.deepEqual([code, elsewhere.heard], [1013, []])
    assert.ok(JSON.parse(reason).retry_after_ms >= 0)
    // Of another kiosk there may be more.
    others.push(await watching(new Kiosk(gate.url, credential), '2001:db8:0:6::1'))
    for (const socket of [...sockets, ...others]) socket.cut()
  },
  { settings: { ...settings, QRGATE_MAX_SOCKETS: '16' } },
)

attack(
  'N07: an enrolled kiosk finds a place however full the node is, and four at most',
  async gate => {
    const enrolled = await Promise.all(Array.from({ length: 3 }, () => enrol(gate)))
    const kiosks = [new Kiosk(gate.url), new Kiosk(gate.url, (await enrol(gate)).credential)]
    const strangers = await Promise.all(
      kiosks.flatMap(kiosk => [0, 1, 2, 3].map(n => watching(kiosk, `203.0.113.${n}`))),
    )
    const page = async ({ credential }: { credential: string }) => {
      const socket = await KioskSocket.openPage(gate.url, credential)
      socket.say({ type: 'hello' })
      await socket.until(({ type }) => type === 'hello')
      return socket
    }
    const [first, ...others] = enrolled
    assert.ok(first)
    const pages = []
    for (let n = 0; n < 6; n += 1) pages.push(await page(first))
    assert.deepEqual(await closed(pages, 2), [4409, 4409])
    for (const other of others) pages.push(await page(other))
    assert.deepEqual(await closed(strangers, 4), Array(4).fill(1013))
    for (const socket of pages.slice(2)) {
      socket.say({ type: 'ping' })
      await socket.until(({ type }) => type === 'pong')
    }
    for (const socket of [...pages, ...strangers]) socket.cut()
  },
  { settings: { ...settings, QRGATE_MAX_SOCKETS: '10' } },
)

test('N08: the waiting screen gets back in, though a photographer holds every place', async t => {
  const gate = await startGate(t, settings)
  await addAccount(gate)
  const room = new SeedClient(gate.url, from('203.0.113.1'))
  const street = new SeedClient(gate.url, from('198.51.100.1'))
  const token = await room.start()
  const screen = room.listen(token)
  assert.equal(await screen.status, 101)
  // The screen's Wi-Fi is gone, and nobody is told.
  screen.vanish()
  const photographer = [street, street, street, room, room, room, room, street, room, street]
  for (const client of photographer) assert.equal(await client.listen(token).status, 101)

  const told = untilTold(room, token)
  for (let n = 0; n < 12; n += 1) assert.equal(await street.listen(token).status, 101)
  assert.equal((await room.signIn(visitor.id, visitor.password, token)).status, 200)
  assert.deepEqual(await told, ['success'])
})

test('N08: whatever happens while a screen is pushed off, it is told when it comes back', async t => {
  const gate = await startGate(t, settings)
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const enter = async () => {
    const socket = client.listen(token)
    assert.equal(await socket.status, 101)
    return socket
  }
  const first = await enter()
  for (let n = 0; n < 2; n += 1) await enter()
  const screen = await enter()
  let sentAway = false
  void screen.closed.then(() => {
    sentAway = true
  })
  // One of its network goes by chance, and never one of the first of it.
  await until('the screen is sent away', async () => {
    await enter()
    return sentAway
  })
  assert.equal((await screen.closed).code, 1013)
  assert.equal((await client.signIn(visitor.id, visitor.password, token)).status, 200)
  assert.deepEqual(await untilTold(client, token), ['success'])
  await first.closed
  assert.deepEqual([first.heard, screen.heard], [['success'], []])
})
