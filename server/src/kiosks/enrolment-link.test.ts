import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createKiosks } from './kiosks.ts'

const name = { ko: '1층 접수', en: 'Reception' }
const hour = 3_600_000
const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code

/** Kiosks over a real store, with a clock to move. */
async function setUp(t: TestContext) {
  const { kiosks: records, log, close } = await openSqliteStore(':memory:')
  t.after(close)
  let time = 1_800_000_000_000
  const clock = () => time
  return {
    records,
    kiosks: createKiosks({ records, builtIn: [], clock, monotonic: clock, randomBytes }),
    /** What the log tells of a kiosk: each event, and who did it. */
    events: async ({ number }: Kiosk) => {
      const rows = await log.waiting({ kiosk: number }, { after: 0 }, 100)
      return rows.map(({ event, actor }) => [event, actor])
    },
    pass: (ms: number) => {
      time += ms
    },
  }
}

test('N54: a kiosk that is there gets another link, and its screen works until that is used', async t => {
  const { kiosks, records, events, pass } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  const unused = await kiosks.inviteAgain(kiosk.number, operator)
  await assert.rejects(kiosks.accept(link), refusal('link_used'))
  const first = await kiosks.accept(unused.link, '192.0.2.1')
  const again = await kiosks.inviteAgain(kiosk.number, operator)
  await assert.rejects(kiosks.accept(unused.link, '192.0.2.1'), refusal('link_used'))
  // Not even a backend, whose credential is certainly kept, ends what nobody has used yet.
  for (const isCookie of [true, false]) {
    pass(3_600_000)
    assert.equal((await kiosks.byCredential(first.credential, isCookie)).number, kiosk.number)
  }
  assert.equal((await kiosks.invited(again.link)).number, kiosk.number)
  const second = await kiosks.accept(again.link, '192.0.2.2')
  await assert.rejects(kiosks.byCredential(first.credential), refusal('kiosk_not_enrolled'))
  // A used one is good once more, as any other (N41).
  const third = await kiosks.accept(again.link, '192.0.2.2')
  await assert.rejects(kiosks.byCredential(second.credential), refusal('kiosk_not_enrolled'))
  pass(60_000)
  await kiosks.byCredential(third.credential, true)
  const row = await records.byNumber(kiosk.number)
  assert.deepEqual([row?.linkHash, row?.linkExpiresAt, row?.linkUsedAt], [null, null, null])
  assert.deepEqual(
    (await events(kiosk)).map(([event]) => event),
    ['added', 'invited', 'enrolled', 'invited', 'enrolled', 'enrolled'].map(e => `kiosk.${e}`),
  )
  await kiosks.revoke(kiosk.number, operator)
  const late = kiosks.inviteAgain(kiosk.number, operator)
  await assert.rejects(late, refusal('kiosk_revoked'))
  await assert.rejects(kiosks.inviteAgain(4_000, operator), refusal('kiosk_not_enrolled'))
})

test('N54: a kiosk is removed once it is switched off, or where it never had a screen', async t => {
  const { kiosks, records, events, pass } = await setUp(t)
  const { kiosk } = await kiosks.enrol(name, operator)
  const inUse = /^Kiosk 100 is in use\. First: qrgate kiosk revoke 100$/
  await assert.rejects(kiosks.remove(kiosk.number, operator), { message: inUse })
  await kiosks.revoke(kiosk.number, operator)
  await kiosks.remove(kiosk.number, operator)
  pass(1)
  await assert.rejects(kiosks.remove(kiosk.number, operator), refusal('kiosk_not_enrolled'))
  await assert.rejects(kiosks.remove(4_000, operator), refusal('kiosk_not_enrolled'))
  const { kiosk: invited, link } = await kiosks.invite(name, operator)
  await kiosks.remove(invited.number, operator)
  await assert.rejects(kiosks.accept(link), refusal('kiosk_revoked'))
  assert.deepEqual(await records.all(), [])
  assert.equal((await kiosks.invite(name, operator)).kiosk.number, 102)
  assert.deepEqual((await events(kiosk)).at(-1), ['kiosk.removed', 'shell:kim'])
})

test('N88: a link that nobody has used is good for a day, to the millisecond', async t => {
  const { kiosks, pass } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  pass(24 * hour - 1)
  assert.equal((await kiosks.invited(link)).number, kiosk.number)
  pass(1)
  await assert.rejects(kiosks.invited(link), refusal('link_used'))
  await assert.rejects(kiosks.accept(link), refusal('link_used'))
  const again = await kiosks.inviteAgain(kiosk.number, operator)
  pass(24 * hour - 1)
  assert.equal((await kiosks.accept(again.link)).kiosk.number, kiosk.number)
})

test('N88: a used link is good for ten minutes more, and in its own network alone', async t => {
  const { kiosks, pass } = await setUp(t)
  const { kiosk, link } = await kiosks.invite(name, operator)
  const here = '192.0.2.1'
  await kiosks.accept(link, here)
  await assert.rejects(kiosks.accept(link), refusal('link_used'))
  await assert.rejects(kiosks.accept(link, '192.0.2.2'), refusal('link_used'))
  pass(10 * 60_000 - 1)
  assert.equal((await kiosks.accept(link, here)).kiosk.number, kiosk.number)
  pass(1)
  await assert.rejects(kiosks.accept(link, here), refusal('link_used'))
})
