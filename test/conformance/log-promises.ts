import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { firstSeal, logDigest, logForm, logSeal } from '../../server/src/protocol/log-form.ts'
import type { LogQuery, LogRow, SealedRow } from '../../server/src/store/log.ts'
import { eventToRow } from '../../server/src/store/sql/log-row.ts'
import type { Store } from '../../server/src/store/store.ts'
import { take } from './leases.ts'
import type { OpenDatabase, Opened } from './open-store.ts'
import { accountEvent, freshId, scan, start, wholeLog } from './rows.ts'

const most = 1_000_000

/** Sealed rows, which continue a seal: each position comes once, each seal is that of all before it. */
export function assertSealed(
  rows: readonly SealedRow[],
  { position, seal } = { position: 0, seal: firstSeal },
): void {
  let [place, previous] = [position, seal]
  for (const row of rows) {
    place += 1
    assert.equal(row.position, place)
    assert.equal(row.seal, logSeal(previous, place, row.digest))
    if (row.salt !== null) assert.equal(row.digest, logDigest(row.form, row.salt, row))
    previous = row.seal
  }
}

/** Adds events about accounts `1` to `count`. */
export async function tell({ log }: Store, count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, n) => `${n + 1}`)
  for (let first = 0; first < count; first += 500) {
    await log.add(keys.slice(first, first + 500).map(key => accountEvent(key)))
  }
}

const accountsOf = (rows: readonly LogRow[]) => rows.map(({ account }) => Number(account))
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

