import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import type { WithAccount } from '../../server/src/store/account.ts'
import type { Change, Changed } from '../../server/src/store/change.ts'
import type { Store } from '../../server/src/store/store.ts'
import { inBatches } from '../support/in-batches.ts'
import type { OpenPair } from './open-store.ts'
import {
  account,
  accountEvent,
  addAccount,
  addClient,
  adding,
  type Counted,
  client,
  clientEvent,
  counted,
  kiosk,
  kioskEvent,
  logOf,
  start,
  there,
  unwritable,
  wholeLog,
} from './rows.ts'

/** One row of a noun, through either node. */
interface Subject {
  id: string
  event(change?: Partial<LogEvent>): LogEvent
  read(store: Store): Promise<Counted | null>
  update(
    store: Store,
    decide: <Row extends Counted>(old: Row) => Change<Row>,
  ): Promise<Changed<Counted, WithAccount>>
}

/** Adds a row of each noun whose updates are alike. */
const nouns: Record<string, (store: Store) => Promise<Subject>> = {
  async account(store) {
    await addAccount(store, account('a key'))
    return {
      id: 'a key',
      event: change => accountEvent('a key', 'account.enabled', change),
      read: ({ accounts }) => accounts.byKey('a key'),
      update: ({ accounts }, decide) => accounts.update('a key', there(decide)),
    }
  },
  async kiosk(store) {
    const { number } = await store.kiosks.add(kiosk())
    return {
      id: `${number}`,
      event: change => kioskEvent(number, 'kiosk.enrolled', change),
      read: ({ kiosks }) => kiosks.byNumber(number),
      update: ({ kiosks }, decide) => kiosks.update(number, there(decide)),
    }
  },
  async client(store) {
    await addClient(store, client('clinic'))
    return {
      id: 'clinic',
      event: change => clientEvent('clinic', 'client.changed', change),
      read: ({ clients }) => clients.byId('clinic'),
      update: ({ clients }, decide) => clients.update('clinic', there(decide)),
    }
  },
}

const longest = 2048
/** A detail of so many bytes of JSON. */
const detailOf = (bytes: number) => ({ detail: { text: 'x'.repeat(bytes - '{"text":""}'.length) } })

/** What the store promises of every change of every noun. */
export function nounPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  for (const [noun, add] of Object.entries(nouns)) {
    check(`${noun}: update answers what was and what is, and tells the log`, async (one, other) => {
      const subject = await add(one)
      const before = await subject.read(one)
      const [born] = await logOf(one, subject.id)
      const { old, next, events } = await subject.update(one, row => counted(row, subject.event()))
      assert.deepEqual(old, before)
      assert.deepEqual(next, { ...before, createdAt: start + 1 })
      assert.deepEqual(events, [subject.event()])
      assert.deepEqual(await subject.read(other), next)
      const [first, second, ...more] = await logOf(other, subject.id)
      assert.deepEqual([first, second?.event, more], [born, subject.event().event, []])
    })

    check(
      `${noun}: 100 updates by two nodes, 20 at once, happen one after the other`,
      async (one, other) => {
        const subject = await add(one)
        const updates = await inBatches(Array.from({ length: 100 }), 20, (_, n) =>
          subject.update(n % 2 ? one : other, old =>
            counted(old, subject.event({ at: old.createdAt })),
          ),
        )
        const each = Array.from({ length: 100 }, (_, n) => start + n)
        assert.deepEqual(updates.map(({ old }) => old?.createdAt).toSorted(), each)
        assert.equal((await subject.read(one))?.createdAt, start + 100)
        // The log has them in the order in which they happened.
        const [, ...told] = await logOf(one, subject.id)
        assert.deepEqual(
          told.map(({ at }) => at),
          each,
        )
      },
    )

    check(`${noun}: row and log come together or not at all`, async one => {
      const subject = await add(one)
      const before = [await subject.read(one), await wholeLog(one)]
      for (const change of [detailOf(longest + 1), unwritable]) {
        const update = subject.update(one, old =>
          counted(old, subject.event(), subject.event(change)),
        )
        await assert.rejects(update)
        assert.deepEqual([await subject.read(one), await wholeLog(one)], before)
      }
    })

    check(`${noun}: nothing is written where nothing is told`, async one => {
      const subject = await add(one)
      const before = [await subject.read(one), await wholeLog(one)]
      await subject.update(one, old => counted(old))
      assert.deepEqual([await subject.read(one), await wholeLog(one)], before)
    })

    check(
      `${noun}: a quiet change is written, and the log is told no more than that`,
      async one => {
        const subject = await add(one)
        const log = await wholeLog(one)
        await subject.update(one, old => ({ ...counted(old), quiet: true }))
        assert.equal((await subject.read(one))?.createdAt, start + 1)
        assert.deepEqual(await wholeLog(one), log)
        await subject.update(one, old => ({ ...counted(old, subject.event()), quiet: true }))
        assert.equal((await subject.read(one))?.createdAt, start + 2)
        assert.equal((await wholeLog(one)).length, log.length + 1)
      },
    )

    check(`${noun}: what its decision throws is passed on and has changed nothing`, async one => {
      const subject = await add(one)
      const before = [await subject.read(one), await wholeLog(one)]
      const refusal = new Refusal('already_ended', 'a detail')
      const update = subject.update(one, () => {
        throw refusal
      })
      await assert.rejects(update, error => error === refusal)
      assert.deepEqual([await subject.read(one), await wholeLog(one)], before)
    })
  }

  check('a row that is new comes with its log or not at all', async one => {
    const untold = accountEvent('a key', 'account.added', unwritable)
    await assert.rejects(one.accounts.update('a key', adding(account('a key'), untold)))
    const add = (number: number) => {
      return { ...kiosk()(number), events: [kioskEvent(number, 'kiosk.added', unwritable)] }
    }
    await assert.rejects(one.kiosks.add(add))
    const untoldClient = clientEvent('clinic', 'client.added', unwritable)
    await assert.rejects(one.clients.update('clinic', adding(client('clinic'), untoldClient)))
    assert.deepEqual(await one.accounts.all(), [])
    assert.deepEqual(await one.kiosks.all(), [])
    assert.deepEqual(await one.clients.all(), [])
    assert.deepEqual(await wholeLog(one), [])
  })

  check('a detail has 2048 bytes at most, whatever letters they make', async one => {
    const { detail } = detailOf(longest - 3)
    const fits = { detail: { text: `${detail.text}가` } }
    await one.log.add([accountEvent('a key', 'account.added', fits)])
    const [told, ...more] = await wholeLog(one)
    assert.deepEqual([told?.detail, more], [JSON.stringify(fits.detail), []])
    const tooLong = { detail: { text: `${detail.text}가x` } }
    await assert.rejects(one.log.add([accountEvent('a key', 'account.added', tooLong)]))
    assert.equal((await wholeLog(one)).length, 1)
  })
}
