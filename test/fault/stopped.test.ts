import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventsOf } from '../support/database.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk } from '../support/kiosk.ts'
import { opcodes, RawSocket } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor

test('F33 a gate told to stop finishes what is in flight and sends kiosks away in good order', async t => {
  const gate = await GateProcess.start(t)
  await addAccount(gate)
  const kiosk = new Kiosk(gate.url)
  const signIns = await Promise.all(Array.from({ length: 20 }, () => kiosk.start()))
  const sockets = await Promise.all(signIns.map(signIn => kiosk.watch(signIn)))
  for (const [n, { id }] of signIns.entries()) await sockets[n]?.state(id, 'pending')
  const client = new SeedClient(gate.url)
  const screen = client.listen(await client.start())
  assert.equal(await screen.status, 101)
  // Its power was cut: it will answer neither a goodbye nor a ping.
  const dead = await RawSocket.open(gate.url)
  const { id, kiosk_secret } = await kiosk.start()
  dead.send({ opcode: opcodes.text, payload: JSON.stringify({ type: 'watch', id, kiosk_secret }) })

  const stages = await Promise.all([1, 2, 3, 4, 5].map(() => scannedSignIn(gate)))
  const submits = stages.map(stage => stage.phone.signIn(stage.id, visitor.id, password))
  await sleep(15)
  const began = performance.now()
  gate.signal('SIGTERM')

  const waits: number[] = []
  for (const socket of sockets) {
    const { code, reason } = await socket.closed
    assert.equal(code, 1012)
    waits.push((JSON.parse(reason) as { retry_after_ms: number }).retry_after_ms)
  }
  assert.equal((await screen.closed).code, 1012)
  assert.ok(new Set(waits).size > 10, 'they come back one after the other')
  assert.ok(waits.every(wait => wait >= 0 && wait <= 2_000))
  const statuses = (await Promise.all(submits)).map(answer => answer.status)
  assert.deepEqual(statuses, [200, 200, 200, 200, 200])
  assert.deepEqual(await gate.exited, { code: 0, signal: null })
  assert.ok(performance.now() - began < 5_000, `${performance.now() - began} ms`)

  await gate.boot()
  for (const stage of stages) {
    const socket = await stage.kiosk.watch(stage.signIn)
    await socket.state(stage.id, 'approved')
    socket.cut()
    assert.equal((await stage.kiosk.claim(stage.signIn)).status, 200)
  }
})

test('F33 Ctrl+C ends an idle gate at once and in order', async t => {
  const gate = await GateProcess.start(t)
  const began = performance.now()
  assert.deepEqual(await gate.kill('SIGINT'), { code: 0, signal: null })
  assert.ok(performance.now() - began < 2_000)
})

test('F33 a second SIGTERM does not wait, and takes back nothing that was acknowledged', async t => {
  // Thirty visitors with one account: the limit for guesses is not what this is about.
  const gate = await GateProcess.start(t, { QRGATE_FAILURES_PER_ACCOUNT: '1000' })
  await addAccount(gate)
  const stages = await Promise.all(Array.from({ length: 30 }, () => scannedSignIn(gate)))
  const submits = stages.map(async ({ phone, id }) => {
    const answer = await phone.signIn(id, visitor.id, password).catch(() => undefined)
    return answer?.status
  })
  await sleep(100)
  gate.signal('SIGTERM')
  await sleep(50)
  const began = performance.now()
  gate.signal('SIGTERM')
  await gate.exited
  assert.ok(performance.now() - began < 1_000)
  const statuses = await Promise.all(submits)
  assert.ok(
    statuses.some(status => status === undefined),
    'the second signal came too late',
  )
  for (const [n, { id }] of stages.entries()) {
    const approved = eventsOf(gate.dataDir, id).includes('approve')
    if (statuses[n] === 200) assert.ok(approved)
  }
  await gate.boot()
  for (const { phone, id } of stages) {
    assert.equal((await phone.signIn(id, visitor.id, password)).status, 200)
  }
})

test('F33 a gate whose log nobody reads any more goes on', async t => {
  const gate = await GateProcess.start(t)
  await addAccount(gate)
  gate.closeOutput()
  for (let n = 0; n < 3; n += 1) {
    const { kiosk, signIn } = await approvedSignIn(gate)
    assert.equal((await kiosk.claim(signIn)).status, 200)
  }
  assert.deepEqual(await gate.kill('SIGTERM'), { code: 0, signal: null })
})
