import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { system } from '../../server/src/protocol/log-event.ts'
import { tryLasts } from '../../server/src/webhooks/post.ts'
import { wholeLog } from '../conformance/rows.ts'
import type { Gate } from '../support/gate.ts'
import {
  type ClientOptions,
  clientsOf,
  handOffOf,
  startServed,
  visitAt,
} from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import type { Received, Receiver } from '../support/receiver.ts'
import { enrolIn } from '../support/stored.ts'
import { isUnderWay } from '../support/under-way.ts'

const second = 1_000
const day = 24 * 3_600 * second

/** What a gate has for its clients, the latest last. */
const deliveriesOf = async (gate: Gate) =>
  (await gate.app.store.deliveries.find({}, 1_000)).toReversed()

/** All that was to be sent has come to an end. */
const settled = (gate: Gate) =>
  until('nothing is open', async () => {
    const all = await deliveriesOf(gate)
    return all.length > 0 && all.every(({ state }) => state !== 'open')
  })

/** A notification did not get through, and it is noted when it is sent next. */
const refused = (gate: Gate, event: string, times = 1) =>
  until(`${event} was tried`, async () =>
    (await deliveriesOf(gate)).some(
      delivery => delivery.event === event && delivery.tries === times && !isUnderWay(delivery),
    ),
  )

const arrived = (receiver: Receiver, type: string, count = 1) =>
  until(`${count} ${type} arrived`, () => receiver.of(type).length >= count)

const notifications = ({ received }: Receiver) =>
  received.filter(({ type }) => type !== 'hand_off.requested')

const typesOf = (received: readonly Received[]) => received.map(({ type }) => type)

async function callStaff(gate: Gate, client: string): Promise<number> {
  const { row, credential } = await enrolIn(gate.app.store, '2층')
  const next = { ...row, client }
  await gate.app.store.kiosks.update(row.number, () => ({ next, events: [], quiet: true }))
  const answer = await fetch(gate.url + paths.staffCall, {
    method: 'POST',
    headers: {
      cookie: `qrgate-kiosk=${credential}`,
      origin: gate.url,
      'content-type': 'application/json',
    },
    body: '{}',
  })
  assert.equal(answer.status, 204, await answer.text())
  return row.number
}

const without: ClientOptions = { services: [] }

test('each event arrives once, signed, and says what was agreed', async t => {
  const { gate, kiosk, receiver, id: client } = await startServed(t, { staffCalls: true })
  const { signIn, phone } = await visitAt(gate, kiosk)
  const handOff = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.equal((await phone.post(`/s/${signIn.id}/coming`, {})).status, 200)
  assert.equal((await phone.post(`/s/${signIn.id}/not-me`, {})).status, 200)
  const called = await callStaff(gate, client)
  for (const type of ['hand_off.cancelled', 'report.not_me', 'staff.called']) {
    await arrived(receiver, type)
  }
  // A day later the seal of the one before is signed and told.
  gate.passTime(day)
  await arrived(receiver, 'log.checkpoint')
  await settled(gate)

  const all = notifications(receiver)
  assert.deepEqual(typesOf(all).toSorted(), [
    'hand_off.cancelled',
    'hand_off.coming',
    'log.checkpoint',
    'report.not_me',
    'sign_in.claimed',
    'staff.called',
    'visit.ended',
  ])
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
  assert.equal(receiver.forged, 0)
  assert.ok((await deliveriesOf(gate)).every(({ tries }) => tries === 1))

  const [requested] = receiver.of('hand_off.requested')
  const { sub } = requested?.data.claims ?? {}
  assert.ok(sub)
  const where = { number: 100, name: { ko: '1층 접수', en: '1층 접수' } }
  const sign_in = signIn.id
  const dataOf = (type: string) => receiver.of(type)[0]?.data
  assert.deepEqual(dataOf('sign_in.claimed'), {
    sign_in,
    kiosk: where,
    claims: { sub, name: '홍길동' },
  })
  assert.deepEqual(dataOf('visit.ended'), {
    sign_in,
    kiosk: where,
    reason: 'not_me',
    claims: { sub },
  })
  assert.deepEqual(dataOf('report.not_me'), { sign_in, kiosk: where, claims: { sub } })
  const ofHandOff = { id: handOff.id, service: 'exam', kiosk: where, claims: { sub } }
  assert.deepEqual(dataOf('hand_off.coming'), ofHandOff)
  assert.deepEqual(dataOf('hand_off.cancelled'), { ...ofHandOff, reason: 'not_me' })
  assert.deepEqual(dataOf('staff.called'), {
    kiosk: { number: called, name: { ko: '2층', en: '2층' } },
  })
  const [checkpoint] = await gate.app.store.log.checkpoints()
  const { purgedAt: _, ...signed } = checkpoint ?? {}
  assert.deepEqual(dataOf('log.checkpoint'), signed)
  // Of one subject in the order in which it happened, whatever else is sent meanwhile.
  const ofVisit = all.filter(({ data }) => data.sign_in === sign_in)
  assert.deepEqual(typesOf(ofVisit), ['sign_in.claimed', 'visit.ended', 'report.not_me'])
  assert.equal(receiver.of('visit.ended')[0]?.timestamp, timeIn(await deliveriesOf(gate)))
})

