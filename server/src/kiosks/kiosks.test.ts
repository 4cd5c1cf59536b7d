import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import { policyOf } from '../protocol/policy.ts'
import { type PolicyDocument, readDocument } from '../protocol/policy-document.ts'
import type { Kiosk, KioskRecords } from '../store/kiosk.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createKiosks, openKiosk, seedKiosk } from './kiosks.ts'

const name = { ko: '1층 접수', en: 'Reception' }
const now = 1_800_000_000_000
const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code

/** Kiosks over a real store, with a clock to move and a count of what was read. */
async function setUp(
  t: TestContext,
  builtIn: readonly Kiosk[] = [],
  usualClient: string | null = null,
) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  let time = now
  let reads = 0
  let revokedAt: number | null = null
  const counted = async (read: Promise<Kiosk | null>) => {
    reads += 1
    const kiosk = await read
    return kiosk && { ...kiosk, revokedAt }
  }
  const records: KioskRecords = {
    ...store.kiosks,
    byNumber: number => counted(store.kiosks.byNumber(number)),
    byCredentialHash: hash => counted(store.kiosks.byCredentialHash(hash)),
  }
  const kiosks = createKiosks({
    records,
    builtIn,
    usualClient,
    clock: () => time,
    monotonic: () => time,
    randomBytes,
  })
  return {
    kiosks,
    records,
    reads: () => reads,
    /** What the log tells of a kiosk: each event with when, who and how. */
    told: async ({ number }: Kiosk) => {
      const rows = await store.log.waiting({ kiosk: number }, { after: 0 }, 100)
      return rows.map(({ event, at, actorKind, actor, subjectKind, subject, detail }) => {
        assert.deepEqual([subjectKind, subject], ['kiosk', `${number}`])
        return [event, at, `${actorKind} ${actor}`, detail]
      })
    },
    pass: (ms: number) => {
      time += ms
    },
    /** As an operator on another node does it: nobody tells this node. */
    revoke: () => {
      revokedAt = time
    },
  }
}

test('an enrolled kiosk is found by its number and by its credential', async t => {
  const { kiosks } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name, operator)
  assert.deepEqual(await kiosks.usable(kiosk.number), kiosk)
  assert.deepEqual(await kiosks.byCredential(credential), kiosk)
  assert.deepEqual(kiosk.name, name)
})

test('kiosks without a client may have a usual one, in this process only', async t => {
  const { kiosks, records } = await setUp(t, [seedKiosk, openKiosk], 'demo-reception')
  const own = await kiosks.enrol(name, operator, 'clinic')
  const { kiosk, credential } = await kiosks.enrol(name, operator)
  assert.equal(kiosk.client, 'demo-reception')
  assert.equal((await kiosks.usable(kiosk.number)).client, 'demo-reception')
  assert.equal((await kiosks.byCredential(credential)).client, 'demo-reception')
  assert.equal((await kiosks.usable(openKiosk.number)).client, 'demo-reception')
  assert.equal((await kiosks.usable(own.kiosk.number)).client, 'clinic')
  assert.equal((await kiosks.usable(seedKiosk.number)).client, null, 'nobody claims there')
  assert.equal((await records.byNumber(kiosk.number))?.client, null, 'no row says so')
})

test('S130: of a kiosk credential only a hash is kept', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name, operator)
  assert.match(credential, /^[A-Za-z0-9_-]{43}$/)
  assert.ok(!JSON.stringify(await records.byNumber(kiosk.number)).includes(credential))
})

test('S033: an unknown number and an unknown credential are not enrolled', async t => {
  const { kiosks } = await setUp(t)
  const { credential } = await kiosks.enrol(name, operator)
  await assert.rejects(kiosks.usable(4_000_000_000), refusal('kiosk_not_enrolled'))
  for (const other of ['', credential.slice(1), credential.toLowerCase(), `${credential}A`]) {
    await assert.rejects(kiosks.byCredential(other), refusal('kiosk_not_enrolled'))
  }
})

