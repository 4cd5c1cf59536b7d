import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Delivery } from '../protocol/delivery.ts'
import type { Client } from '../store/client.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import type { WebhookAnswer } from '../webhooks/answer.ts'
import type { WebhookPost } from '../webhooks/post.ts'
import { startDelivering } from './delivering.ts'
import { createEndpointHealth } from './endpoint-health.ts'

const start = 1_800_000_000_000
const good: WebhookAnswer = { kind: 'answered', status: 204, body: undefined }
const bad: WebhookAnswer = { kind: 'failed', why: 'unreachable', detail: 'ECONNREFUSED' }

let positions = 0
const delivery = (change: Partial<Delivery> = {}): Delivery => {
  positions += 1
  return {
    id: `evt-${positions}`,
    client: 'clinic',
    event: 'visit.ended',
    subject: `sign_in ${positions}`,
    position: positions,
    state: 'open',
    tries: 0,
    triedSince: null,
    nextTryAt: start,
    why: null,
    at: start,
    updatedAt: start,
    ...change,
  }
}

const client = (id: string, change: Partial<Client> = {}): Client => ({
  id,
  name: { ko: '서울내과', en: 'Seoul Clinic' },
  claims: [],
  endpoint: `https://${id}.example.org/hooks`,
  credentialHash: `hash of ${id}`,
  oldCredentialHash: null,
  oldCredentialUntil: null,
  webhookSecret: null,
  oldWebhookSecret: null,
  oldWebhookUntil: null,
  services: [],
  staffCalls: false,
  failingSince: null,
  webhooksOffAt: null,
  createdAt: start,
  removedAt: null,
  ...change,
})

/** Somebody who sends over a real store, to receivers that answer when the test says. */
async function setUp(t: TestContext, rows: readonly Delivery[], clients = [client('clinic')]) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  for (const row of clients) {
    await store.clients.update(row.id, () => ({ next: row, events: [], quiet: true }))
  }
  await store.deliveries.add(rows)
  const sent: { id: string; url: string; answer: (answer: WebhookAnswer) => void }[] = []
  let wake = () => {}
  const post: WebhookPost = ({ id, url }) =>
    new Promise(answer => {
      sent.push({ id, url, answer })
      wake()
    })
  let now = start
  const errors: unknown[] = []
  const offs: string[] = []
  const unmade = new Set<string>()
  const clock = () => now
  const health = createEndpointHealth({ ...store, clock, onOff: ({ id }) => offs.push(id) })
  const stop = startDelivering({
    leases: store.leases,
    holder: 'this test',
    onError: error => {
      errors.push(error)
      wake()
    },
    deliveries: store.deliveries,
    clients: { byId: store.clients.byId, webhookSecrets: () => [] },
    bodyOf: async ({ id }) => {
      if (unmade.has(id)) throw new Error('no body')
      return id.endsWith('gone') ? { why: 'the account is gone' } : { body: '{}' }
    },
    post,
    health,
    clock,
    random: () => 0,
    onGivenUp: () => {},
  })
  t.after(async () => {
    const stopped = stop()
    for (const { answer } of sent) answer(good)
    await stopped
  })
  const turned = () =>
    new Promise<void>(resolve => {
      wake = resolve
    })
  return {
    store,
    sent,
    errors,
    offs,
    unmade,
    stop,
    pass: (ms: number) => {
      now += ms
    },
    /** Waits until so many have been sent. */
    async sentAre(count: number) {
      while (sent.length < count) await turned()
      return sent.map(({ id }) => id)
    },
    async failed(count: number) {
      while (errors.length < count) await turned()
    },
    /** How a delivery stands, once it has come to that. */
    async becomes(id: string, isSo: (row: Delivery) => boolean) {
      for (;;) {
        const row = await store.deliveries.read(id)
        if (row && isSo(row)) return row
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    },
  }
}

test('eight are under way to one client, and others do not wait for it', async t => {
  const many = Array.from({ length: 20 }, () => delivery())
  const other = delivery({ client: 'library', nextTryAt: start + 1 })
  const clients = [client('clinic'), client('library')]
  const set = await setUp(t, [...many, other], clients)
  set.pass(1)
  const ids = await set.sentAre(9)
  assert.deepEqual(ids.toSorted(), [...many.slice(0, 8), other].map(({ id }) => id).toSorted())
  // Nothing more is sent until one of them has come to its end.
  set.sent.find(({ id }) => id === other.id)?.answer(good)
  await set.becomes(other.id, ({ state }) => state === 'delivered')
  assert.equal(set.sent.length, 9)
  set.sent[0]?.answer(good)
  const [, ...rest] = (await set.sentAre(10)).slice(8)
  assert.deepEqual(rest, [many[8]?.id])
})