/** When the visit ended, as the log says. */
function timeIn(deliveries: readonly { event: string; at: number }[]): string {
  const ended = deliveries.find(({ event }) => event === 'visit.ended')
  return new Date(ended?.at ?? 0).toISOString()
}

test('a client without endpoint, another one and a kiosk of nobody are told nothing', async t => {
  const { gate, kiosk, receiver } = await startServed(t, without)
  const room = clientsOf(gate)
  const name = { ko: '도서관', en: 'Library' }
  await room.add({ id: 'mute', name, claims: [], endpoint: null }, system)
  await visitAt(gate, kiosk)
  await arrived(receiver, 'sign_in.claimed')
  const all = await deliveriesOf(gate)
  assert.deepEqual(
    all.map(({ client, event }) => [client, event]),
    [['clinic', 'sign_in.claimed']],
  )
})

test('what nobody takes stops its own subject only, and the order is kept', async t => {
  const { gate, kiosk, receiver } = await startServed(t, without)
  gate.holdTime()
  let poison: unknown
  receiver.answer = ({ data }, response) => {
    poison ??= data.sign_in
    response.writeHead(data.sign_in === poison ? 500 : 204).end()
  }
  const visits = [await visitAt(gate, kiosk), await visitAt(gate, kiosk)] as const
  for (const { phone, signIn } of visits) {
    assert.equal((await phone.post(`/s/${signIn.id}/end`, {})).status, 200)
  }
  const [poisonous, other] = visits.map(({ signIn }) => () => {
    return typesOf(receiver.received.filter(({ data }) => data.sign_in === signIn.id))
  }) as [() => string[], () => string[]]
  await until('the other visit is told', () => other().length === 2)
  assert.deepEqual(other(), ['sign_in.claimed', 'visit.ended'])
  await refused(gate, 'sign_in.claimed')
  gate.passTime(10 * second)
  await refused(gate, 'sign_in.claimed', 2)
  assert.deepEqual(poisonous(), ['sign_in.claimed', 'sign_in.claimed'])
  assert.equal(new Set(receiver.of('sign_in.claimed').map(({ id }) => id)).size, 2)

  receiver.answer = (_, response) => response.writeHead(204).end()
  gate.passTime(60 * second)
  await settled(gate)
  const claimed = 'sign_in.claimed'
  assert.deepEqual(poisonous(), [claimed, claimed, claimed, 'visit.ended'])
  assert.deepEqual(other(), [claimed, 'visit.ended'])
})

test('a receiver that was down gets it later, and only what is granted by then', async t => {
  const { gate, kiosk, receiver, id: client } = await startServed(t, without)
  receiver.answer = (_, response) => response.destroy()
  await visitAt(gate, kiosk)
  await refused(gate, 'sign_in.claimed')
  await clientsOf(gate).set(client, { claims: [] }, system)
  receiver.answer = (_, response) => response.writeHead(200).end('thank you')
  gate.passTime(10 * second)
  await settled(gate)
  const [first, second_, ...more] = receiver.of('sign_in.claimed')
  assert.equal(more.length, 0)
  assert.ok(first && second_)
  assert.equal(second_.id, first.id)
  assert.equal(second_.timestamp, first.timestamp)
  assert.equal(first.data.claims?.name, '홍길동')
  assert.deepEqual(second_.data.claims, { sub: first.data.claims?.sub })
})

