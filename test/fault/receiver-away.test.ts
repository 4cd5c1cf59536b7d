import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HandOffView } from '@qrgate/sdk/protocol'
import {
  addServedClient,
  choose,
  handOffOf,
  service,
  startHandOffGate,
  startServed,
  type Visiting,
  visitAt,
} from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { Receiver } from '../support/receiver.ts'
import { isUnderWay } from '../support/under-way.ts'

async function onPhone({ phone, signIn }: Visiting): Promise<HandOffView> {
  const answer = await phone.get(`/s/${signIn.id}`, 'application/json')
  return ((await answer.json()) as { hand_off: HandOffView }).hand_off
}

test('a receiver that is away for five minutes: whoever still waits gets a number, whoever has gone gets none', async t => {
  const services = [service('exam'), service('pay')]
  const { gate, kiosk, receiver } = await startServed(t, { services })
  const { answer } = receiver
  receiver.answer = (_received, response) => response.destroy()
  gate.holdTime()
  const come = async () => {
    const visiting = await visitAt(gate, kiosk)
    await choose(kiosk, visiting.signIn, 'exam')
    return visiting
  }
  const [stays, ends, elsewhere, notMe, notToday] = [
    await come(),
    await come(),
    await come(),
    await come(),
    await come(),
  ]
  await until('all of them were asked for', () => {
    return new Set(receiver.of('hand_off.requested').map(({ id }) => id)).size === 5
  })
  await kiosk.post(`/api/v1/sign-ins/${ends.signIn.id}/end`, ends.signIn.kiosk_secret, {})
  const first = await onPhone(elsewhere)
  await choose(kiosk, elsewhere.signIn, 'pay')
  await notMe.phone.post(`/s/${notMe.signIn.id}/not-me`, {})
  await notToday.phone.post(`/s/${notToday.signIn.id}/cancel-hand-off`, {})
  const askedAgain = () => new Set(receiver.of('hand_off.requested').map(({ id }) => id)).size === 3
  /** When they are asked next is counted from the gate's time: it must not pass before that is noted. */
  const noted = async () => {
    const rows = await Promise.all(
      [stays, ends, elsewhere].map(async ({ signIn }) => {
        const { handOff } = (await gate.app.store.signIns.read(signIn.id)) ?? {}
        return gate.app.store.handOffs.read(handOff ?? '')
      }),
    )
    return rows.every(row => row && row.tries > 0 && !isUnderWay(row))
  }
  await until('it is noted when they are asked again', noted)
  for (let minute = 0; minute < 4; minute += 1) {
    receiver.received.length = 0
    gate.passTime(75_000)
    await until('those who still wait are asked for again', askedAgain)
    await until('it is noted when they are asked again', noted)
  }

  receiver.answer = answer
  gate.passTime(75_000)
  for (const visiting of [stays, ends, elsewhere]) {
    await until('a number is on the phone', async () => {
      return (await onPhone(visiting)).state === 'accepted'
    })
  }
  const served = new Map<string, string | undefined>()
  for (const visiting of [stays, ends, elsewhere]) {
    const { id, ticket } = await onPhone(visiting)
    served.set(id, ticket?.number)
  }
  assert.deepEqual([...served].toSorted(), [...receiver.numbers].toSorted())
  for (const [visiting, reason] of [
    [notMe, 'not_me'],
    [notToday, 'phone'],
  ] as const) {
    const { id, state, reason: because, ticket } = await onPhone(visiting)
    assert.deepEqual([state, because, ticket], ['cancelled', reason, undefined])
    assert.ok(!receiver.numbers.has(id))
  }
  assert.ok(!receiver.numbers.has(first.id), 'what was replaced is asked for no more')
})

test('S143: a receiver that refuses, hangs or never stops talking delays nobody but its own visitors', async t => {
  const bad = await Promise.all(['refuses', 'hangs', 'floods'].map(() => Receiver.start(t)))
  const good = await Receiver.start(t)
  const gate = await startHandOffGate(t, [...bad, good])
  const [refuses, hangs, floods] = bad as [Receiver, Receiver, Receiver]
  refuses.answer = (_received, response) => response.writeHead(400).end()
  const held = { now: 0, most: 0, givenUp: 0 }
  hangs.answer = ({ type }, response) => {
    if (type !== 'hand_off.requested') return
    held.now += 1
    held.most = Math.max(held.most, held.now)
    response.on('close', () => {
      held.now -= 1
      held.givenUp += 1
    })
  }
  floods.answer = (_received, response) => {
    response.on('error', () => {})
    response.end('x'.repeat(10 << 20))
  }
  const clients = []
  for (const [n, receiver] of bad.entries()) {
    clients.push(await addServedClient(gate, receiver, { id: `bad-${n}` }))
  }
  const served = await addServedClient(gate, good, { id: 'good' })
  const waiting: Visiting[] = []
  // More than may be under way to one receiver.
  for (let n = 0; n < 10; n += 1) {
    for (const { kiosk } of clients) waiting.push(await visitAt(gate, kiosk))
  }
  await until('the one that hangs is asked as often as may be', () => held.most === 8)
  for (let n = 0; n < 10; n += 1) {
    const { signIn } = await visitAt(gate, served.kiosk)
    const { ticket } = await handOffOf(served.kiosk, signIn, ({ state }) => state === 'accepted')
    assert.equal(ticket?.number, `A-${n + 1}`)
  }
  assert.equal(held.most, 8)
  // On a slow machine its tries end meanwhile, and others take their places.
  const asked = hangs.of('hand_off.requested').length
  assert.ok(asked === 8 || held.givenUp > 0, 'nobody has waited for the one that hangs')
  // A no is a no, said at once; the visitor is told that staff will help, and the operator why.
  const [first] = waiting
  assert.ok(first)
  await until('it is known that there is no number', async () => {
    return (await onPhone(first)).state === 'failed'
  })
  assert.match(gate.log(), /"why":"status 400".*a visitor got no number/)
})