test('built-in kiosks are usable without a row, where the gate has them', async t => {
  const demo = await setUp(t, [seedKiosk, openKiosk])
  assert.deepEqual(await demo.kiosks.usable(0), seedKiosk)
  assert.deepEqual(await demo.kiosks.usable(1), openKiosk)
  assert.equal(demo.reads(), 0)
  const serve = await setUp(t)
  await assert.rejects(serve.kiosks.usable(0), refusal('kiosk_not_enrolled'))
  await assert.rejects(serve.kiosks.usable(1), refusal('kiosk_not_enrolled'))
})

test('a kiosk in use is read once in five seconds', async t => {
  const { kiosks, reads, pass } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  for (let call = 0; call < 10; call += 1) await kiosks.usable(kiosk.number)
  pass(4_999)
  await kiosks.usable(kiosk.number)
  assert.equal(reads(), 1)
  pass(1)
  await kiosks.usable(kiosk.number)
  assert.equal(reads(), 2)
})

test('S033: a revoked kiosk is refused within five seconds, by number and by credential', async t => {
  const { kiosks, pass, revoke } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name, operator)
  await kiosks.usable(kiosk.number)
  await kiosks.byCredential(credential)
  revoke()
  pass(5_000)
  await assert.rejects(kiosks.usable(kiosk.number), refusal('kiosk_revoked'))
  await assert.rejects(kiosks.byCredential(credential), refusal('kiosk_revoked'))
})

test('S077: guessed numbers are not remembered, so that one enrolled later is known at once', async t => {
  const { kiosks, reads } = await setUp(t)
  await assert.rejects(kiosks.usable(100), refusal('kiosk_not_enrolled'))
  await assert.rejects(kiosks.usable(100), refusal('kiosk_not_enrolled'))
  assert.equal(reads(), 2)
  const { kiosk } = await kiosks.enrol(name, operator)
  assert.equal(kiosk.number, 100)
  assert.deepEqual(await kiosks.usable(100), kiosk)
})

test('a read that fails is not remembered', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const { byNumber } = records
  records.byNumber = () => Promise.reject(new Refusal('storage_busy'))
  await assert.rejects(kiosks.usable(kiosk.number), refusal('storage_busy'))
  records.byNumber = byNumber
  assert.deepEqual(await kiosks.usable(kiosk.number), kiosk)
})

test('S018: of 20 screens that use one link at once, exactly one is enrolled', async t => {
  const { kiosks, told } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  assert.deepEqual(await kiosks.invited(link), kiosk)
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => kiosks.accept(link)))
  const used = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  assert.equal(used.length, 1)
  for (const result of results) {
    if (result.status === 'rejected') assert.ok(refusal('link_used')(result.reason))
  }
  const enrolled = await kiosks.byCredential(used[0]?.credential ?? '')
  assert.deepEqual(enrolled, used[0]?.kiosk)
  assert.deepEqual([enrolled.number, enrolled.linkHash], [kiosk.number, null])
  await assert.rejects(kiosks.invited(link), refusal('link_used'))
  await assert.rejects(kiosks.accept(link), refusal('link_used'))
  assert.deepEqual(await told(kiosk), [
    ['kiosk.added', now, 'operator shell:kim', '{"by":"link"}'],
    ['kiosk.enrolled', now, `kiosk ${kiosk.number}`, null],
  ])
})

test('N41: of screens of one network that use a link at once one is enrolled, and later ones take over', async t => {
  const { kiosks, records, pass } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  const at = (network: string) => kiosks.accept(link, network)
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => at('192.0.2.1')))
  const [first] = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.ok(first)
  await kiosks.byCredential(first.credential, true)
  await assert.rejects(at('192.0.2.2'), refusal('link_used'))
  await assert.rejects(kiosks.accept(link), refusal('link_used'))
  const second = await at('192.0.2.1')
  await assert.rejects(kiosks.byCredential(first.credential), refusal('kiosk_not_enrolled'))
  assert.equal((await kiosks.byCredential(second.credential, true)).number, kiosk.number)
  assert.notEqual((await records.all())[0]?.linkHash, null)
  pass(60_000)
  await kiosks.byCredential(second.credential, true)
  assert.equal((await records.all())[0]?.linkHash, null)
  await assert.rejects(at('192.0.2.1'), refusal('link_used'))
})