test('what a receiver says no to is given up, and after a day all is', async t => {
  const { gate, kiosk, receiver } = await startServed(t, without)
  gate.holdTime()
  receiver.answer = ({ type }, response) => {
    const answers: Record<string, number> = { 'visit.ended': 404, 'sign_in.claimed': 429 }
    response.writeHead(answers[type] ?? 204).end()
  }
  const { phone, signIn } = await visitAt(gate, kiosk)
  await phone.post(`/s/${signIn.id}/end`, {})
  await refused(gate, 'sign_in.claimed')
  gate.passTime(day)
  await settled(gate)
  const all = await deliveriesOf(gate)
  const ended = all.filter(({ event }) => event !== 'log.checkpoint')
  assert.deepEqual(
    ended.map(({ event, state, tries, why }) => [event, state, tries, why]),
    [
      ['sign_in.claimed', 'given_up', 2, 'status 429'],
      ['visit.ended', 'given_up', 1, 'status 404'],
    ],
  )
  assert.match(
    gate.log(),
    /"event":"visit.ended","tries":1,"why":"status 404".*a client was never told/,
  )
  // For seven days an operator may look at it.
  gate.passTime(7 * day + second)
  await until('they are gone', async () =>
    (await deliveriesOf(gate)).every(({ event }) => event === 'log.checkpoint'),
  )
})

test('a request that may be under way is not cancelled before it', async t => {
  const { gate, kiosk, receiver } = await startServed(t)
  gate.holdTime()
  receiver.answer = ({ type }, response) => {
    // Whoever asks for a number waits for an answer, and none comes.
    if (type !== 'hand_off.requested') response.writeHead(204).end()
  }
  const { phone, signIn } = await visitAt(gate, kiosk)
  await arrived(receiver, 'hand_off.requested')
  assert.equal((await phone.post(`/s/${signIn.id}/cancel-hand-off`, {})).status, 200)
  await phone.post(`/s/${signIn.id}/end`, {})
  await arrived(receiver, 'visit.ended')
  assert.equal(receiver.of('hand_off.cancelled').length, 0)
  gate.passTime(tryLasts)
  await arrived(receiver, 'hand_off.cancelled')
  assert.equal(receiver.of('hand_off.cancelled')[0]?.data.reason, 'phone')
  await settled(gate)
  assert.equal(receiver.of('hand_off.requested').length, 1)
})

test('after three days of failures only, webhooks are switched off, and no number is promised', async t => {
  const { gate, kiosk, receiver, id } = await startServed(t)
  const { store } = gate.app
  gate.holdTime()
  receiver.answer = (_, response) => response.writeHead(500).end()
  await visitAt(gate, kiosk)
  await refused(gate, 'sign_in.claimed')
  const client = () => store.clients.byId(id)
  const since = (await client())?.failingSince
  assert.ok(since)

  // A success in between, of a request too, and the three days begin anew.
  receiver.answer = (received, response) => {
    if (received.type === 'hand_off.requested') receiver.accept(received, response)
    else response.writeHead(500).end()
  }
  gate.passTime(2 * second)
  await until('a request was answered', async () => (await client())?.failingSince === null)
  gate.passTime(3 * day)
  await until('it fails again', async () => (await client())?.failingSince !== null)
  assert.equal((await client())?.webhooksOffAt, null)

  gate.passTime(3 * day)
  await until('they are off', async () => (await client())?.webhooksOffAt !== null)
  await settled(gate)
  assert.equal((await wholeLog(store, { event: 'client.webhooks_off' })).length, 1)
  await until('the operator is told', () => gate.log().includes('are switched off'))
  const warning = gate
    .log()
    .split('\n')
    .find(line => line.includes('are switched off'))
  assert.equal(JSON.parse(warning ?? '{}').level, 40)
  assert.equal(JSON.parse(warning ?? '{}').client, id)

  // A number that is given now could not be taken back.
  const { signIn, claim } = await visitAt(gate, kiosk)
  assert.deepEqual([claim.services, claim.hand_off], [undefined, undefined])
  const end = { reason: 'kiosk' }
  await kiosk.post(paths.end(signIn.id), signIn.kiosk_secret, end)
  await read(gate)
  const ofVisit = ({ id }: { id: string }) =>
    notifications(receiver).filter(({ data }) => data.sign_in === id)
  assert.deepEqual(ofVisit(signIn), [])

  // Switched on again it starts from now.
  receiver.answer = (received, response) => receiver.accept(received, response)
  await clientsOf(gate).set(id, { webhooksOn: true }, system)
  const later = await visitAt(gate, kiosk)
  await until('the next is told', () => ofVisit(later.signIn).length > 0)
  await settled(gate)
  assert.deepEqual(ofVisit(signIn), [])
  assert.equal(ofVisit(later.signIn).length, 1)
  assert.equal((await client())?.failingSince, null)
})

/** The reader has come to the end of the log. */
async function read({ app: { store } }: Gate): Promise<void> {
  await until('all is read', async () => {
    if (await store.log.unsealed()) return false
    return (await store.log.cursor('notifications')) === (await store.log.head()).position
  })
}
