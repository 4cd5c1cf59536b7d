import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../errors.ts'
import { type LogEvent, type LogEventName, system } from '../protocol/log-event.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import type { Client } from '../store/client.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { notificationsReader } from './notifications.ts'

const now = 1_800_000_000_000
const id = createSignInId(now, new Uint8Array(10))

const client = (id: string, change: Partial<Client> = {}): Client => ({
  id,
  name: { ko: '서울내과', en: 'Seoul Clinic' },
  claims: [],
  endpoint: 'https://emr.example.org/hooks',
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
  createdAt: now,
  removedAt: null,
  ...change,
})

const event = (
  event: LogEventName,
  kind: LogEvent['subject']['kind'],
  detail: LogEvent['detail'] = {},
  change: Partial<LogEvent> = {},
): LogEvent => ({ event, at: now - 1, actor: system, subject: { kind, id }, detail, ...change })

/** A reader over a real store that has these clients. */
async function setUp(t: TestContext, ...clients: Client[]) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  for (const row of clients) {
    await store.clients.update(row.id, () => ({ next: row, events: [], quiet: true }))
  }
  const kiosk = async (number: number) => {
    const known = await store.kiosks.byNumber(number)
    if (!known) throw new Refusal('kiosk_not_enrolled')
    return known
  }
  const reader = notificationsReader({ ...store, kiosk, clock: () => now })
  const lease = await store.leases.take('sealer', 'this test', 60_000)
  assert.ok(lease)
  const tell = async (...events: LogEvent[]) => {
    const { position } = await store.log.head()
    await store.log.add(events)
    await store.log.seal(lease, 500)
    return store.log.after(position, 500)
  }
  const made = async () => (await store.deliveries.find({}, 500)).toReversed()
  return { store, reader, tell, made }
}

test('who is concerned gets one delivery, whose id follows from event and client', async t => {
  const { reader, tell, made } = await setUp(t, client('clinic'), client('library'))
  const rows = await tell(
    event('sign_in.claimed', 'sign_in', { client: 'clinic', claims: ['name'] }),
    event('visit.ended', 'sign_in', { client: 'library', reason: 'kiosk' }),
    event('visit.ended', 'sign_in', { reason: 'kiosk' }),
    event('sign_in.approved', 'sign_in', { client: 'clinic', claims: [] }),
    event('log.checkpoint', 'log', { position: 1 }),
  )
  await reader.read(rows)
  const first = await made()
  assert.deepEqual(
    first.map(({ client, event, subject, position }) => [client, event, subject, position]),
    [
      ['clinic', 'sign_in.claimed', `sign_in ${id}`, 1],
      ['library', 'visit.ended', `sign_in ${id}`, 2],
      ['library', 'log.checkpoint', `log ${id}`, 5],
      ['clinic', 'log.checkpoint', `log ${id}`, 5],
    ],
  )
  for (const { state, at, nextTryAt, tries } of first) {
    assert.deepEqual([state, at, nextTryAt, tries], ['open', now - 1, now, 0])
  }
  // As after a crash before its place was noted.
  await reader.read(rows)
  assert.deepEqual(await made(), first)
})

test('after a restored dump the same position has another id', async t => {
  const ids = await Promise.all(
    [1, 2].map(async () => {
      const { reader, tell, made } = await setUp(t, client('clinic'))
      await reader.read(await tell(event('visit.ended', 'sign_in', { client: 'clinic' })))
      return (await made()).map(({ id }) => id)
    }),
  )
  assert.match(ids[0]?.[0] ?? '', /^evt-1-[0-9a-f]{16}$/)
  assert.match(ids[1]?.[0] ?? '', /^evt-1-[0-9a-f]{16}$/)
  assert.notDeepEqual(ids[0], ids[1])
})

