import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Client } from '../store/client.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createEndpointHealth } from './endpoint-health.ts'

const start = 1_800_000_000_000
const threeDays = 259_200_000

const clinic: Client = {
  id: 'clinic',
  name: { ko: '서울내과', en: 'Seoul Clinic' },
  claims: [],
  endpoint: 'https://emr.example.org/hooks',
  credentialHash: 'hash',
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
}

async function setUp(t: TestContext, change: Partial<Client> = {}) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const write = (change: Partial<Client>) =>
    store.clients.update('clinic', old => ({
      next: { ...(old ?? clinic), ...change },
      events: [],
      quiet: true,
    }))
  await write(change)
  let now = start
  const offs: Client[] = []
  const onOff = (client: Client) => offs.push(client)
  const health = createEndpointHealth({ ...store, clock: () => now, onOff })
  const row = async () => (await store.clients.byId('clinic')) as Client
  return {
    health,
    offs,
    row,
    write,
    at: (time: number) => {
      now = time
    },
    failed: async () => health.failed(await row()),
    events: async () => (await store.log.waiting({}, { after: 0 }, 9)).map(({ event }) => event),
  }
}

test('failures count from the first after a success, and three days of them switch off', async t => {
  const set = await setUp(t)
  await set.failed()
  set.at(start + threeDays - 1)
  await set.failed()
  assert.equal((await set.row()).failingSince, start)
  await set.health.succeeded(await set.row())
  assert.equal((await set.row()).failingSince, null)
  const again = start + threeDays
  set.at(again)
  await set.failed()
  set.at(again + threeDays - 1)
  await set.failed()
  assert.deepEqual(set.offs, [])
  set.at(again + threeDays)
  await set.failed()
  const { failingSince, webhooksOffAt } = await set.row()
  assert.deepEqual([failingSince, webhooksOffAt], [again, again + threeDays])
  assert.deepEqual(await set.events(), ['client.webhooks_off'])
})

test('switched off once, however many failures say so at the same time', async t => {
  const set = await setUp(t, { failingSince: start - threeDays })
  const seen = await set.row()
  await Promise.all(Array.from({ length: 20 }, () => set.health.failed(seen)))
  await set.failed()
  assert.deepEqual(
    set.offs.map(({ id }) => id),
    ['clinic'],
  )
  assert.deepEqual(await set.events(), ['client.webhooks_off'])
})

test('what an older endpoint has answered says nothing of its successor', async t => {
  const set = await setUp(t, { failingSince: start - threeDays })
  const seen = await set.row()
  await set.write({ endpoint: 'https://emr.example.org/new', failingSince: null })
  await set.health.failed(seen)
  assert.deepEqual([(await set.row()).failingSince, (await set.row()).webhooksOffAt], [null, null])
  await set.write({ failingSince: start })
  await set.health.succeeded(seen)
  assert.equal((await set.row()).failingSince, start)
})