test('N41: a kiosk works where the end of its link cannot be written', async t => {
  const { kiosks, records, pass } = await setUp(t)
  const { link } = await kiosks.invite(name, operator)
  const { credential } = await kiosks.accept(link, '192.0.2.1')
  records.update = () => Promise.reject(new Refusal('storage_busy'))
  pass(60_000)
  assert.ok(await kiosks.byCredential(credential))
})

test('S033: a link of a kiosk that is switched off enrols nobody, even while it is being used', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  const { byLinkHash } = records
  records.byLinkHash = async hash => {
    const found = await byLinkHash(hash)
    await kiosks.revoke(kiosk.number, operator)
    return found
  }
  await assert.rejects(kiosks.accept(link), refusal('kiosk_revoked'))
  records.byLinkHash = byLinkHash
  await assert.rejects(kiosks.invited(link), refusal('kiosk_revoked'))
  assert.deepEqual(
    (await records.all()).map(({ credentialHash }) => credentialHash),
    [null],
  )
})

test('what an operator sets is in force everywhere within five seconds', async t => {
  const { kiosks, records, pass, told } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const other = createKiosks({ records, builtIn: [], clock: () => now, randomBytes })
  assert.equal((await kiosks.usable(kiosk.number)).client, null)
  const set = await other.set(kiosk.number, { name: { ko: '2층' }, client: 'clinic' }, operator)
  assert.deepEqual([set.name, set.client], [{ ko: '2층', en: 'Reception' }, 'clinic'])
  pass(5_000)
  assert.deepEqual(await kiosks.usable(kiosk.number), set)
  // Nothing is new, and nothing is told.
  await other.set(kiosk.number, { client: 'clinic' }, operator)
  await other.set(kiosk.number, { client: null }, operator)
  assert.deepEqual((await told(kiosk)).slice(1), [
    ['kiosk.changed', now, 'operator shell:kim', '{"fields":["name","client"],"client":"clinic"}'],
    ['kiosk.changed', now, 'operator shell:kim', '{"fields":["client"],"client":""}'],
  ])
  await other.revoke(kiosk.number, operator)
  const late = other.set(kiosk.number, { client: 'clinic' }, operator)
  await assert.rejects(late, refusal('kiosk_revoked'))
  await assert.rejects(other.set(4_000, {}, operator), refusal('kiosk_not_enrolled'))
})

test('N54: a kiosk has a name that people can read, from the beginning', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  for (const ko of [
    '',
    ' ',
    'x'.repeat(65),
    '접수\u202e수',
    '\u200b\u3164',
    'a\nb',
    'x'.repeat(9_999),
  ]) {
    const wrong = { ...name, ko }
    await assert.rejects(kiosks.enrol(wrong, operator), refusal('name_invalid'))
    await assert.rejects(kiosks.invite(wrong, operator), refusal('name_invalid'))
    const set = kiosks.set(kiosk.number, { name: { ko } }, operator)
    await assert.rejects(set, refusal('name_invalid'))
  }
  assert.deepEqual(await records.all(), [kiosk])
  const copied = { ko: ' 1층 접수\u00a0\n', en: '\u200bReception\ufeff' }
  const { name: kept } = await kiosks.set(kiosk.number, { name: copied }, operator)
  assert.deepEqual(kept, { ko: '1층 접수', en: 'Reception' })
})

test('a kiosk may have a client from its first moment', async t => {
  const { kiosks, told } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator, 'clinic')
  assert.equal(kiosk.client, 'clinic')
  assert.deepEqual(await told(kiosk), [
    ['kiosk.added', now, 'operator shell:kim', '{"by":"credential","client":"clinic"}'],
  ])
  assert.equal((await kiosks.invite(name, operator, 'clinic')).kiosk.client, 'clinic')
  assert.equal((await kiosks.invite(name, operator)).kiosk.client, null)
})

