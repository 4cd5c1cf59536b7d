import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { assertUnharmed } from '../support/aftermath.ts'
import { attack } from '../support/attack.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { patiently, until } from '../support/patience.ts'
import { frameBytes, opcodes, RawSocket } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'
import { scannedSignIn, visitor } from '../support/visitor.ts'

attack(
  'S039 F27 a peer that asks and never reads is cut off before it fills the memory',
  async gate => {
    const { signIn, kiosk, id } = await scannedSignIn(gate)
    const pending = await kiosk.start()
    const others = new Set(gate.connections)
    const greedy = await RawSocket.open(gate.url)
    const [served] = [...gate.connections].filter(connection => !others.has(connection))
    assert.ok(served)
    const say = (message: object) => ({ opcode: opcodes.text, payload: JSON.stringify(message) })
    const proven = once(greedy.socket, 'data')
    greedy.send(say({ type: 'watch', id: pending.id, kiosk_secret: pending.kiosk_secret }))
    await proven
    const ask = frameBytes(say({ type: 'frames', id: pending.id, ask: 1 }))
    const before = served.bytesWritten
    const answered = once(greedy.socket, 'data')
    greedy.socket.write(ask)
    await answered
    const least = (served.bytesWritten - before) / 2
    greedy.socket.pause()
    let piledUp = 0
    await until(
      'it is cut off',
      async () => {
        // No more at once than can wait for their turn, or it would be refused for that.
        const answers = served.bytesWritten + 20 * least
        greedy.socket.write(Buffer.concat(Array.from({ length: 20 }, () => ask)))
        await until('it is answered', () => served.destroyed || served.bytesWritten >= answers)
        piledUp = Math.max(piledUp, served.writableLength)
        return served.destroyed || piledUp >= 2 ** 20
      },
      1,
    )
    assert.ok(piledUp < 2 ** 20, `${piledUp} bytes were kept for it`)
    greedy.socket.destroy()
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'scanned')
    socket.cut()
  },
)

test('S040 S042 who proves nothing is closed after 5 s, who answers no ping after a minute', async t => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  const gate = await startGate(t)
  const { signIn, kiosk, id } = await scannedSignIn(gate)
  const alive = await kiosk.watch(signIn)
  await alive.state(id, 'scanned')
  const silent = await RawSocket.open(gate.url)
  const watch = { type: 'watch', id, kiosk_secret: signIn.kiosk_secret }
  silent.send({ opcode: opcodes.text, payload: JSON.stringify(watch) })
  await new Promise(resolve => silent.socket.once('data', resolve))
  const mute = await KioskSocket.open(gate.url)

  t.mock.timers.tick(5_000)
  assert.equal((await mute.closed).code, 4401)
  const pinged = alive.pinged()
  t.mock.timers.tick(35_000)
  await pinged
  // The pong was sent before this, so the gate has looked at it by the time that it answers this.
  await fetch(`${gate.url}/healthz`)
  assert.equal(silent.socket.closed, false)
  t.mock.timers.tick(20_000)
  assert.equal(await silent.closed, 1006)
  alive.say({ type: 'ping' })
  await alive.until(message => message.type === 'pong')
  alive.cut()
  await assertUnharmed(gate)
})

test('N71: only who has been silent is pinged', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const gate = await startGate(t)
  const { signIn, kiosk, id } = await scannedSignIn(gate)
  const [speaking, silent] = [await kiosk.watch(signIn), await kiosk.watch(signIn)]
  for (const socket of [speaking, silent]) await socket.state(id, 'scanned')
  let pings = 0
  void speaking.pinged().then(() => {
    pings += 1
  })
  const pinged = silent.pinged()
  for (let look = 0; look < 4; look += 1) {
    speaking.say({ type: 'ping' })
    await speaking.until(() => speaking.heard.filter(({ type }) => type === 'pong').length > look)
    t.mock.timers.tick(20_000)
    if (look === 1) await pinged
  }
  speaking.say({ type: 'ping' })
  await speaking.until(() => speaking.heard.filter(({ type }) => type === 'pong').length > 4)
  assert.equal(pings, 0)
  for (const socket of [speaking, silent]) socket.cut()
})

