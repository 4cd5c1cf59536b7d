import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HandOffResults, paths, type Service } from '@qrgate/sdk/protocol'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Gate } from '../support/gate.ts'
import {
  addServedClient,
  clientsOf,
  handOffOf,
  type ServedClient,
  service,
  startHandOffGate,
  startServed,
  visitAt,
} from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { Receiver } from '../support/receiver.ts'

async function ask(
  { url }: Gate,
  method: string,
  path: string,
  { credential, body, headers }: { credential?: string; body?: unknown; headers?: object } = {},
) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(credential && { authorization: `Bearer ${credential}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text), answer }
}

async function served(gate: Gate, client: ServedClient): Promise<string> {
  const { signIn } = await visitAt(gate, client.kiosk)
  return (await handOffOf(client.kiosk, signIn, ({ state }) => state === 'accepted')).id
}

test('a hand-off is changed by its own client, and to everybody else there is none', async t => {
  const [one, two] = [await Receiver.start(t), await Receiver.start(t)]
  const gate = await startHandOffGate(t, [one, two])
  const own = await addServedClient(gate, one, { id: 'own' })
  const other = await addServedClient(gate, two, { id: 'other' })
  const id = await served(gate, own)
  const change = { status: 'called' }
  const path = paths.handOff(id)
  const unknown = await ask(gate, 'PATCH', paths.handOff(crypto.randomUUID().replace(/-4/, '-7')), {
    credential: other.credential,
    body: change,
  })
  const foreign = await ask(gate, 'PATCH', path, { credential: other.credential, body: change })
  assert.deepEqual([foreign.status, foreign.body], [unknown.status, unknown.body])
  assert.equal(foreign.body.code, 'hand_off_unknown')
  assert.equal((await ask(gate, 'PATCH', path, { body: change })).status, 401)
  assert.equal((await own.patch(id, { status: 'called' })).status, 200)
  // A removed client has no word in anything any more.
  await clientsOf(gate).remove('own', system)
  assert.equal((await own.patch(id, { status: 'done' })).status, 401)
})

test('many at once: each has its own result, whatever becomes of the others', async t => {
  const { gate, credential, ...client } = await startServed(t)
  const ids = [
    await served(gate, { ...client, credential }),
    await served(gate, { ...client, credential }),
  ]
  const patch = (hand_offs: unknown) =>
    ask(gate, 'PATCH', paths.handOffs, { credential, body: { hand_offs } })
  assert.equal((await client.patch(ids[1] ?? '', { status: 'done' })).status, 200)
  const { status, body } = await patch([
    { id: ids[0], ahead: 1, now: 'A-0' },
    { id: 'nothing', ahead: 1 },
    { id: ids[1], status: 'called' },
    { id: ids[0], status: 'called' },
  ])
  assert.equal(status, 200)
  assert.deepEqual(
    (body as HandOffResults).results.map(result =>
      'code' in result ? result.code : result.status,
    ),
    ['accepted', 'hand_off_unknown', 'hand_off_over', 'called'],
  )
  const hundred = Array.from({ length: 100 }, () => ({ id: ids[0], ahead: 2 }))
  assert.equal((await patch(hundred)).status, 200)
  assert.equal((await patch([...hundred, { id: ids[0] }])).status, 400)
  assert.equal((await patch([{ id: ids[0], number: 'A\u202e' }])).status, 400)
})

test('services are checked before they are kept, and a kiosk offers what its policy says', async t => {
  const { gate, credential, id } = await startServed(t)
  const put = (services: unknown) =>
    ask(gate, 'PUT', paths.clientServices, { credential, body: { services } })
  const good = service('exam', { lines: [{ ko: '1층', en: 'Floor 1' }] })
  const wrong: unknown[] = [
    [{ ...good, icon: 'https://example.org/icon.svg' }],
    [{ ...good, id: 'a b' }],
    [{ ...good, name: { ko: '진료' } }],
    [{ ...good, name: { ko: '진료\u202e', en: 'Doctor' } }],
    [{ ...good, lines: [good.name, good.name, good.name] }],
    Array.from({ length: 51 }, (_, n) => ({ ...good, id: `s${n}` })),
    'all',
  ]
  for (const services of wrong) assert.equal((await put(services)).status, 400)
  assert.equal((await put([good, good])).body.code, 'service_invalid')
  const { body } = await put([{ ...good, price: 'free' }, service('pay')])
  assert.deepEqual((body as { services: Service[] }).services, [good, service('pay')])
  const self = await ask(gate, 'GET', paths.client, { credential })
  assert.deepEqual(self.body.services, [good, service('pay')])
  assert.equal((await gate.app.store.clients.byId(id))?.services.length, 2)
})

test('staff are called by an enrolled page alone, once a minute, where the client takes it', async t => {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver])
  await addServedClient(gate, receiver)
  const enrolled = await ask(gate, 'POST', paths.kioskEnrol, { headers: { origin: gate.url } })
  assert.equal(enrolled.body.staff_call, false)
  const cookie = enrolled.answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const own = { cookie, origin: gate.url }
  const call = (headers: object) => ask(gate, 'POST', paths.staffCall, { headers })
  assert.equal((await call(own)).body.code, 'staff_call_off')
  const { number } = enrolled.body
  const { kiosks } = gate.app.store
  await kiosks.update(number, row => {
    if (!row) throw new Error('no such kiosk')
    return { next: { ...row, client: 'clinic' }, events: [], quiet: true }
  })
  await clientsOf(gate).set('clinic', { staffCalls: true }, system)
  // Nodes look for changed kiosks by themselves.
  await until('the gate knows', async () => {
    const view = await ask(gate, 'GET', paths.kiosk, { headers: own })
    return view.body.staff_call === true
  })
  assert.equal((await call({ origin: gate.url })).status, 401)
  assert.equal((await call({ cookie, origin: 'https://elsewhere.example' })).status, 403)
  assert.equal((await call(own)).status, 204)
  const again = await call(own)
  assert.deepEqual([again.status, again.body.code], [429, 'too_many'])
  gate.passTime(61_000)
  assert.equal((await call(own)).status, 204)
})