test('a kiosk is switched off once, for good, and the log tells who did it', async t => {
  const { kiosks, records, pass, told } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const other = await kiosks.enrol(name, operator)
  await kiosks.revoke(kiosk.number, operator)
  // A connection may break while the first answer is on its way.
  await kiosks.revoke(kiosk.number, operator)
  pass(1)
  await assert.rejects(kiosks.revoke(kiosk.number, operator), refusal('kiosk_revoked'))
  assert.deepEqual(await records.revoked(), [kiosk.number])
  assert.equal((await records.all())[0]?.revokedAt, now)
  assert.deepEqual(await told(kiosk), [
    ['kiosk.added', now, 'operator shell:kim', '{"by":"credential"}'],
    ['kiosk.revoked', now, 'operator shell:kim', null],
  ])
  assert.equal((await told(other.kiosk)).length, 1)
  await assert.rejects(kiosks.revoke(4_000, operator), refusal('kiosk_not_enrolled'))
})

const policy = (fields: object) =>
  readDocument(JSON.stringify({ reader: 1, ...fields })) as PolicyDocument

test('a kiosk has the policy that was set last, under a rising version, and the log tells who set it', async t => {
  const { kiosks, records, pass, told } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const set = (fields: object) => kiosks.setPolicy(kiosk.number, policy(fields), operator)
  assert.deepEqual(await set({ start: 'always', later: { a: 1 } }), { version: 1, changed: true })
  pass(1)
  assert.deepEqual(await set({ languages: ['en'] }), { version: 2, changed: true })
  // The very same again changes nothing.
  assert.deepEqual(await set({ languages: ['en'] }), { version: 2, changed: false })
  const row = await records.byNumber(kiosk.number)
  assert.deepEqual({ ...row, policy: null }, kiosk)
  const { version, languages, start } = policyOf(row?.policy ?? null)
  assert.deepEqual({ version, languages, start }, { version: 2, languages: ['en'], start: 'touch' })
  const detail = '{"fields":["policy"]}'
  assert.deepEqual((await told(kiosk)).slice(1), [
    ['kiosk.changed', now, 'operator shell:kim', detail],
    ['kiosk.changed', now + 1, 'operator shell:kim', detail],
  ])
})

test('of policies that are set at once none is lost and each has a version of its own', async t => {
  const { kiosks, told } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, n) => kiosks.setPolicy(kiosk.number, policy({ n }), operator)),
  )
  const versions = all.map(({ version }) => version).toSorted((a, b) => a - b)
  assert.deepEqual(versions, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.equal((await told(kiosk)).length, 11)
})

test('a node that forgets a kiosk knows its policy at once, and else within five seconds', async t => {
  const { kiosks, pass } = await setUp(t)
  const { number } = (await kiosks.enrol(name, operator)).kiosk
  const version = async () => policyOf((await kiosks.usable(number)).policy).version
  assert.equal(await version(), 0)
  await kiosks.setPolicy(number, policy({}), operator)
  assert.equal(await version(), 0)
  kiosks.forget(number)
  assert.equal(await version(), 1)
  await kiosks.setPolicy(number, policy({ start: 'always' }), operator)
  pass(5_000)
  assert.equal(await version(), 2)
})

test('by its number and by its credential a kiosk is the same, and read once', async t => {
  const { kiosks, pass, reads } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name, operator)
  const versions = async () => {
    const both = [await kiosks.byCredential(credential), await kiosks.usable(kiosk.number)]
    return both.map(({ policy }) => policyOf(policy).version)
  }
  await kiosks.byCredential(credential)
  await kiosks.setPolicy(kiosk.number, policy({}), operator)
  pass(3_000)
  assert.deepEqual(await versions(), [0, 0])
  pass(2_000)
  assert.deepEqual(await versions(), [1, 1])
  assert.equal(reads(), 2)
})

test('neither a built-in kiosk nor one that is switched off or unknown has a policy', async t => {
  const { kiosks } = await setUp(t, [openKiosk])
  const { number } = (await kiosks.enrol(name, operator)).kiosk
  await kiosks.revoke(number, operator)
  for (const [which, code] of [
    [number, 'kiosk_revoked'],
    [1, 'kiosk_not_enrolled'],
    [4_000, 'kiosk_not_enrolled'],
  ] as const) {
    await assert.rejects(kiosks.setPolicy(which, policy({}), operator), refusal(code))
  }
})