/** What the store promises about the log: what is in it, its order, and how it is read. */
export function logPromises(name: string, openDatabase: OpenDatabase): void {
  const check = (sentence: string, body: (opened: Opened) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(await openDatabase(t)))

  check('each event comes back as it was told, before it is sealed and after', async opened => {
    const { one, other } = opened
    await one.log.add(Object.values(oddEvents))
    const waiting = await other.log.waiting({}, { after: 0 }, most)
    assert.deepEqual(waiting.map(fieldsOf), Object.values(oddEvents).map(expected))
    assert.deepEqual(
      waiting.map(({ position, seal }) => position ?? seal ?? 'unsealed'),
      waiting.map(() => 'unsealed'),
    )
    await one.log.seal(await take(one), most)
    assert.deepEqual(await other.log.waiting({}, { after: 0 }, most), [])
    const sealed = await other.log.after(0, most)
    assert.deepEqual(
      sealed.map(({ position, seal, ...row }) => ({ ...row, position: null, seal: null })),
      waiting,
    )
    assertSealed(sealed)
  })

  check(
    'a digest is that of the row’s own fields and of a salt that no other row has',
    async opened => {
      const { one } = opened
      const same = accountEvent('a key')
      await one.log.add([...Object.values(oddEvents), same, same])
      const rows = await wholeLog(one)
      for (const { form, salt, digest, ...fields } of rows) {
        assert.equal(form, logForm)
        assert.match(salt ?? '', /^[\w-]{22}$/)
        assert.equal(digest, logDigest(form, salt ?? '', fields))
      }
      assert.equal(new Set(rows.map(({ salt }) => salt)).size, rows.length)
      assert.equal(new Set(rows.map(({ digest }) => digest)).size, rows.length)
    },
  )

  check('events that are added at once are written together or not at all', async ({ one }) => {
    await one.log.add([])
    await assert.rejects(
      one.log.add([accountEvent('1'), accountEvent('2', 'account.added', { at: 0.5 })]),
    )
    assert.deepEqual(await wholeLog(one), [])
    await one.log.add([accountEvent('1'), accountEvent('2')])
    assert.deepEqual(accountsOf(await wholeLog(one)), [1, 2])
  })

  check(
    'sealing gives positions from 1 on, without a gap, in the order of the rows',
    async opened => {
      const { one } = opened
      const lease = await take(one)
      await tell(one, 137)
      assert.equal(await one.log.seal(lease, 500), 137)
      const rows = await one.log.after(0, most)
      assert.deepEqual(accountsOf(rows), upTo(137))
      assert.deepEqual(
        rows.map(({ row }) => row),
        rows.map(({ row }) => row).toSorted((a, b) => a - b),
      )
      assertSealed(rows)
    },
  )

  check(
    'seal takes at most as many as it is told, and fewer only where no more are left',
    async opened => {
      const { one, other } = opened
      const lease = await take(one)
      assert.equal(await one.log.unsealed(), false)
      await tell(one, 7)
      const counts: number[] = []
      for (let round = 0; round < 4; round += 1) {
        assert.equal(await other.log.unsealed(), round < 3)
        counts.push(await one.log.seal(lease, 3))
        assert.equal((await one.log.head()).position, [3, 6, 7, 7][round])
        assertSealed(await other.log.after(0, most))
      }
      assert.deepEqual(counts, [3, 3, 1, 0])
      assert.equal(await other.log.unsealed(), false)
    },
  )

  check(
    'what comes with a lower row number after others were sealed is sealed behind them',
    async opened => {
      const { one, raw } = opened
      const lease = await take(one)
      await tell(one, 3)
      await one.log.seal(lease, most)
      const sealed = await one.log.after(0, most)
      const late = [-7, -5].map(row => ({ ...eventToRow(accountEvent(`${row}`)), row }))
      await raw.insertInto('log').values(late).execute()
      await one.log.add([accountEvent('4')])
      assert.equal(await one.log.seal(lease, most), 3)
      const rows = await one.log.after(0, most)
      assert.deepEqual(rows.slice(0, 3), sealed)
      assert.deepEqual(accountsOf(rows), [1, 2, 3, -7, -5, 4])
      assertSealed(rows)
    },
  )

  check(
    'two nodes that pass the lease on seal one chain, while rows come',
    async ({ one, other }) => {
      const events = Array.from({ length: 120 }, (_, n) => accountEvent(`${n}`))
      const adding = Promise.all(events.map((event, n) => (n % 2 ? one : other).log.add([event])))
      let counted = 0
      const sealAll = async (limit: number) => {
        for (const [holder, node] of Object.entries({ one, other })) {
          const lease = await take(node, holder)
          counted += await node.log.seal(lease, limit)
          await node.leases.release(lease)
        }
      }
      for (let round = 0; round < 10; round += 1) await sealAll(5)
      await adding
      await sealAll(500)
      const rows = await one.log.after(0, most)
      assertSealed(rows)
      assert.equal(counted, 120)
      assert.deepEqual(
        accountsOf(rows).toSorted((a, b) => a - b),
        events.map((_, n) => n),
      )
    },
  )

  check('of many calls to seal at once each row is sealed by one', async ({ one, other }) => {
    const lease = await take(one)
    await tell(one, 60)
    const counts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).log.seal(lease, 4)),
    )
    assert.deepEqual(counts.toSorted(), [...Array(5).fill(0), ...Array(15).fill(4)])
    const rows = await one.log.after(0, most)
    assert.deepEqual(accountsOf(rows), upTo(60))
    assertSealed(rows)
  })

  check('what changes a row and what is added beside it are one log', async ({ one }) => {
    const lease = await take(one)
    const id = freshId()
    await one.log.add([accountEvent('1')])
    await one.signIns.update(id, scan(id))
    await one.log.add([accountEvent('2')])
    assert.equal(await one.log.seal(lease, most), 3)
    const rows = await one.log.after(0, most)
    assert.deepEqual(
      rows.map(({ subject }) => subject),
      ['1', id, '2'],
    )
    assertSealed(rows)
  })

  check(
    'after reads sealed rows behind a position, in order, and head tells the last seal',
    async opened => {
      const { one, other } = opened
      assert.deepEqual(await one.log.after(0, most), [])
      const nothing = { position: 0, seal: firstSeal }
      assert.deepEqual(await one.log.head(), nothing)
      await tell(one, 12)
      assert.deepEqual(await one.log.head(), nothing)
      await one.log.seal(await take(one), 10)
      const positions = async (after: number, limit: number) => {
        return (await other.log.after(after, limit)).map(({ position }) => position)
      }
      assert.deepEqual(await positions(0, most), upTo(10))
      assert.deepEqual(await positions(0, 3), [1, 2, 3])
      assert.deepEqual(await positions(3, 3), [4, 5, 6])
      assert.deepEqual(await positions(8, 3), [9, 10])
      assert.deepEqual(await positions(10, 3), [])
      const [newest] = await other.log.after(9, 1)
      assert.deepEqual(await other.log.head(), { position: 10, seal: newest?.seal })
    },
  )

  check('find and waiting find what every part of a query says, and nothing else', async opened => {
    const { one, other } = opened
    const lease = await take(one)
    await one.log.add(manyEvents)
    await one.log.seal(lease, most)
    await one.log.add(manyEvents)
    const rows = await wholeLog(one)
    const sealed = rows.filter(({ position }) => position !== null)
    const waiting = rows.filter(({ position }) => position === null)
    assert.equal(rows.length, 2 * manyEvents.length)
    for (const query of queries()) {
      const what = JSON.stringify(query)
      const found = sealed.filter(row => matches(query, row))
      assert.deepEqual(await other.log.find(query, { after: 0 }, most), found, what)
      assert.deepEqual(await other.log.find(query, 'newest', most), found.toReversed(), what)
      assert.deepEqual(
        await other.log.waiting(query, { after: 0 }, most),
        waiting.filter(row => matches(query, row)),
        what,
      )
    }
  })

  check('find reads on from a position, and finds at most as many as it is told', async opened => {
    const { one } = opened
    await one.log.add([...manyEvents, ...manyEvents])
    await one.log.seal(await take(one), manyEvents.length)
    const query = { event: 'account.added' }
    const all = await one.log.find(query, { after: 0 }, most)
    assert.ok(all.length > 4)
    const pages: LogRow[] = []
    for (let after = 0; ; ) {
      const page = await one.log.find(query, { after }, 3)
      if (page.length === 0) break
      pages.push(...page)
      after = page.at(-1)?.position ?? Number.NaN
    }
    assert.deepEqual(pages, all)
    assert.deepEqual(await one.log.find(query, 'newest', 2), all.toReversed().slice(0, 2))
    const waiting = await one.log.waiting(query, { after: 0 }, most)
    assert.deepEqual(await one.log.waiting(query, { after: 0 }, 2), waiting.slice(0, 2))
  })

  check(
    'a reader’s cursor is 0 until it moves, and each reader has its own',
    async ({ one, other }) => {
      assert.equal(await one.log.cursor('a name'), 0)
      const lease = await take(one)
      await one.log.moveCursor(lease, 7)
      assert.equal(await other.log.cursor('a name'), 7)
      await one.log.moveCursor(lease, Number.MAX_SAFE_INTEGER)
      assert.equal(await other.log.cursor('a name'), Number.MAX_SAFE_INTEGER)
      for (const reader of ['another name', '', 'A NAME', '%']) {
        assert.equal(await one.log.cursor(reader), 0)
      }
    },
  )

  check(
    'a reader that begins at the end has a place from then on, and keeps it',
    async ({ one, other }) => {
      const lease = await take(one)
      await one.log.beginAtEnd('on an empty log')
      await tell(one, 30)
      await one.log.seal(lease, most)
      await Promise.all([one, other].map(node => node.log.beginAtEnd('later')))
      await tell(one, 12)
      await one.log.seal(lease, most)
      for (const reader of ['on an empty log', 'later']) await other.log.beginAtEnd(reader)
      assert.equal(await one.log.cursor('on an empty log'), 0)
      assert.equal(await one.log.cursor('later'), 30)
    },
  )

  check(
    'what older gates have left in audit, a thousand rows, is sealed with all else',
    async opened => {
      const { one, raw } = opened
      const lease = await take(one)
      await tell(one, 30)
      const old = Array.from({ length: 1_000 }, (_, n) => auditRow(n))
      for (let first = 0; first < old.length; first += 250) {
        await raw
          .insertInto('audit')
          .values(old.slice(first, first + 250))
          .execute()
      }
      const counts: number[] = []
      do counts.push(await one.log.seal(lease, 500))
      while (counts.at(-1) === 500)
      assert.deepEqual(counts, [500, 500, 30])
      assert.equal(await one.log.unsealed(), false)
      assert.deepEqual(await raw.selectFrom('audit').selectAll().execute(), [])
      const rows = await one.log.after(0, most)
      assertSealed(rows)
      const takenOver = rows.filter(({ subjectKind }) => subjectKind === 'sign_in')
      assert.deepEqual(takenOver.map(fieldsOf), old.map(auditExpected))
      assert.equal(rows.length - takenOver.length, 30)
    },
  )

  check('a single row in audit is something to seal', async ({ one, raw }) => {
    assert.equal(await one.log.unsealed(), false)
    await raw.insertInto('audit').values(auditRow(0)).execute()
    assert.equal(await one.log.unsealed(), true)
    assert.equal(await one.log.seal(await take(one), 500), 1)
    assert.equal(await one.log.unsealed(), false)
  })
}