attack('S040 at most three sockets watch one sign-in, and the newest win', async gate => {
  const { signIn, kiosk, phone, id } = await scannedSignIn(gate)
  const sockets: KioskSocket[] = []
  for (let n = 0; n < 3; n += 1) {
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'scanned')
    sockets.push(socket)
  }
  const crowd = await Promise.all(Array.from({ length: 12 }, () => kiosk.watch(signIn)))
  const all = [...sockets, ...crowd]
  const gone = new Map<KioskSocket, number>()
  for (const socket of all) socket.closed.then(({ code }) => gone.set(socket, code))
  await until('all but three are closed', () => gone.size >= all.length - 3)
  await phone.deny(id)
  for (const socket of all) if (!gone.has(socket)) await socket.state(id, 'denied')
  assert.deepEqual([...gone.values()], Array(all.length - 3).fill(4409))
  for (const socket of sockets) assert.equal((await socket.closed).code, 4409)
  for (const socket of crowd) socket.cut()
})

attack("S040 nobody with the seed's ticket pushes the waiting screen off", async gate => {
  const client = new SeedClient(gate.url)
  await client.insert(visitor.id, visitor.password)
  const token = await client.start()
  const screens = Array.from({ length: 3 }, () => client.listen(token))
  for (const screen of screens) assert.equal(await screen.status, 101)
  const bystanders = Array.from({ length: 10 }, () => client.listen(token))
  const gone: number[] = []
  for (const { closed } of bystanders) void closed.then(({ code }) => gone.push(code))
  await until('all but eight are sent away', () => gone.length >= 5)
  assert.deepEqual(gone, Array(5).fill(1013))
  assert.equal((await client.signIn(visitor.id, visitor.password, token)).status, 200)
  for (const screen of screens) {
    assert.equal((await screen.closed).code, 1000)
    assert.deepEqual(screen.heard, ['success'])
  }
  const late = client.listen(token)
  assert.equal((await late.closed).code, 1000)
  assert.deepEqual(late.heard, ['success'])
})

attack('S037 a socket that says more than can wait for its turn is closed', async gate => {
  const { signIn, kiosk, id } = await scannedSignIn(gate)
  const patient = await kiosk.watch(signIn)
  await patient.state(id, 'scanned')
  for (let n = 0; n < 40; n += 1) patient.say({ type: 'frames', id, ask: n })
  await patient.until(m => m.type === 'frames' && m.ask === 39)
  const { kiosk_secret } = signIn
  const flood = await RawSocket.open(gate.url)
  const watch = { type: 'watch', id, kiosk_secret }
  const one = { opcode: opcodes.text, payload: JSON.stringify(watch) }
  flood.send(...Array.from({ length: 100 }, () => one))
  assert.equal(await flood.closed, 4400)
  patient.cut()
})

test('S033 a screen that was switched off gets no next QR, even if nobody told its node', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const gate = await startGate(t, { QRGATE_PENDING_SECONDS: '32' })
  const { kiosks: records } = gate.app.store
  const kiosks = createKiosks({ records, builtIn: [], clock: createClock(), randomBytes })
  const { credential } = await kiosks.enrol({ ko: '접수', en: 'Desk' }, system)
  const { id, kiosk_secret } = await new Kiosk(gate.url, credential).start()
  const socket = await KioskSocket.openPage(gate.url, credential)
  socket.say({ type: 'watch', id, kiosk_secret, renew: true })
  await socket.state(id, 'pending')
  const { byCredentialHash } = records
  t.mock.method(records, 'byCredentialHash', async (hash: string) => {
    const row = await byCredentialHash(hash)
    return row && { ...row, revokedAt: 1 }
  })
  // Past the time for which a node believes what it has read.
  const now = performance.now.bind(performance)
  t.mock.method(performance, 'now', () => now() + 6_000)
  // Half of the QR's life, when an always-on screen gets its next one.
  t.mock.timers.tick(16_000)
  assert.equal((await socket.closed).code, 4403)
  assert.ok(socket.heard.every(message => message.type !== 'next'))
})

attack('S040 one socket watches at most 32 sign-ins, however fast it asks', async gate => {
  const { kiosk } = await scannedSignIn(gate)
  const signIns = await Promise.all(Array.from({ length: 60 }, () => kiosk.start()))
  const socket = await kiosk.watch(...signIns)
  socket.say({ type: 'ping' })
  await socket.until(message => message.type === 'pong')
  const count = (type: string) => socket.heard.filter(message => message.type === type).length
  await until('each has its answer', () => count('state') + count('refused') === 60)
  assert.deepEqual([count('state'), count('refused')], [32, 28])
  socket.cut()
})

