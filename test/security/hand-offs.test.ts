import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HandOffResults, paths, type Service } from '@qrgate/sdk/protocol'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Gate } from '../support/gate.ts'
import {
  addServedClient,
  choose,
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
import { enrolIn } from '../support/stored.ts'

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

test('S080: a hand-off is changed by its own client, and to everybody else there is none', async t => {
  const [one, two] = [await Receiver.start(t), await Receiver.start(t)]
  const gate = await startHandOffGate(t, [one, two])
  const own = await addServedClient(gate, one, { id: 'own' })
  const other = await addServedClient(gate, two, { id: 'other' })
  const id = await served(gate, own)
  const change = { status: 'called' }
  const path = paths.handOff(id)
  const unknown = await ask(gate, 'PATCH', paths.handOff('01926b7e-0000-7000-8000-000000000000'), {
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
    { id: 'no\u0000thing', ahead: 1 },
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

test('N09: staff are called by an enrolled page alone, once a minute, where the client takes it', async t => {
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

test('nobody is promised staff where the webhooks of the client are switched off', async t => {
  const { gate, id } = await startServed(t, { staffCalls: true })
  const { clients, kiosks } = gate.app.store
  const { row, credential } = await enrolIn(gate.app.store, '2층')
  await kiosks.update(row.number, () => ({
    next: { ...row, client: id },
    events: [],
    quiet: true,
  }))
  await clients.update(id, client => {
    if (!client) throw new Error('no such client')
    return { next: { ...client, webhooksOffAt: 1 }, events: [], quiet: true }
  })
  const headers = { cookie: `qrgate-kiosk=${credential}`, origin: gate.url }
  const { body } = await ask(gate, 'POST', paths.staffCall, { headers })
  assert.equal(body?.code, 'staff_call_off')
  assert.equal((await ask(gate, 'GET', paths.kiosk, { headers })).body.staff_call, false)
})

test('N09: choosing on and on costs a client no numbers without end', async t => {
  const services = [service('exam'), service('pay')]
  const { gate, kiosk } = await startServed(t, { services })
  const { signIn } = await visitAt(gate, kiosk)
  const statuses: number[] = []
  for (let n = 0; n < 21; n += 1) {
    statuses.push((await choose(kiosk, signIn, n % 2 === 0 ? 'exam' : 'pay')).status)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 20 }, () => 200), 429])
  assert.equal((await choose(kiosk, signIn, 'pay')).status, 200, 'what stands is no new one')
})

test('all that a client may say at once has room in one request', async t => {
  const { gate, kiosk, credential } = await startServed(t)
  const text = { ko: '가'.repeat(80), en: 'a'.repeat(80) }
  const change = { name: text, lines: [text, text], closed: text }
  const services = Array.from({ length: 50 }, (_, n) => service(`s${n}`, change))
  const put = await ask(gate, 'PUT', paths.clientServices, { credential, body: { services } })
  assert.equal(put.status, 200)
  const { signIn } = await visitAt(gate, kiosk)
  assert.equal((await kiosk.view(signIn)).state, 'claimed')
  const place = { name: text, floor: text, way: text }
  const hand_offs = Array.from({ length: 100 }, () => ({ id: signIn.id, place, ahead: 1 }))
  const patch = await ask(gate, 'PATCH', paths.handOffs, { credential, body: { hand_offs } })
  assert.equal(patch.status, 200)
  assert.equal((patch.body as HandOffResults).results.length, 100)
})

test('a poll of a page of before there were hand-offs waits as it always did', async t => {
  const { gate, kiosk } = await startServed(t)
  const { signIn, phone } = await visitAt(gate, kiosk)
  await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  const { seq } = await kiosk.view(signIn)
  const query = `since=${seq}&wait=20`
  const atKiosk = fetch(`${gate.url}${paths.signIn(signIn.id)}?${query}`, {
    headers: { authorization: `Bearer ${signIn.kiosk_secret}` },
  })
  const onPhone = phone.get(`/s/${signIn.id}?${query}`, 'application/json')
  let answered = 0
  for (const answer of [atKiosk, onPhone]) void answer.then(() => (answered += 1))
  // Whoever is answered at once is so before others have been heard.
  for (let n = 0; n < 20; n += 1) await kiosk.view(signIn)
  assert.equal(answered, 0)
  await kiosk.post(paths.end(signIn.id), signIn.kiosk_secret, {})
  for (const answer of [atKiosk, onPhone]) {
    assert.equal(((await (await answer).json()) as { state: string }).state, 'ended')
  }
})
