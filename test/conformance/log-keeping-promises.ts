import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import type { Checkpoint, LogRow, SealedRow } from '../../server/src/store/log.ts'
import { take } from './leases.ts'
import { assertSealed, tell } from './log-promises.ts'
import type { OpenDatabase, Opened } from './open-store.ts'
import { accountEvent, kioskEvent, signInEvent, start, unwritable, wholeLog } from './rows.ts'

const most = 1_000_000

/** What the gate tells of its own log. */
function ofLog(event: LogEvent['event'], change: Partial<LogEvent> = {}): LogEvent {
  const actor = { kind: 'system', id: 'gate' } as const
  return { event, at: start + 100, actor, subject: { kind: 'log', id: '' }, ...change }
}

const erased = (positions: string) => ofLog('log.erased', { detail: { positions } })

/** What the store promises about how long the log is kept: checkpoints, erasing, removing. */
export function logKeepingPromises(name: string, openDatabase: OpenDatabase): void {
  const check = (sentence: string, body: (opened: Opened) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(await openDatabase(t)))

  check(
    'checkpoints come back as they were made, oldest first, and the log tells of each',
    async opened => {
      const { one, other } = opened
      const lease = await take(one)
      assert.deepEqual(await one.log.checkpoints(), [])
      for (const position of [20, 3, Number.MAX_SAFE_INTEGER]) {
        const event = ofLog('log.checkpoint', { detail: { position } })
        await one.log.addCheckpoint(lease, checkpointAt(position), event)
      }
      assert.deepEqual(
        await other.log.checkpoints(),
        [3, 20, Number.MAX_SAFE_INTEGER].map(position => ({
          ...checkpointAt(position),
          purgedAt: null,
        })),
      )
      assert.deepEqual(
        (await wholeLog(other)).map(({ event, detail }) => [event, detail]),
        [20, 3, Number.MAX_SAFE_INTEGER].map(position => [
          'log.checkpoint',
          JSON.stringify({ position }),
        ]),
      )
    },
  )

  check('a checkpoint that is there already is neither made nor told again', async ({ one }) => {
    const lease = await take(one)
    await one.log.addCheckpoint(lease, checkpointAt(3), ofLog('log.checkpoint'))
    const before = [await wholeLog(one), await one.log.checkpoints()]
    const again = { ...checkpointAt(3), at: start, signature: 'another' }
    await one.log.addCheckpoint(lease, again, ofLog('log.checkpoint'))
    assert.deepEqual([await wholeLog(one), await one.log.checkpoints()], before)
  })

  check(
    'what the log cannot be told of does not happen: no checkpoint, no erasure, no end',
    async opened => {
      const { one } = opened
      const lease = await take(one)
      await one.log.add([signInEvent('of a visitor'), accountEvent('a key')])
      await one.log.seal(lease, most)
      await one.log.addCheckpoint(lease, checkpointAt(1), ofLog('log.checkpoint'))
      const before = [await wholeLog(one), await one.log.checkpoints()]
      for (const broken of [unwritable, { detail: { text: 'x'.repeat(2_048) } }]) {
        const event = ofLog('log.purged', broken)
        await assert.rejects(one.log.addCheckpoint(lease, checkpointAt(2), event))
        await assert.rejects(one.log.erase(lease, start + 1, most, () => event))
        await assert.rejects(one.log.beginAt(lease, 1, start, event))
        assert.deepEqual([await wholeLog(one), await one.log.checkpoints()], before)
      }
    },
  )

  check(
    'erasing empties what tells of visitors, from before the time, and leaves its place',
    async opened => {
      const { one, other } = opened
      const lease = await take(one)
      const at = start + 1
      await one.log.add(Object.values(visitors))
      await one.log.add(Object.values(visitors).map(event => ({ ...event, at })))
      await one.log.add(Object.values(others))
      await one.log.seal(lease, most)
      await one.log.add([signInEvent('not sealed yet')])
      const before = await wholeLog(one)
      const count = Object.keys(visitors).length
      const positions: string[] = []
      const eventOf = (text: string) => {
        positions.push(text)
        return erased(text)
      }
      assert.equal(await one.log.erase(lease, at, most, eventOf), count)
      assert.deepEqual(positions, [`1-${count}`])
      const after = await wholeLog(other)
      assert.deepEqual(
        after.slice(0, before.length),
        before.map((row, n) => (n < count ? emptied(row) : row)),
      )
      const [told, ...more] = after.slice(before.length)
      assert.deepEqual(
        [told?.event, told?.detail, more],
        ['log.erased', `{"positions":"1-${count}"}`, []],
      )
      // All that verified before does so still, and so does what comes.
      await one.log.seal(lease, most)
      assertSealed(await one.log.after(0, most))
      assert.deepEqual(
        await one.log.find({ event: 'sign_in.denied', until: at }, 'newest', most),
        [],
      )
    },
  )

  check('where nothing is to be erased nothing is told', async ({ one }) => {
    const lease = await take(one)
    await one.log.add([...Object.values(others), ...Object.values(visitors)])
    await one.log.seal(lease, Object.keys(others).length)
    const before = await wholeLog(one)
    const eventOf = () => assert.fail('there is nothing to tell')
    assert.equal(await one.log.erase(lease, start, most, eventOf), 0)
    assert.equal(await one.log.erase(lease, start + 1, most, eventOf), 0)
    assert.deepEqual(await wholeLog(one), before)
    await one.log.seal(lease, most)
    assert.ok((await one.log.erase(lease, start + 1, most, erased)) > 0)
    assert.equal(await one.log.erase(lease, start + 1, most, eventOf), 0)
  })

  check('erasing takes at most as many as it is told, the oldest first', async ({ one }) => {
    const lease = await take(one)
    const ages = [5, 1, 4, 2, 3, 9]
    await one.log.add(ages.map(age => signInEvent(`${age}`, 'sign_in.denied', { at: start - age })))
    await one.log.seal(lease, most)
    const texts: string[] = []
    const eventOf = (text: string) => {
      texts.push(text)
      return erased(text)
    }
    const counts: number[] = []
    for (let round = 0; round < 4; round += 1) {
      counts.push(await one.log.erase(lease, start - 1, 2, eventOf))
    }
    assert.deepEqual(counts, [2, 2, 1, 0])
    assert.deepEqual(texts, ['1,6', '3,5', '4'])
    const left = (await wholeLog(one)).filter(row => row.event === 'sign_in.denied')
    assert.deepEqual(
      left.map(({ subject }) => subject),
      ['1'],
    )
  })

  check('an erasure tells its positions as they run: 1-3,5', async ({ one }) => {
    const lease = await take(one)
    // A visitor is a letter, an operator a point.
    for (const kind of 'vvv.v..vv.') {
      await one.log.add([kind === 'v' ? signInEvent('id') : accountEvent('a key')])
    }
    await one.log.seal(lease, most)
    let positions = ''
    const eventOf = (text: string) => {
      positions = text
      return erased(text)
    }
    assert.equal(await one.log.erase(lease, start + 1, most, eventOf), 6)
    assert.equal(positions, '1-3,5,8-9')
  })

  check(
    'an erasure tells no more positions than one event holds; the next one goes on',
    async opened => {
      const { one, raw } = opened
      const lease = await take(one)
      // The longest numbers there are, and none of them next to another.
      const end = Number.MAX_SAFE_INTEGER - 600
      await raw.updateTable('log_head').set({ position: end }).execute()
      const events = Array.from({ length: 500 }, (_, n) => {
        return n % 2 ? accountEvent('a key') : signInEvent(`${n}`)
      })
      await one.log.add(events)
      assert.equal(await one.log.seal(lease, most), 500)
      const told: number[] = []
      const counts: number[] = []
      let done = 0
      do {
        done = await one.log.erase(lease, start + 1, most, erased)
        const [newest] = (await one.log.waiting({ event: 'log.erased' }, { after: 0 }, most)).slice(
          counts.length,
        )
        if (done === 0) assert.equal(newest, undefined)
        else {
          assert.ok(Buffer.byteLength(newest?.detail ?? '') <= 2_048)
          const { positions } = JSON.parse(newest?.detail ?? '') as { positions: string }
          const numbers = positions.split(',').map(Number)
          assert.equal(numbers.length, done)
          told.push(...numbers)
          counts.push(done)
        }
      } while (done > 0)
      assert.ok(counts.length > 1)
      const gone = (await one.log.after(end, most)).filter(({ salt }) => salt === null)
      assert.equal(gone.length, 250)
      assert.deepEqual(
        told.toSorted((a, b) => a - b),
        gone.map(({ position }) => position),
      )
    },
  )

  check(
    'the log begins at a checkpoint: those up to it are given up, once',
    async ({ one, other }) => {
      const lease = await take(one)
      for (const position of [3, 6, 9]) {
        await one.log.addCheckpoint(lease, checkpointAt(position), ofLog('log.checkpoint'))
      }
      const purged = async () => (await other.log.checkpoints()).map(({ purgedAt }) => purgedAt)
      await one.log.beginAt(lease, 3, start + 1, ofLog('log.purged', { detail: { through: 3 } }))
      assert.deepEqual(await purged(), [start + 1, null, null])
      await one.log.beginAt(lease, 6, start + 2, ofLog('log.purged', { detail: { through: 6 } }))
      assert.deepEqual(await purged(), [start + 1, start + 2, null])
      const told = await one.log.waiting({ event: 'log.purged' }, { after: 0 }, most)
      assert.deepEqual(
        told.map(({ detail }) => detail),
        ['{"through":3}', '{"through":6}'],
      )
      const kept = (await one.log.checkpoints()).map(({ purgedAt, ...checkpoint }) => checkpoint)
      assert.deepEqual(kept, [3, 6, 9].map(checkpointAt))
    },
  )

  check(
    'rows are removed up to a position, oldest first, so many at once',
    async ({ one, other }) => {
      const lease = await take(one)
      await tell(one, 12)
      await one.log.seal(lease, 10)
      const rows = await wholeLog(one)
      const counts: number[] = []
      for (const left of [rows.slice(3), rows.slice(6), rows.slice(7), rows.slice(7)]) {
        counts.push(await one.log.remove(lease, 7, 3))
        assert.deepEqual(await wholeLog(other), left)
      }
      assert.deepEqual(counts, [3, 3, 1, 0])
      // What has no position yet is younger than all that has one.
      assert.equal(await one.log.remove(lease, most, most), 3)
      assert.deepEqual(await wholeLog(other), rows.slice(10))
    },
  )

  check(
    'sealing goes on from what is left, and where nothing is left from the last checkpoint',
    async opened => {
      const { one, other } = opened
      const lease = await take(one)
      const endSegment = async ({ position, seal }: Pick<SealedRow, 'position' | 'seal'>) => {
        const checkpoint = { ...checkpointAt(position), seal }
        await one.log.addCheckpoint(lease, checkpoint, ofLog('log.checkpoint'))
      }
      await tell(one, 9)
      await one.log.seal(lease, 6)
      const [, , third, , , sixth] = await one.log.after(0, most)
      assert.ok(third && sixth)
      for (const row of [third, sixth]) await endSegment(row)
      await one.log.beginAt(lease, 3, start, ofLog('log.purged'))
      assert.equal(await one.log.remove(lease, 3, most), 3)
      // There are rows behind the last checkpoint, and those count.
      for (let row = 0; row < 3; row += 1) assert.equal(await one.log.seal(lease, 1), 1)
      assertSealed(await other.log.after(3, most), third)

      const end = await one.log.head()
      assert.equal(end.position, 9)
      await endSegment(end)
      await one.log.beginAt(lease, 9, start, ofLog('log.purged'))
      assert.equal(await one.log.remove(lease, 9, most), 6)
      assert.deepEqual(await one.log.after(0, most), [])
      assert.ok((await other.log.seal(lease, most)) > 0)
      const later = await other.log.after(0, most)
      assert.equal(later[0]?.position, 10)
      assertSealed(later, end)
    },
  )
}