attack(
  'S040 a full gate sends sockets away with a time to come back',
  async gate => {
    const { signIn, kiosk, id } = await scannedSignIn(gate)
    // A fifth of the places is kept for the pages of kiosks.
    const full = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = await kiosk.watch(await kiosk.start())
        await socket.until(message => message.type === 'state')
        return socket
      }),
    )
    const turnedAway = await KioskSocket.open(gate.url)
    const { code, reason } = await turnedAway.closed
    assert.equal(code, 1013)
    const { retry_after_ms: wait } = JSON.parse(reason) as { retry_after_ms: number }
    assert.ok(wait >= 0 && wait <= 2_000)
    full[0]?.cut()
    const admitted = await patiently(async () => {
      const socket = await kiosk.watch(signIn)
      await socket.state(id, 'scanned')
      return socket
    })
    for (const socket of [admitted, ...full]) socket.cut()
  },
  { settings: { QRGATE_MAX_SOCKETS: '5' } },
)

attack('S041 a second message cannot reach into a sign-in of somebody else', async gate => {
  const [mine, theirs] = [await scannedSignIn(gate), await scannedSignIn(gate)]
  const socket = await mine.kiosk.watch(mine.signIn)
  await socket.state(mine.id, 'scanned')
  const { kiosk_secret } = mine.signIn
  socket.say({ type: 'watch', id: theirs.id, kiosk_secret })
  await socket.until(m => m.type === 'refused' && m.code === 'kiosk_secret_wrong')
  socket.say({ type: 'frames', id: theirs.id, ask: 1 })
  await socket.until(m => m.type === 'refused' && m.id === theirs.id)
  await theirs.phone.deny(theirs.id)
  await mine.phone.deny(mine.id)
  await socket.state(mine.id, 'denied')
  const ids = socket.heard.flatMap(m => (m.type === 'state' ? [m.id] : []))
  assert.deepEqual(new Set(ids), new Set([mine.id]))
  socket.cut()

  const { id } = mine
  const patterns = [
    '*'.repeat(36),
    `${id.slice(0, 35)}*`,
    `${id.slice(0, 33)}\r\nP`,
    id.toUpperCase(),
  ]
  for (const pattern of patterns) {
    const prying = await mine.kiosk.watch({ id: pattern, kiosk_secret })
    assert.ok([4400, 4401].includes((await prying.closed).code), pattern)
    assert.deepEqual(prying.heard, [])
  }
})

attack('S041 of two thousand random pairs of id and secret none is let in', async gate => {
  const { kiosk } = await scannedSignIn(gate)
  const all = await Promise.all(Array.from({ length: 45 }, () => kiosk.start()))
  const proven = await scannedSignIn(gate)
  const socket = await kiosk.watch(proven.signIn)
  await socket.state(proven.id, 'scanned')
  const pairs = all.flatMap(a => all.filter(b => b !== a).map(b => [a.id, b.kiosk_secret] as const))
  const pongs = () => socket.heard.filter(m => m.type === 'pong').length
  for (let first = 0; first < pairs.length; first += 50) {
    for (const [id, kiosk_secret] of pairs.slice(first, first + 50)) {
      socket.say({ type: 'watch', id, kiosk_secret })
    }
    const heard = pongs()
    socket.say({ type: 'ping' })
    await socket.until(() => pongs() > heard)
  }
  assert.equal(socket.heard.filter(m => m.type === 'state').length, 1)
  assert.equal(socket.heard.filter(m => m.type === 'refused').length, pairs.length)
  socket.cut()
})

attack('S042 sockets that come and go leave nothing behind', async gate => {
  const client = new SeedClient(gate.url)
  const { signIn, kiosk, phone, id } = await scannedSignIn(gate)
  for (let round = 0; round < 100; round += 1) {
    const socket = await kiosk.watch(signIn)
    const seed = client.listen(await client.start())
    await seed.status
    socket.cut()
    seed.cut()
  }
  await until('their connections are closed', () => gate.connections.size < 20)
  const socket = await kiosk.watch(signIn)
  await phone.signUp(id, visitor.id, visitor.name, visitor.password)
  await socket.state(id, 'approved')
  socket.cut()
})
