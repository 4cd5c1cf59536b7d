import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import type { Actor } from '../protocol/log-event.ts'
import { sealedTexts } from '../protocol/sealed-text.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createClients } from './clients.ts'

const start = 1_800_000_000_000
const day = 86_400_000
const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const clinic = {
  id: 'clinic',
  name: { ko: '서울내과', en: 'Seoul Clinic' },
  claims: ['name', 'external_id'],
  endpoint: null,
} as const
const both = { secrets: ['credential', 'webhook_secret'], now: false } as const
const refusal = (code: RefusalCode) => new Refusal(code)

/** Clients over a real store, with a clock to move. */
async function setUp(t: TestContext) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const { clients: records } = store
  let time = start
  /** As a gate has them that is started with these keys. */
  const withKeys = (...secretKeys: [string, ...string[]]) => {
    const sealed = sealedTexts(deriveKeyring(secretKeys, 'webhook secret'), randomBytes)
    return { sealed, clients: createClients({ records, sealed, clock: () => time, randomBytes }) }
  }
  const opened = withKeys('a secret key of this test')
  const { clients, sealed } = opened
  return {
    clients,
    records,
    withKeys,
    pass: (ms: number) => {
      time += ms
    },
    /** What is sealed in its row, the present secret first. */
    secrets: async (id = 'clinic') => {
      const { webhookSecret, oldWebhookSecret } = (await records.byId(id)) ?? {}
      const open = (secret: string | null = null) => secret && sealed.open(`client ${id}`, secret)
      return [open(webhookSecret), open(oldWebhookSecret)]
    },
    /** What the log tells of a client: each event with when, who and how. */
    told: async (id = 'clinic') => {
      const rows = await store.log.waiting({}, { after: 0 }, 100)
      return rows
        .filter(row => row.subjectKind === 'client' && row.subject === id)
        .map(({ event, at, actorKind, actor, detail }) => {
          return [event, at, `${actorKind} ${actor}`, detail]
        })
    },
  }
}

test('a client is found by its credential and by its id', async t => {
  const { clients, secrets, told } = await setUp(t)
  const { client, credential, webhookSecret } = await clients.add(clinic, operator)
  assert.deepEqual(await clients.byCredential(credential), client)
  assert.deepEqual(await clients.byId('clinic'), client)
  const { id, name, claims, endpoint } = client
  assert.deepEqual({ id, name, claims, endpoint }, clinic)
  assert.deepEqual(await secrets(), [webhookSecret, null])
  assert.ok(clients.canSign(client))
  assert.deepEqual(await told(), [
    ['client.added', start, 'operator shell:kim', '{"claims":["name","external_id"]}'],
  ])
})