function checkpointAt(position: number): Checkpoint {
  const at = Number.MAX_SAFE_INTEGER
  return { position, seal: `seal ${position}`, at, key: 'a key', signature: `${position} signed` }
}

/** What tells of a visitor, by whoever did it or by what it is about. */
const visitors: Record<string, LogEvent> = {
  'a phone at a sign-in': signInEvent('id', 'sign_in.denied', {
    account: 'key',
    detail: { amr: ['pwd'] },
  }),
  'a kiosk at a sign-in': signInEvent('id', 'sign_in.claimed', {
    actor: { kind: 'kiosk', id: '7' },
  }),
  'the gate at a sign-in': signInEvent('id', 'sign_in.expired', {
    actor: { kind: 'system', id: '' },
  }),
  'a phone at its account': accountEvent('key', 'account.added', {
    actor: { kind: 'phone', id: 'hash' },
  }),
  'refused tries': accountEvent('key', 'tries.refused', {
    actor: { kind: 'system', id: 'gate', address: '192.0.2.0/24' },
    subject: { kind: 'refusal', id: 'wrong_credentials' },
  }),
}

const others: Record<string, LogEvent> = {
  'an operator at an account': accountEvent('key'),
  'an operator at a kiosk': kioskEvent(7),
  'a screen at its kiosk': kioskEvent(7, 'kiosk.enrolled', { actor: { kind: 'kiosk', id: '7' } }),
  'the gate at its log': ofLog('log.checkpoint', { at: start }),
}

/** A row whose fields were erased. */
function emptied({ row, form, digest, position, seal }: LogRow): LogRow {
  const who = { actorKind: null, actor: null, address: null }
  const what = { subjectKind: null, subject: null, kiosk: null, account: null, detail: null }
  const gone = { at: null, event: null, ...who, ...what, salt: null, visitors: false }
  return { row, form, ...gone, digest, position, seal }
}
