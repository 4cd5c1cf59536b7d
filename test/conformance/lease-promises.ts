import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Lease, LeaseLost } from '../../server/src/store/lease.ts'
import type { Checkpoint } from '../../server/src/store/log.ts'
import { until } from '../support/patience.ts'
import { hour, isHeld, take } from './leases.ts'
import type { OpenDatabase, Opened } from './open-store.ts'
import { accountEvent, signInEvent, start } from './rows.ts'

/** What the store promises about leases, and about whoever writes under one. */
export function leasePromises(name: string, openDatabase: OpenDatabase): void {
  const check = (sentence: string, body: (opened: Opened) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(await openDatabase(t)))

  check('F15: a lease is taken by one holder, and by no other on either node', async opened => {
    const { one, other } = opened
    const lease = await one.leases.take('a name', 'one', hour)
    assert.deepEqual(lease, { name: 'a name', holder: 'one', epoch: 1 })
    for (const { leases } of [one, other]) {
      assert.equal(await leases.take('a name', 'other', hour), null)
      assert.equal(await leases.take('a name', 'One', hour), null)
    }
    assert.ok(await isHeld(one, lease))
    const another = await other.leases.take('another name', 'other', hour)
    assert.deepEqual(another, { name: 'another name', holder: 'other', epoch: 1 })
  })

  check('whoever holds a lease prolongs it, and its epoch stays', async ({ one, other, raw }) => {
    const ends = async () => {
      const query = raw.selectFrom('leases').select('until').where('name', '=', 'a name')
      return (await query.executeTakeFirstOrThrow()).until
    }
    const lease = await take(one)
    const before = await ends()
    assert.deepEqual(await one.leases.take('a name', 'one', 2 * hour), lease)
    assert.ok((await ends()) >= before + hour)
    // The holder is whoever says its name, on whichever node.
    assert.deepEqual(await other.leases.take('a name', 'one', 2 * hour), lease)
    assert.ok(await isHeld(one, lease))
  })

  check('a lease that was given back is free at once', async opened => {
    const { one, other } = opened
    const lease = await take(one)
    await one.leases.release(lease)
    assert.equal(await isHeld(one, lease), false)
    const next = await other.leases.take('a name', 'other', hour)
    assert.deepEqual(next, { name: 'a name', holder: 'other', epoch: 2 })
    assert.equal(await one.leases.take('a name', 'one', hour), null)
  })

  check('giving back what somebody else has by now is harmless', async ({ one, other }) => {
    const lease = await take(one)
    await one.leases.release(lease)
    await one.leases.release(lease)
    const next = await take(other, 'other')
    for (const stale of [
      lease,
      { ...next, holder: 'one' },
      { ...next, epoch: 1 },
      { ...next, name: 'no' },
    ]) {
      await one.leases.release(stale)
    }
    assert.ok(await isHeld(other, next))
    assert.equal(await one.leases.take('a name', 'one', hour), null)
  })

  check('a lease whose time is over goes to whoever comes, and its epoch rises', async opened => {
    const { one, other } = opened
    const old = await take(one, 'one', 50)
    let next: Lease | null = null
    await until('the time of the lease is over', async () => {
      next = await other.leases.take('a name', 'other', hour)
      return next !== null
    })
    assert.deepEqual(next, { name: 'a name', holder: 'other', epoch: 2 })
    assert.equal(await one.leases.take('a name', 'one', hour), null)
    assert.equal(await isHeld(one, old), false)
  })

  check(
    'to its own holder too: whoever was late cannot tell who was there meanwhile',
    async opened => {
      const { one } = opened
      const old = await take(one, 'one', 1)
      await until('its time was over', async () => (await take(one, 'one', 1)).epoch > old.epoch)
      const next = await take(one)
      assert.ok(next.epoch > old.epoch)
      assert.equal(await isHeld(one, old), false)
      assert.ok(await isHeld(one, next))
    },
  )

  check('the epoch rises by one with each new holder, and with nothing else', async opened => {
    const { one, other } = opened
    const epochs: number[] = []
    for (let turn = 0; turn < 3; turn += 1) {
      for (const [holder, node] of Object.entries({ one, other })) {
        const lease = await take(node, holder)
        epochs.push(lease.epoch, (await take(node, holder)).epoch)
        await node.leases.release(lease)
      }
    }
    assert.deepEqual(epochs, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
  })

  for (const [how, free] of Object.entries({
    'a new lease': async () => {},
    'a lease whose time is over': async ({ one, raw }: Opened) => {
      await take(one, 'somebody')
      await runOut(raw)
    },
  })) {
    check(`of 20 on two nodes who take ${how} at once, exactly one gets it`, async opened => {
      const { one, other } = opened
      await free(opened)
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? one : other).leases.take('a name', `holder ${n}`, hour),
        ),
      )
      const [lease, ...more] = taken.filter(lease => lease !== null)
      assert.ok(lease)
      assert.deepEqual(more, [])
      assert.equal(lease.holder, `holder ${taken.indexOf(lease)}`)
      assert.ok(await isHeld(one, lease))
    })
  }

  check(
    'a lease that ends long after it can was made before the clock was set back',
    async opened => {
      const { one, other, raw } = opened
      const old = await take(one)
      // As it stands when a clock that was a year fast is set right.
      await raw
        .updateTable('leases')
        .set(({ eb }) => ({ until: eb('until', '+', 365 * 24 * hour) }))
        .execute()
      const next = await other.leases.take('a name', 'other', hour)
      assert.deepEqual(next, { name: 'a name', holder: 'other', epoch: 2 })
      assert.equal(await isHeld(one, old), false)
      assert.equal(await one.leases.take('a name', 'one', hour), null)
    },
  )

  for (const [how, lose] of Object.entries(losses)) {
    check(`F15: a late write is refused and writes nothing: ${how}`, async opened => {
      const { one, other } = opened
      await one.log.add([
        signInEvent('of a visitor'),
        accountEvent('a key'),
        signInEvent('of another visitor'),
      ])
      const lease = await take(one)
      assert.equal(await one.log.seal(lease, 3), 3)
      const checkpoint = checkpointAt(2)
      await one.log.addCheckpoint(lease, checkpoint, logEvent)
      await one.log.moveCursor(lease, 2)
      const stale = await lose(opened, lease)
      const before = await contents(opened)
      for (const { log } of [one, other]) {
        for (const write of [
          () => log.seal(stale, 10),
          () => log.moveCursor(stale, 3),
          () => log.addCheckpoint(stale, checkpointAt(3), logEvent),
          () => log.erase(stale, start + 1, 10, () => logEvent),
          () => log.beginAt(stale, 2, start, logEvent),
          () => log.remove(stale, 2, 10),
        ]) {
          await assert.rejects(write(), new LeaseLost(stale))
        }
      }
      assert.deepEqual(await contents(opened), before)
    })
  }

  check('and whoever has the lease can do all of that', async ({ one, other }) => {
    await take(other, 'other').then(other.leases.release)
    const lease = await take(one)
    await one.log.add([signInEvent('of a visitor'), accountEvent('a key')])
    assert.equal(await one.log.seal(lease, 10), 2)
    await one.log.moveCursor(lease, 2)
    await one.log.addCheckpoint(lease, checkpointAt(1), logEvent)
    assert.equal(await one.log.erase(lease, start + 1, 10, () => logEvent), 1)
    await one.log.beginAt(lease, 1, start, logEvent)
    assert.equal(await one.log.remove(lease, 1, 10), 1)
    assert.equal(await one.log.seal(lease, 10), 3)
  })
}

