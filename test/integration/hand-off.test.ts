import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf, openDatabase } from '../support/database.ts'
import { choose, handOffOf, service, startServed, visitAt } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'

test('a single service is asked for by the claim, and the number comes to kiosk and phone', async t => {
  const { gate, kiosk, receiver } = await startServed(t)
  const { signIn, phone, claim } = await visitAt(gate, kiosk)
  assert.equal(claim.services, undefined)
  assert.equal(claim.hand_off?.state, 'requested')
  const handOff = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.equal(handOff.ticket?.number, 'A-1')
  assert.deepEqual(handOff.ticket?.place?.name, { ko: '내과 2진료실', en: 'Room 2' })
  const state = await phone.get(`/s/${signIn.id}`, 'application/json')
  assert.deepEqual(((await state.json()) as { hand_off: unknown }).hand_off, handOff)

  const [asked, ...more] = receiver.of('hand_off.requested')
  assert.equal(more.length, 0)
  assert.equal(asked?.id, handOff.id)
  assert.equal(asked?.data.service, 'exam')
  assert.equal(asked?.data.claims?.name, '홍길동')
  assert.ok(asked?.data.claims?.sub)
  assert.equal(asked?.data.language, 'ko')
  assert.equal(receiver.forged, 0)

  // A repeated claim asks for nothing anew.
  const again = await kiosk.claimed(signIn)
  assert.deepEqual(again.hand_off, handOff)
  assert.deepEqual(eventsOf(gate.dataDir, handOff.id), ['hand_off.requested', 'hand_off.accepted'])
})

test('of several the visitor chooses; another choice cancels the first', async t => {
  const services = [
    service('exam'),
    service('pay', { icon: 'pay' }),
    service('closed', { closed: { ko: '점심시간', en: 'Lunch' } }),
  ]
  const { gate, kiosk, receiver } = await startServed(t, { services })
  const { signIn, claim } = await visitAt(gate, kiosk)
  assert.deepEqual(claim.services, services)
  assert.equal(claim.hand_off, undefined)
  const first = await choose(kiosk, signIn, 'exam')
  assert.equal(first.status, 200)
  const exam = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.equal((await choose(kiosk, signIn, 'exam')).body.hand_off?.id, exam.id)
  const second = await choose(kiosk, signIn, 'pay')
  assert.notEqual(second.body.hand_off?.id, exam.id)
  const pay = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.equal(pay.service.id, 'pay')
  assert.equal(receiver.of('hand_off.requested').length, 2)
  const events = eventsOf(gate.dataDir, exam.id)
  assert.deepEqual(events, ['hand_off.requested', 'hand_off.accepted', 'hand_off.cancelled'])
  assert.equal((await choose(kiosk, signIn, 'closed')).body.code, 'service_closed')
  assert.equal((await choose(kiosk, signIn, 'none')).body.code, 'service_unknown')
})

test('a refused service may be asked for anew; what stands is asked for once', async t => {
  const services = [service('exam'), service('pay')]
  const { gate, kiosk, receiver } = await startServed(t, { services })
  const { answer } = receiver
  receiver.answer = (_received, response) => {
    response.end(JSON.stringify({ status: 'refused', text: { ko: '마감', en: 'Full' } }))
  }
  const { signIn } = await visitAt(gate, kiosk)
  await choose(kiosk, signIn, 'exam')
  const refused = await handOffOf(kiosk, signIn, ({ state }) => state === 'refused')
  assert.deepEqual(refused.text, { ko: '마감', en: 'Full' })
  receiver.answer = answer
  await choose(kiosk, signIn, 'exam')
  const accepted = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.notEqual(accepted.id, refused.id)
})

test('whose account is gone is asked for no more', async t => {
  const { gate, kiosk, receiver } = await startServed(t)
  receiver.answer = (_received, response) => response.writeHead(503).end()
  const { signIn } = await visitAt(gate, kiosk)
  await until('somebody was asked for', () => receiver.of('hand_off.requested').length > 0)
  const database = openDatabase(gate.dataDir)
  database.exec('DELETE FROM accounts')
  database.close()
  receiver.answer = (received, response) => receiver.accept(received, response)
  const handOff = await handOffOf(kiosk, signIn, ({ state }) => state !== 'requested')
  assert.deepEqual(
    [handOff.state, handOff.reason, handOff.ticket],
    ['cancelled', 'account', undefined],
  )
  assert.equal(receiver.numbers.size, 0)
})