test('the next of a subject is sent when the one before has arrived', async t => {
  const subject = 'sign_in of one visit'
  const [first, second] = [delivery({ subject }), delivery({ subject })]
  const set = await setUp(t, [second, first])
  assert.deepEqual(await set.sentAre(1), [first.id])
  set.sent[0]?.answer(bad)
  const waiting = await set.becomes(first.id, ({ why }) => why !== null)
  assert.deepEqual([waiting.nextTryAt, waiting.why], [start + 5_000, 'unreachable: ECONNREFUSED'])
  set.pass(5_000)
  assert.deepEqual(await set.sentAre(2), [first.id, first.id])
  set.sent[1]?.answer(good)
  assert.deepEqual(await set.sentAre(3), [first.id, first.id, second.id])
})

test('what was cut off is sent again once its time is over', async t => {
  // As a node that was killed has left it.
  const cut = delivery({ tries: 1, triedSince: start - 1, nextTryAt: start + 15_000 })
  const next = delivery()
  const set = await setUp(t, [cut, next])
  assert.deepEqual(await set.sentAre(1), [next.id])
  set.pass(15_000)
  assert.deepEqual(await set.sentAre(2), [next.id, cut.id])
})

test('what has nobody to go to, or nothing to tell, is given up with a reason', async t => {
  const rows = [
    delivery({ client: 'nobody' }),
    delivery({ client: 'mute' }),
    delivery({ client: 'off' }),
    delivery({ id: 'evt-of-one-who-is-gone' }),
  ]
  const clients = [
    client('clinic'),
    client('mute', { endpoint: null }),
    client('off', { webhooksOffAt: start }),
  ]
  const set = await setUp(t, rows, clients)
  const whys = rows.map(async ({ id }) => (await set.becomes(id, row => row.why !== null)).why)
  assert.deepEqual(await Promise.all(whys), [
    'the client is gone',
    'the client has no endpoint',
    'the webhooks of this client are switched off',
    'the account is gone',
  ])
  assert.deepEqual(set.sent, [])
})

test('what the gate cannot make is tried again, and is nothing against the endpoint', async t => {
  const row = delivery()
  const set = await setUp(t, [row])
  set.unmade.add(row.id)
  await set.failed(1)
  const { nextTryAt, why } = await set.becomes(row.id, ({ why }) => why !== null)
  assert.deepEqual([nextTryAt, why], [start + 5_000, 'the gate could not make it'])
  assert.equal((await set.store.clients.byId('clinic'))?.failingSince, null)
  set.unmade.clear()
  set.pass(5_000)
  assert.deepEqual(await set.sentAre(1), [row.id])
})

test('a node that stops begins nothing, and ends what it has begun', async t => {
  const subject = 'sign_in of one visit'
  const [first, second] = [delivery({ subject }), delivery({ subject })]
  const set = await setUp(t, [first, second])
  await set.sentAre(1)
  const stopped = set.stop()
  set.sent[0]?.answer(good)
  await stopped
  assert.equal((await set.store.deliveries.read(first.id))?.state, 'delivered')
  assert.equal((await set.store.deliveries.read(second.id))?.tries, 0)
  assert.equal(set.sent.length, 1)
  // Its lease is free for another node at once.
  assert.ok(await set.store.leases.take('deliveries', 'another node', 1_000))
})

test('what cannot be written is tried now and then, and not on and on', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const row = delivery()
  const set = await setUp(t, [row])
  const full = t.mock.method(set.store.deliveries, 'update', async () => {
    throw new Error('the disk is full')
  })
  const turns = async () => {
    for (let turn = 0; turn < 100; turn += 1) await new Promise(resolve => setImmediate(resolve))
  }
  t.mock.timers.tick(250)
  await set.failed(1)
  await turns()
  assert.equal(set.errors.length, 1)
  full.mock.restore()
  while (set.sent.length === 0) {
    t.mock.timers.tick(250)
    await turns()
  }
  assert.equal(set.sent[0]?.id, row.id)
})