/** Whatever a column can hold that is easily lost on the way. */
const oddEvents: Record<string, LogEvent> = {
  'as little as there can be': {
    event: 'log.purged',
    at: 0,
    actor: { kind: 'system', id: '' },
    subject: { kind: 'log', id: '' },
  },
  'as much as there can be': {
    event: 'tries.refused',
    at: Number.MAX_SAFE_INTEGER,
    actor: { kind: 'operator', id: 'shell:홍길동 👩🏽‍⚕️', address: '2001:db8::1' },
    subject: { kind: 'refusal', id: `'; DROP TABLE log; -- \\ " % _ ? $1 :a` },
    kiosk: Number.MAX_SAFE_INTEGER,
    account: '각'.normalize('NFD'),
    detail: {
      text: '\u0000\u0001\u001f "\\" </script> \ud800 \u2028 \u{10ffff}',
      count: Number.MAX_SAFE_INTEGER,
      tenth: 0.1,
      list: ['', ' ', '각'.normalize('NFC'), '각'.normalize('NFD')],
      키: 'x'.repeat(1_500),
    },
  },
  'white space': {
    event: 'account.disabled',
    at: 1,
    actor: { kind: 'client', id: ' \t\r\n ', address: ' ' },
    subject: { kind: 'account', id: '\u00a0\ufeff\u3000' },
    kiosk: 0,
    account: ' ',
    detail: {},
  },
  'empty and not nothing': {
    event: 'sign_in.scanned',
    at: start,
    actor: { kind: 'phone', id: '', address: '' },
    subject: { kind: 'sign_in', id: '' },
    kiosk: 2 ** 32 - 1,
    account: '',
    detail: { reason: '' },
  },
  'nothing and not empty': {
    event: 'kiosk.enrolled',
    at: start,
    actor: { kind: 'kiosk', id: '7' },
    subject: { kind: 'kiosk', id: '7' },
    account: null,
  },
}

