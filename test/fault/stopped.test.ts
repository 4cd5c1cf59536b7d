import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from '../support/database.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk } from '../support/kiosk.ts'
import { exchange, openRaw, request, send } from '../support/raw-http.ts'
import { opcodes, RawSocket } from '../support/raw-socket.ts'
import { SeedClient } from '../support/seed-client.ts'
import {
  addAccount,
  approvedSignIn,
  type Stage,
  scannedSignIn,
  visitor,
} from '../support/visitor.ts'

const { password } = visitor

/** Everybody taps at once; when this returns, the gate has all their requests. */
async function submitAll({ url }: GateProcess, stages: readonly Stage[]) {
  const submits = stages.map(({ phone, id }) =>
    send(url, phone.bytes(`/s/${id}/sign-in`, { account: visitor.id, password })),
  )
  let unanswered = submits.length
  const statuses = submits.map(async ({ answer }) => {
    const { status } = await answer
    unanswered -= 1
    return status
  })
  for (const { sent } of submits) await sent
  await exchange(url, request(url, 'GET /healthz'))
  return { statuses: Promise.all(statuses), unanswered: () => unanswered }
}

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
  // Its power was cut: it will answer neither a close handshake nor a ping.
  const dead = await RawSocket.open(gate.url)
  const { id, kiosk_secret } = await kiosk.start()
  dead.send({ opcode: opcodes.text, payload: JSON.stringify({ type: 'watch', id, kiosk_secret }) })

  const stages = await Promise.all(Array.from({ length: 10 }, () => scannedSignIn(gate)))
  const submits = await submitAll(gate, stages)
  assert.ok(submits.unanswered() > 0, 'something must be in flight')
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
  assert.deepEqual(new Set(await submits.statuses), new Set([200]))
  // A gate that is not done in five seconds exits otherwise.
  assert.deepEqual(await gate.exited, { code: 0, signal: null })

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
  assert.deepEqual(await gate.kill('SIGINT'), { code: 0, signal: null })
})

test('F33 a second SIGTERM does not wait, and takes back nothing that was acknowledged', async t => {
  // Sixty visitors with one account: the limit for guesses is not what this is about.
  const settings = { QRGATE_FAILURES_PER_ACCOUNT: '1000', QRGATE_LOG_LEVEL: 'info' }
  const gate = await GateProcess.start(t, settings)
  await addAccount(gate)
  const stages = await Promise.all(Array.from({ length: 60 }, () => scannedSignIn(gate)))
  const submits = await submitAll(gate, stages)
  gate.signal('SIGTERM')
  await gate.logged(/"stopping"/)
  gate.signal('SIGTERM')
  assert.deepEqual(await gate.exited, { code: 1, signal: null })
  const statuses = await submits.statuses
  assert.ok(statuses.includes(0), 'it must not have waited for everybody')
  for (const [n, { id }] of stages.entries()) {
    const approved = eventsOf(gate.dataDir, id).includes('sign_in.approved')
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

test('N10 a gate told to stop hangs up on slow senders itself, and answers who has said all', async t => {
  const gate = await GateProcess.start(t)
  await addAccount(gate)
  const stage = await scannedSignIn(gate)
  const form = stage.phone.bytes(`/s/${stage.id}/sign-in`, { account: visitor.id, password })
  const words = ['', 'GET /', request(gate.url, 'GET /code').slice(0, -2), form.slice(0, -1)]
  const slow = Array.from({ length: 50 }, (_, n) => {
    const socket = openRaw(gate.url, true)
    socket.write(words[n % words.length] ?? '')
    return socket
  })
  t.after(() => {
    for (const socket of slow) socket.destroy()
  })
  const submits = await submitAll(gate, [stage])
  gate.signal('SIGTERM')
  assert.deepEqual(await submits.statuses, [200])
  // A gate that is not done in five seconds exits otherwise.
  assert.deepEqual(await gate.exited, { code: 0, signal: null })
})