const logEvent = accountEvent('a key', 'log.erased', { subject: { kind: 'log', id: '' } })

function checkpointAt(position: number): Checkpoint {
  return { position, seal: 'a seal', at: start, key: 'a key', signature: 'a signature' }
}

async function runOut(raw: Opened['raw']): Promise<void> {
  await raw.updateTable('leases').set({ until: 0 }).execute()
}

/** Ways to lose a lease; each answers the one that its former holder still believes in. */
const losses: Record<string, (opened: Opened, lease: Lease) => Promise<Lease>> = {
  async 'its time is over'({ raw }, lease) {
    await runOut(raw)
    return lease
  },
  async 'somebody else has it'({ other, raw }, lease) {
    await runOut(raw)
    await take(other, 'other')
    return lease
  },
  async 'it has it again and does not know'({ one, other, raw }, lease) {
    await runOut(raw)
    await other.leases.release(await take(other, 'other'))
    await take(one)
    return lease
  },
  async 'it was given back'({ one }, lease) {
    await one.leases.release(lease)
    return lease
  },
  'it is a lease for something else': async (_, lease) => ({ ...lease, name: 'another name' }),
  'it is made up': async (_, lease) => ({ ...lease, holder: 'other' }),
}

/** All that may be written under a lease. */
async function contents({ raw }: Opened) {
  const tables = ['log', 'log_checkpoints', 'log_cursors', 'leases'] as const
  return Promise.all(tables.map(table => raw.selectFrom(table).selectAll().execute()))
}
