// Only the gate moves reception's queue by webhook, and nothing that it says twice is done twice.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import {
  nextSecret,
  patient,
  type Signing,
  startReceptionServer,
  webhookSecret,
} from '../support/reception-server.ts'

const minutesAgo = (minutes: number) => {
  const at = new Date()
  at.setMinutes(at.getMinutes() - minutes)
  return at
}
const requested = (id: string, change: object = {}) => ({
  type: 'hand_off.requested',
  timestamp: '2026-11-30T01:00:00.000Z',
  data: {
    id,
    service: 'consultation',
    claims: { sub: 'x', ...patient },
    language: 'ko',
    ...change,
  },
})

test('S152: what is not signed by a secret of ours within five minutes is refused, and nothing is done', async t => {
  const reception = await startReceptionServer(t)
  const before = reception.rows()
  const id = randomUUID()
  const forged: Record<string, Signing> = {
    'another secret': { secrets: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'] },
    'six minutes ago': { at: minutesAgo(6) },
    'in six minutes': { at: minutesAgo(-6) },
    'no signature': { signature: '' },
    'another version': { signature: 'v1a,AAAA' },
    nonsense: { signature: 'nonsense' },
    'a signature of nothing': { signature: 'v1,' },
    'very many': { signature: 'v1,AAAA '.repeat(1_000) },
  }
  for (const [what, signing] of Object.entries(forged)) {
    const { status, code } = await reception.webhook(requested(id), { id, ...signing })
    assert.equal(`${status} ${code}`, '401 unsigned', what)
  }
  const at = new Date()
  const signature = new Webhook(webhookSecret).sign(id, at, JSON.stringify(requested(id)))
  const altered: [unknown, Signing][] = [
    [requested(id, { service: 'tests' }), { id, at, signature }],
    [`${JSON.stringify(requested(id))} `, { id, at, signature }],
    [requested(id), { id: randomUUID(), at, signature }],
    [requested(id), { id, at: minutesAgo(1), signature }],
  ]
  for (const [message, signing] of altered) {
    assert.equal((await reception.webhook(message, signing)).code, 'unsigned')
  }
  const bare = await reception.ask('POST', '/webhook', { body: requested(id) })
  assert.equal(bare.code, 'unsigned')
  const cookie = await reception.openDesk()
  assert.equal((await reception.ask('POST', '/webhook', { cookie })).code, 'unsigned')
  assert.equal(reception.rows(), before)
})

test('while secrets are rotated either signs, alone or beside a newer one', async t => {
  const reception = await startReceptionServer(t)
  const unknown = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
  for (const secrets of [[webhookSecret], [nextSecret], [unknown, nextSecret]]) {
    const id = randomUUID()
    assert.equal((await reception.webhook(requested(id), { id, secrets })).status, 200)
  }
})

test('the same message once more changes nothing, and is answered the same number', async t => {
  const reception = await startReceptionServer(t)
  const id = randomUUID()
  const answers = await Promise.all([
    reception.webhook(requested(id), { id }),
    reception.webhook(requested(id), { id }),
    reception.webhook(requested(id, { service: 'tests' }), { id }),
  ])
  for (const { body } of answers) assert.equal(JSON.parse(body).number, 'A-001', body)
  const staff = {
    type: 'staff.called',
    data: { kiosk: { number: 1, name: { ko: '가', en: 'a' } } },
  }
  const coming = { type: 'hand_off.coming', data: { id } }
  const cancelled = { type: 'hand_off.cancelled', data: { id, service: 'consultation' } }
  for (const message of [staff, coming, cancelled]) {
    const once = { id: randomUUID() }
    assert.equal((await reception.webhook(message, once)).status, 200)
    const before = reception.rows()
    assert.equal((await reception.webhook(message, once)).status, 200)
    assert.equal(reception.rows(), before, message.type)
  }
  // A replay within its five minutes brings nobody back.
  const before = reception.rows()
  assert.equal(JSON.parse((await reception.webhook(requested(id), { id })).body).status, 'refused')
  assert.equal(reception.rows(), before)
})

test('whoever has no patient number, or is told of by no more than a `sub`, gets a number too', async t => {
  const reception = await startReceptionServer(t)
  for (const claims of [{ sub: 'x', masked_name: '홍*동', external_id: null }, { sub: 'y' }]) {
    const id = randomUUID()
    const { body } = await reception.webhook(requested(id, { claims }), { id })
    assert.equal(JSON.parse(body).status, 'accepted', body)
  }
})

test('a cancellation that overtakes its request keeps the visitor out of the queue', async t => {
  const reception = await startReceptionServer(t)
  const id = randomUUID()
  const data = { id, service: 'consultation', reason: 'phone', claims: { sub: 'x' } }
  assert.equal((await reception.webhook({ type: 'hand_off.cancelled', data })).status, 200)
  const { body } = await reception.webhook(requested(id), { id })
  assert.equal(JSON.parse(body).status, 'refused')
  const cookie = await reception.openDesk()
  const { body: desk } = await reception.ask('GET', '/desk/live', { cookie })
  assert.match(desk, /"waiting":\[\]/)
})

test('what is of no interest is passed over, and a service that nobody has is refused', async t => {
  const reception = await startReceptionServer(t)
  const before = reception.rows()
  const id = randomUUID()
  const passedOver = [
    { type: 'visit.ended', data: { sign_in: id } },
    { type: 'log.checkpoint' },
    { type: '__proto__', data: {} },
    { type: 'constructor', data: {} },
    { type: 'hand_off.coming', data: { id } },
    { type: 'hand_off.cancelled', data: { id, service: 'surgery' } },
  ]
  for (const message of passedOver) {
    const { status, body } = await reception.webhook(message)
    assert.equal(`${status} ${body}`, '200 {}', message.type)
  }
  for (const service of ['surgery', '__proto__', '']) {
    const { status, body } = await reception.webhook(requested(id, { service }), { id })
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(JSON.parse(body)), ['status', 'text'])
  }
  assert.equal(reception.rows(), before)
})