function expected({ event, at, actor, subject, kiosk, account, detail }: LogEvent) {
  return {
    event,
    at,
    actorKind: actor.kind,
    actor: actor.id,
    address: actor.address ?? null,
    subjectKind: subject.kind,
    subject: subject.id,
    kiosk: kiosk ?? null,
    account: account ?? null,
    detail: detail ? JSON.stringify(detail) : null,
  }
}

function fieldsOf({ row, form, digest, salt, position, seal, visitors, ...fields }: LogRow) {
  return fields
}

/** Of every moment, kiosk, account and event one of each combination, in no order. */
const manyEvents: LogEvent[] = [start + 5, start, start + 10].flatMap(at =>
  [7, 8, undefined].flatMap(kiosk =>
    ['key a', 'key b', null].flatMap(account => {
      const rest = { at, account, ...(kiosk !== undefined && { kiosk }) }
      return [accountEvent('x', 'account.added', rest), accountEvent('x', 'kiosk.added', rest)]
    }),
  ),
)

/** Every part of a query alone and with every other. */
function queries(): LogQuery[] {
  const parts = {
    since: [start + 5, start + 11],
    until: [start + 5, start + 10],
    kiosk: [8, 9],
    account: ['key a', 'KEY A'],
    event: ['account.added', 'account.%'],
  }
  return Object.entries(parts).reduce<LogQuery[]>(
    (queries, [part, values]) =>
      queries.flatMap(query => [query, ...values.map(value => ({ ...query, [part]: value }))]),
    [{}],
  )
}

function matches({ since, until, kiosk, account, event }: LogQuery, row: LogRow): boolean {
  const at = row.at ?? Number.NaN
  if (since !== undefined && at < since) return false
  if (until !== undefined && at >= until) return false
  if (kiosk !== undefined && row.kiosk !== kiosk) return false
  if (account !== undefined && row.account !== account) return false
  return event === undefined || row.event === event
}

/** What older gates write: event, reason, and what is made of both. */
const audited = [
  ['scan', null, 'sign_in.scanned', 'phone', ''],
  ['sign_in', null, 'sign_in.signed_in', 'phone', ''],
  ['approve', null, 'sign_in.approved', 'phone', ''],
  ['deny', null, 'sign_in.denied', 'phone', ''],
  ['cancel', 'not_my_phone', 'sign_in.cancelled', 'kiosk', '101'],
  ['cancel', 'revoked', 'sign_in.cancelled', 'system', 'gate'],
  ['claim', null, 'sign_in.claimed', 'kiosk', '101'],
  ['expire', 'unclaimed', 'sign_in.expired', 'system', 'gate'],
  ['end', 'absolute', 'visit.ended', 'system', 'gate'],
  ['a word of old', null, 'a word of old', 'phone', ''],
] as const

function auditRow(n: number) {
  const [event, reason] = audited[n % audited.length] ?? audited[0]
  const account = n % 3 ? `key ${n}` : null
  return { at: start + n, event, sign_in: `sign-in ${n}`, kiosk: 101, account, reason }
}

function auditExpected(row: ReturnType<typeof auditRow>, n: number) {
  const [, , event, actorKind, actor] = audited[n % audited.length] ?? audited[0]
  return {
    event,
    at: row.at,
    actorKind,
    actor,
    address: null,
    subjectKind: 'sign_in',
    subject: row.sign_in,
    kiosk: row.kiosk,
    account: row.account,
    detail: JSON.stringify({ from: 'audit', ...(row.reason && { reason: row.reason }) }),
  }
}
