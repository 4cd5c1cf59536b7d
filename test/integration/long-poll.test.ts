import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startSignIn } from '../../sdk/src/index.ts'
import type { PollAnswer } from '../../sdk/src/protocol.ts'
import { paths } from '../../sdk/src/protocol.ts'
import { startBluntProxy } from '../support/blunt-proxy.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

type Started = Awaited<ReturnType<Kiosk['start']>>

async function poll(gate: Gate, { id, kiosk_secret }: Started, query: string) {
  const headers = { authorization: `Bearer ${kiosk_secret}` }
  const answer = await fetch(`${gate.url}${paths.signIn(id)}?${query}`, { headers })
  return { status: answer.status, view: (await answer.json()) as PollAnswer }
}

/** A gate whose timers stand still: a poll is answered by what happens and by nothing else. */
function startTimeless(t: TestContext): Promise<Gate> {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  return startGate(t)
}

/** A poll that the gate has looked up and that waits by now. */
async function pollThatWaits(t: TestContext, gate: Gate, signIn: Started, query: string) {
  const looked = t.mock.method(gate.app.store.signIns, 'read').mock
  let answered = false
  const answer = poll(gate, signIn, query).finally(() => {
    answered = true
  })
  await until('the gate has looked it up', () => looked.callCount() > 0, 1)
  // A round trip beside it: it would be answered by then if it did not wait.
  await fetch(`${gate.url}/healthz`)
  assert.equal(answered, false)
  looked.restore()
  return { answer, answered: () => answered }
}

test('a poll that waits is answered by every change itself', async t => {
  const gate = await startTimeless(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { id, receipt } = await phone.open(signIn.frame.url)

  const changes: [string, () => Promise<unknown>][] = [
    ['scanned', () => phone.post(`/s/${id}/scan`, { receipt })],
    ['approved', () => phone.signUp(id, 'hong', '홍길동', password)],
    ['claimed', () => kiosk.claim(signIn)],
  ]
  for (const [seq, [state, change]] of changes.entries()) {
    const waiting = await pollThatWaits(t, gate, signIn, `since=${seq}&wait=25`)
    await change()
    const { view } = await waiting.answer
    assert.equal(view.state, state)
  }
})

test('what has changed already is not waited for', async t => {
  const gate = await startTimeless(t)
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  await new Phone(gate.url).scan(signIn.frame.url)
  assert.equal((await poll(gate, signIn, 'since=0&wait=25')).view.state, 'scanned')
  await kiosk.cancel(signIn)
  assert.equal((await poll(gate, signIn, 'since=99&wait=25')).view.state, 'cancelled')
})

test('a poll in vain is answered in time with what there is, and with frames where they are asked for', async t => {
  const gate = await startTimeless(t)
  const signIn = await new Kiosk(gate.url).start()
  const waiting = await pollThatWaits(t, gate, signIn, 'since=0&wait=1&frames=1')
  t.mock.timers.tick(999)
  await fetch(`${gate.url}/healthz`)
  assert.equal(waiting.answered(), false)
  t.mock.timers.tick(1)
  const { view } = await waiting.answer
  assert.equal(view.state, 'pending')
  assert.ok((view.frames?.length ?? 0) >= 10)
  assert.equal((await poll(gate, signIn, 'since=0')).view.frames, undefined)
})

test('a poll shows nothing to whoever cannot prove the sign-in, and waits no longer than allowed', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const [one, other] = [await kiosk.start(), await kiosk.start()]
  const mixed = await poll(gate, { ...one, kiosk_secret: other.kiosk_secret }, 'wait=25')
  assert.equal(mixed.status, 401)
  assert.equal((await poll(gate, one, 'wait=26')).status, 400)
})

test('a poll that waits is answered when the gate stops', async t => {
  const gate = await startTimeless(t)
  const signIn = await new Kiosk(gate.url).start()
  const waiting = await pollThatWaits(t, gate, signIn, 'since=0&wait=25')
  const closing = gate.close()
  const { status, view } = await waiting.answer
  await closing
  assert.equal(status, 200)
  assert.equal(view.state, 'pending')
})

/** What the SDK tells of a whole visit. */
async function visit(gate: Gate, transport: 'socket' | 'poll') {
  const signIn = await startSignIn({ server: gate.url, transport })
  const phone = new Phone(gate.url)
  const told: string[] = []
  let acting: Promise<unknown> = Promise.resolve()
  const account = `visitor-${crypto.randomUUID().slice(0, 8)}`
  for await (const { state, qr, seq } of signIn) {
    const line = `${seq} ${state}${qr ? ' with a QR' : ''}`
    if (told.at(-1) !== line) told.push(line)
    if (state === 'pending' && qr) acting = phone.scan(qr)
    if (state === 'scanned')
      acting = acting.then(() => phone.signUp(signIn.id, account, '', password))
    if (state === 'approved') acting = signIn.claim()
    if (state === 'claimed') acting = acting.then(() => signIn.end())
    acting.catch(() => {})
  }
  await acting
  return told
}

test('the SDK sees the same steps over polls as over the socket', async t => {
  const gate = await startGate(t)
  const overSocket = await visit(gate, 'socket')
  const overPolls = await visit(gate, 'poll')
  const steps = ['0 pending with a QR', '1 scanned', '2 approved', '3 claimed', '4 ended']
  assert.deepEqual(overSocket, steps)
  assert.deepEqual(overPolls, overSocket)
})

test('behind a proxy that refuses upgrades the SDK gets through by itself', async t => {
  const gate = await startGate(t)
  const proxy = await startBluntProxy(t, gate.url)
  const signIn = await startSignIn({ server: proxy.url })
  const phone = new Phone(gate.url)
  const states = new Set<string>()
  for await (const { state, qr, connection } of signIn) {
    states.add(`${state} ${connection}`)
    // Only once polls have taken over, so that what follows is learned from them.
    if (state === 'pending' && qr && connection === 'online' && proxy.refused() >= 3) {
      phone.scan(qr).catch(() => {})
    }
    if (state === 'scanned') phone.signUp(signIn.id, 'hong', '홍길동', password).catch(() => {})
    if (state === 'approved') assert.equal((await signIn.claim()).account.name, '홍*동')
    if (state === 'claimed') signIn.end().catch(() => {})
  }
  assert.ok(states.has('pending reconnecting'))
  for (const state of ['scanned', 'approved', 'claimed', 'ended']) {
    assert.ok(states.has(`${state} online`))
  }
})

test('an always-on screen over polls goes on with a successor before its QR runs out', async t => {
  const gate = await startGate(t, { QRGATE_PENDING_SECONDS: '20' })
  const signIn = await startSignIn({ server: gate.url, transport: 'poll', renew: true })
  const ids = new Set<string>()
  for await (const { id, state, qr } of signIn) {
    assert.equal(state, 'pending')
    assert.ok(qr)
    ids.add(id)
    if (ids.size === 2) break
  }
  assert.equal(ids.size, 2)
})