test('what lacks something is malformed, though it is signed', async t => {
  const reception = await startReceptionServer(t)
  const before = reception.rows()
  const id = randomUUID()
  const kiosk = { number: 1, name: { ko: '가', en: 'a' } }
  const whole: Record<string, Record<string, unknown>> = {
    'hand_off.requested': { id, service: 'consultation', claims: patient },
    'hand_off.cancelled': { id, service: 'consultation' },
    'hand_off.coming': { id },
    'staff.called': { kiosk },
  }
  const lacking: unknown[] = [7, '"x"', [], {}, { type: 7 }, { type: null, data: {} }]
  for (const [type, data] of Object.entries(whole)) {
    lacking.push({ type }, ...[null, 7, 'x', [], {}].map(data => ({ type, data })))
    for (const name of Object.keys(data)) {
      for (const value of [undefined, null, 7, ['x'], [], 'x'.repeat(100)]) {
        // Any text may be a service; nobody has this one.
        if (name !== 'service' || typeof value !== 'string')
          lacking.push({ type, data: { ...data, [name]: value } })
      }
    }
  }
  const claims = [{ masked_name: 7 }, { name: null }, { external_id: ['x'] }, { name: {} }]
  for (const each of claims) lacking.push(requested(id, { claims: each }))
  lacking.push({ type: 'staff.called', data: { kiosk: { number: 1, name: { ko: '가' } } } })
  for (const message of lacking) {
    const { status, code } = await reception.webhook(message, { id })
    assert.equal(`${status} ${code}`, '422 malformed', JSON.stringify(message))
  }
  for (const text of ['', 'null', '{', 'x', '\u0000']) {
    assert.equal((await reception.webhook(text, { id })).status, 401, text)
  }
  const large = await reception.webhook(requested(id, { language: 'x'.repeat(1_000_000) }), { id })
  assert.equal(`${large.status} ${large.code}`, '422 malformed')
  const deep = `{"type":"hand_off.coming","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
  assert.equal((await reception.webhook(deep, { id })).code, 'malformed')
  assert.equal(reception.rows(), before)
})
