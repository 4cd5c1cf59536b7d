import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Kiosk, KioskRecords } from '../store/kiosk.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createKiosks, openKiosk, seedKiosk } from './kiosks.ts'

const name = { ko: '1층 접수', en: 'Reception' }
const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code

/** Kiosks over a real store, with a clock to move and a count of what was read. */
async function setUp(t: TestContext, builtIn: readonly Kiosk[] = []) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  let now = 1_800_000_000_000
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
    clock: () => now,
    monotonic: () => now,
    randomBytes,
  })
  return {
    kiosks,
    records,
    reads: () => reads,
    pass: (ms: number) => {
      now += ms
    },
    /** As an operator on another node does it: nobody tells this node. */
    revoke: () => {
      revokedAt = now
    },
  }
}

test('an enrolled kiosk is found by its number and by its credential', async t => {
  const { kiosks } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name)
  assert.deepEqual(await kiosks.usable(kiosk.number), kiosk)
  assert.deepEqual(await kiosks.byCredential(credential), kiosk)
  assert.deepEqual(kiosk.name, name)
  assert.equal(kiosk.ticket, 'compact')
})

test('S130: of a kiosk credential only a hash is kept', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk, credential } = await kiosks.enrol(name)
  assert.match(credential, /^[A-Za-z0-9_-]{43}$/)
  assert.ok(!JSON.stringify(await records.byNumber(kiosk.number)).includes(credential))
})

test('S033: an unknown number and an unknown credential are not enrolled', async t => {
  const { kiosks } = await setUp(t)
  const { credential } = await kiosks.enrol(name)
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
  const { kiosk } = await kiosks.enrol(name)
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
  const { kiosk, credential } = await kiosks.enrol(name)
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
  const { kiosk } = await kiosks.enrol(name)
  assert.equal(kiosk.number, 100)
  assert.deepEqual(await kiosks.usable(100), kiosk)
})

test('a read that fails is not remembered', async t => {
  const { kiosks, records } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name)
  const { byNumber } = records
  records.byNumber = () => Promise.reject(new Refusal('storage_busy'))
  await assert.rejects(kiosks.usable(kiosk.number), refusal('storage_busy'))
  records.byNumber = byNumber
  assert.deepEqual(await kiosks.usable(kiosk.number), kiosk)
})