test('S130: of its credential only a hash is kept, and its webhook secret is sealed', async t => {
  const { clients, records } = await setUp(t)
  const { credential, webhookSecret } = await clients.add(clinic, operator)
  assert.match(credential, /^[\w-]{43}$/)
  assert.match(webhookSecret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const row = JSON.stringify(await records.byId('clinic'))
  for (const secret of [credential, webhookSecret, webhookSecret.slice('whsec_'.length)]) {
    assert.ok(!row.includes(secret))
  }
})

test('S033: whoever has no credential of a client is not known', async t => {
  const { clients } = await setUp(t)
  const { credential, client } = await clients.add(clinic, operator)
  const others = ['', 'clinic', credential.slice(1), credential.toLowerCase(), `${credential}A`]
  for (const other of [...others, client.credentialHash ?? '']) {
    await assert.rejects(clients.byCredential(other), refusal('client_unknown'))
  }
  assert.equal(await clients.byId('other'), null)
})

test('an id is small and plain, and never given twice', async t => {
  const { clients } = await setUp(t)
  const ids = ['', 'Clinic', '-clinic', 'clinic a', 'clinic_a', '서울', 'a'.repeat(64), 'a\n']
  for (const id of ids) {
    const add = clients.add({ ...clinic, id }, operator)
    await assert.rejects(add, refusal('client_id_invalid'), id)
  }
  for (const id of ['a', '0-', 'a'.repeat(63)]) await clients.add({ ...clinic, id }, operator)
  const { credential } = await clients.add(clinic, operator)
  await assert.rejects(clients.add(clinic, operator), refusal('client_exists'))
  await clients.byCredential(credential)
  await clients.remove('clinic', operator)
  await assert.rejects(clients.add(clinic, operator), refusal('client_exists'))
  assert.equal(await clients.byId('clinic'), null)
})

test('a name is one that people can read, and an endpoint one that may be called', async t => {
  const { clients, records } = await setUp(t)
  const names = ['', ' ', 'x'.repeat(65), 'clinic\u202e', 'a\nb', 'a\u2028b', '\u3164', 'a\u115fb']
  for (const ko of names) {
    const add = clients.add({ ...clinic, name: { ...clinic.name, ko } }, operator)
    await assert.rejects(add, refusal('name_invalid'))
  }
  const endpoint = 'http://emr.example.org/'
  await assert.rejects(clients.add({ ...clinic, endpoint }, operator), refusal('endpoint_invalid'))
  await clients.add(clinic, operator)
  const before = await records.byId('clinic')
  for (const en of names) {
    await assert.rejects(clients.set('clinic', { name: { en } }, operator), refusal('name_invalid'))
  }
  for (const endpoint of ['http://emr.example.org/', '']) {
    const set = clients.set('clinic', { endpoint }, operator)
    await assert.rejects(set, refusal('endpoint_invalid'))
  }
  assert.deepEqual(await records.byId('clinic'), before)
})

test('what is set counts at once, and the log tells which fields it was', async t => {
  const { clients, told, pass } = await setUp(t)
  const { credential } = await clients.add(clinic, operator)
  pass(1)
  const endpoint = 'https://emr.example.org/hooks'
  await clients.set('clinic', { name: { ko: '한강내과' }, endpoint }, operator)
  await clients.set('clinic', { claims: ['name'] }, operator)
  // Nothing is new, and nothing is told.
  await clients.set('clinic', { claims: ['name'], endpoint, name: { ko: '한강내과' } }, operator)
  await clients.set('clinic', {}, operator)
  const client = await clients.byCredential(credential)
  assert.deepEqual(client.name, { ko: '한강내과', en: 'Seoul Clinic' })
  assert.deepEqual([client.claims, client.endpoint], [['name'], endpoint])
  assert.equal((await clients.set('clinic', { endpoint: null }, operator)).endpoint, null)
  assert.deepEqual((await told()).slice(1), [
    ['client.changed', start + 1, 'operator shell:kim', '{"fields":["name","endpoint"]}'],
    ['client.changed', start + 1, 'operator shell:kim', '{"fields":["claims"],"claims":["name"]}'],
    ['client.changed', start + 1, 'operator shell:kim', '{"fields":["endpoint"]}'],
  ])
  await assert.rejects(clients.set('other', {}, operator), refusal('client_unknown'))
})

test('S094: what was rotated away is good for a week beside its successor', async t => {
  const { clients, secrets, pass, told } = await setUp(t)
  const first = await clients.add(clinic, operator)
  const second = await clients.rotate('clinic', both, operator)
  assert.ok(second.credential && second.webhookSecret)
  assert.deepEqual(await secrets(), [second.webhookSecret, first.webhookSecret])
  pass(7 * day - 1)
  assert.deepEqual(clients.webhookSecrets(second.client), [
    second.webhookSecret,
    first.webhookSecret,
  ])
  await clients.byCredential(first.credential)
  await clients.byCredential(second.credential)
  pass(1)
  await assert.rejects(clients.byCredential(first.credential), refusal('client_unknown'))
  assert.deepEqual(await clients.byCredential(second.credential), second.client)
  assert.equal(second.client.oldWebhookUntil, start + 7 * day)
  assert.deepEqual(clients.webhookSecrets(second.client), [second.webhookSecret])
  assert.deepEqual((await told()).slice(1), [
    [
      'client.rotated',
      start,
      'operator shell:kim',
      `{"fields":["credential","webhook_secret"],"until":${start + 7 * day}}`,
    ],
  ])
})

test('a second rotation drops the oldest, and one that is due now keeps none', async t => {
  const { clients, secrets } = await setUp(t)
  const first = await clients.add(clinic, operator)
  const second = await clients.rotate('clinic', both, operator)
  const third = await clients.rotate('clinic', both, operator)
  await assert.rejects(clients.byCredential(first.credential), refusal('client_unknown'))
  await clients.byCredential(second.credential ?? '')
  assert.deepEqual(await secrets(), [third.webhookSecret, second.webhookSecret])
  const last = await clients.rotate('clinic', { ...both, now: true }, operator)
  for (const { credential = '' } of [second, third]) {
    await assert.rejects(clients.byCredential(credential), refusal('client_unknown'))
  }
  await clients.byCredential(last.credential ?? '')
  assert.deepEqual(await secrets(), [last.webhookSecret, null])
})

test('rotating one secret leaves the other and its overlap as they are', async t => {
  const { clients, secrets, pass } = await setUp(t)
  const first = await clients.add(clinic, operator)
  const second = await clients.rotate('clinic', { ...both, secrets: ['credential'] }, operator)
  assert.equal(second.webhookSecret, undefined)
  assert.deepEqual(await secrets(), [first.webhookSecret, null])
  pass(6 * day)
  const third = await clients.rotate('clinic', { ...both, secrets: ['webhook_secret'] }, operator)
  assert.equal(third.credential, undefined)
  await clients.byCredential(first.credential)
  pass(day)
  await assert.rejects(clients.byCredential(first.credential), refusal('client_unknown'))
  await clients.rotate('clinic', { secrets: ['webhook_secret'], now: true }, operator)
  await assert.rejects(clients.byCredential(first.credential), refusal('client_unknown'))
  await clients.byCredential(second.credential ?? '')
})

test('S096: a removed client is not known any more, by no credential that it had', async t => {
  const { clients, records, told } = await setUp(t)
  const first = await clients.add(clinic, operator)
  const second = await clients.rotate('clinic', both, operator)
  const other = await clients.add({ ...clinic, id: 'other' }, operator)
  await clients.remove('clinic', operator)
  // A connection may break while the first answer is on its way.
  await clients.remove('clinic', operator)
  for (const { credential = '' } of [first, second]) {
    await assert.rejects(clients.byCredential(credential), refusal('client_unknown'))
  }
  const { credentialHash, oldCredentialHash, webhookSecret, oldWebhookSecret } =
    (await records.byId('clinic')) ?? {}
  for (const left of [credentialHash, oldCredentialHash, webhookSecret, oldWebhookSecret]) {
    assert.equal(left, null)
  }
  assert.deepEqual((await told()).at(-1), ['client.removed', start, 'operator shell:kim', null])
  assert.equal((await told()).length, 3)
  const gone = refusal('client_unknown')
  await assert.rejects(clients.set('clinic', { claims: [] }, operator), gone)
  await assert.rejects(clients.rotate('clinic', both, operator), gone)
  await assert.rejects(clients.remove('other-one', operator), gone)
  await clients.byCredential(other.credential)
})

test('of 20 who add one client at once, one does', async t => {
  const { clients } = await setUp(t)
  const added = await Promise.allSettled(
    Array.from({ length: 20 }, () => clients.add(clinic, operator)),
  )
  const done = added.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  assert.equal(done.length, 1)
  assert.equal((await clients.byCredential(done[0]?.credential ?? '')).id, 'clinic')
})

test('a secret whose key is gone cannot sign, and is told of; rotating mends it', async t => {
  const { clients, withKeys, records } = await setUp(t)
  const { client } = await clients.add(clinic, operator)
  const next = withKeys('another secret key')
  assert.equal(next.clients.canSign(client), false)
  const before = await records.byId('clinic')
  assert.deepEqual(await next.clients.reseal(), ['clinic'])
  assert.deepEqual(await records.byId('clinic'), before, 'with its key it would be good again')
  const { client: mended } = await next.clients.rotate('clinic', both, operator)
  assert.ok(next.clients.canSign(mended))
  assert.equal(mended.oldWebhookSecret, null, 'nobody can sign with it')
  assert.deepEqual(await next.clients.reseal(), [])
})

test('once it was sealed anew a secret needs its older key no more', async t => {
  const { clients, withKeys, records, told } = await setUp(t)
  const { webhookSecret: first } = await clients.add(clinic, operator)
  const { webhookSecret: second = '' } = await clients.rotate('clinic', both, operator)
  await clients.add({ ...clinic, id: 'removed' }, operator)
  await clients.remove('removed', operator)
  const rotating = withKeys('another secret key', 'a secret key of this test')
  assert.deepEqual(await rotating.clients.reseal(), [])
  const { sealed, clients: later } = withKeys('another secret key')
  const row = await records.byId('clinic')
  assert.ok(row && later.canSign(row))
  assert.equal(sealed.open('client clinic', row.webhookSecret ?? ''), second)
  assert.equal(sealed.open('client clinic', row.oldWebhookSecret ?? ''), first)
  assert.equal((await told()).length, 2, 'nothing has changed for anybody')
})