test('who has no endpoint, was removed or is switched off gets nothing', async t => {
  const { reader, tell, made } = await setUp(
    t,
    client('mute', { endpoint: null }),
    client('removed', { removedAt: now }),
    client('off', { webhooksOffAt: now }),
  )
  const ids = ['mute', 'removed', 'off', 'nobody']
  const rows = await tell(
    event('log.checkpoint', 'log'),
    ...ids.map(client => event('visit.ended', 'sign_in', { client })),
  )
  await reader.read(rows)
  assert.deepEqual(await made(), [])
})

test('a hand-off of which the client never heard is not cancelled there', async t => {
  const { reader, tell, made } = await setUp(t, client('clinic'))
  const cancelled = (detail: object) =>
    event('hand_off.cancelled', 'hand_off', { client: 'clinic', service: 'exam', ...detail })
  await reader.read(
    await tell(
      cancelled({ tries: 0 }),
      event('hand_off.coming', 'hand_off', { client: 'clinic', service: 'exam', tries: 0 }),
      cancelled({ tries: 1 }),
      cancelled({ tries: 1, asked_until: now + 5_000 }),
      cancelled({ tries: 2, asked_until: now + 60_000 }),
      cancelled({ tries: 2, asked_until: now - 1 }),
    ),
  )
  // A request that is under way is over after 7 s; a later time is that of the next try.
  assert.deepEqual(
    (await made()).map(({ nextTryAt }) => (nextTryAt ?? 0) - now),
    [0, 5_000, 7_000, 0],
  )
})

test('a call for staff goes to the client that has the kiosk by now, if it takes calls', async t => {
  const taking = client('clinic', { staffCalls: true })
  const { store, reader, tell, made } = await setUp(t, taking, client('library'))
  const kioskOf = async (client: string | null) => {
    const { number } = await store.kiosks.add(number => ({
      next: {
        number,
        name: { ko: '1층', en: 'Ground floor' },
        claimable: true,
        credentialHash: null,
        linkHash: null,
        linkExpiresAt: null,
        linkUsedAt: null,
        revokedAt: null,
        removedAt: null,
        client,
        policy: null,
        createdAt: now,
      },
      events: [],
      quiet: true,
    }))
    return number
  }
  const kiosks = [await kioskOf('clinic'), await kioskOf('library'), await kioskOf(null), 9_999]
  const calls = [...kiosks, kiosks[0] ?? 0].map(kiosk =>
    event('staff.called', 'kiosk', {}, { kiosk, subject: { kind: 'kiosk', id: `${kiosk}` } }),
  )
  const rows = await tell(...calls)
  await reader.read(rows)
  const [first, second, ...more] = await made()
  assert.deepEqual([first?.client, second?.client, more], ['clinic', 'clinic', []])
  // A call that nobody takes does not stop the next one.
  assert.notEqual(first?.subject, second?.subject)
})

test('rows that are erased, damaged or of a newer gate are passed over', async t => {
  const { reader, tell, made } = await setUp(t, client('clinic'))
  const [row, ...rest] = await tell(
    ...Array.from({ length: 5 }, () => event('visit.ended', 'sign_in', { client: 'clinic' })),
  )
  const [erased, damaged, strange, foreign] = rest
  assert.ok(row && erased && damaged && strange && foreign)
  await reader.read([
    { ...erased, event: null, at: null, detail: null },
    { ...damaged, detail: '{"client": "cli' },
    { ...strange, detail: 'null' },
    { ...foreign, event: 'visit.prolonged' },
    row,
  ])
  assert.deepEqual(
    (await made()).map(({ position }) => position),
    [row.position],
  )
})

test('that something is void waits for nobody who was on the way', async t => {
  const { reader, tell, made } = await setUp(t, client('clinic'))
  const concerned = { client: 'clinic', service: 'exam', tries: 1 }
  const rows = await tell(
    event('hand_off.coming', 'hand_off', concerned),
    event('hand_off.cancelled', 'hand_off', { reason: 'phone', ...concerned }),
  )
  await reader.read(rows)
  const [coming, cancelled] = await made()
  assert.deepEqual([coming?.event, cancelled?.event], ['hand_off.coming', 'hand_off.cancelled'])
  assert.notEqual(coming?.subject, cancelled?.subject)
})
