import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advanceDelivery, type DeliveryStep } from '../../server/src/protocol/delivery.ts'
import { unchanged } from '../../server/src/store/change.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { delivery, start } from './rows.ts'

const step = ({ deliveries }: Store, id: string, step: DeliveryStep, now = start) =>
  deliveries.update(id, row => {
    assert.ok(row)
    const next = advanceDelivery(row, step, now)
    return next === row ? unchanged(row) : { next, events: [], quiet: true }
  })

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

/** What the store promises about deliveries. */
export function deliveryPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a delivery is read exactly as added, on every node', async (one, other) => {
    const full = delivery({
      subject: `'; DROP TABLE deliveries; -- "`,
      state: 'given_up',
      tries: 29,
      triedSince: start + 1,
      nextTryAt: null,
      why: 'status 500 %_\\',
      position: Number.MAX_SAFE_INTEGER,
    })
    await one.deliveries.add([full, delivery()])
    assert.deepEqual(await other.deliveries.read(full.id), full)
    for (const id of ['', '%', full.id.toUpperCase()]) {
      assert.equal(await one.deliveries.read(id), null)
    }
  })

  check('adding again what is there changes nothing, on both nodes at once', async (one, other) => {
    const known = delivery()
    await one.deliveries.add([known])
    const until = start + 15_000
    await step(one, known.id, { type: 'try', until })
    await step(one, known.id, { type: 'deliver', until })
    const delivered = await one.deliveries.read(known.id)
    const fresh = Array.from({ length: 1_200 }, () => delivery())
    await Promise.all([one, other, one, other].map(node => node.deliveries.add([known, ...fresh])))
    await one.deliveries.add([])
    assert.deepEqual(await other.deliveries.read(known.id), delivered)
    const all = await one.deliveries.find({}, 10_000)
    assert.deepEqual(all, [...fresh.toReversed(), delivered])
  })

  check('due names what is to be sent by now, what waits longest first', async (one, other) => {
    const third = delivery({ nextTryAt: start + 3 })
    const first = delivery({ nextTryAt: start + 1 })
    const second = delivery({ nextTryAt: start + 2, client: 'library' })
    const others = [delivery({ nextTryAt: start + 4 }), delivery({ nextTryAt: null })]
    await one.deliveries.add([third, first, second, ...others])
    const due = async (limit: number, except: string[] = []) =>
      ids(await other.deliveries.due(start + 3, limit, except))
    assert.deepEqual(await due(10), ids([first, second, third]))
    assert.deepEqual(await due(2), ids([first, second]))
    assert.deepEqual(await due(2, ['clinic']), ids([second]))
    assert.deepEqual(await due(2, ['library', 'nobody']), ids([first, third]))
    assert.deepEqual(await other.deliveries.due(start, 10, []), [])
    const [row] = await other.deliveries.due(start + 1, 1, [])
    assert.deepEqual({ ...row }, { id: first.id, client: 'clinic' })
  })

  check('of one client and subject only the oldest open one is due', async (one, other) => {
    const subject = 'sign_in of a poison'
    const oldest = delivery({ subject, nextTryAt: start + 1_000 })
    const [next, last] = [delivery({ subject }), delivery({ subject })]
    const elsewhere = delivery({ subject, client: 'library' })
    const unconcerned = delivery()
    await one.deliveries.add([last, next, oldest, elsewhere, unconcerned])
    const due = async (now = start) => ids(await other.deliveries.due(now, 10, []))
    assert.deepEqual(await due(), ids([elsewhere, unconcerned]))
    assert.deepEqual(await due(start + 1_000), ids([elsewhere, unconcerned, oldest]))
    await step(one, oldest.id, { type: 'give_up', why: 'status 404' })
    assert.deepEqual(await due(), ids([next, elsewhere, unconcerned]))
    // While it is being sent the last one waits; and for what is sent again, too.
    await step(one, next.id, { type: 'try', until: start + 1 })
    assert.deepEqual(await due(), ids([elsewhere, unconcerned]))
    await step(one, next.id, { type: 'deliver', until: start + 1 })
    assert.deepEqual(await due(), ids([last, elsewhere, unconcerned]))
    await step(one, oldest.id, { type: 'resend' })
    assert.deepEqual(await due(), ids([oldest, elsewhere, unconcerned]))
  })

  check('of 20 tries that two nodes begin at once, one is made', async (one, other) => {
    const row = delivery()
    await one.deliveries.add([row])
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        step(n % 2 ? one : other, row.id, { type: 'try', until: start + 1_000 + n }),
      ),
    )
    assert.equal(
      tries.filter(({ old, next }) => old !== next && next.tries !== old?.tries).length,
      1,
    )
    assert.equal((await one.deliveries.read(row.id))?.tries, 1)
  })

  check('find names the latest first, of one client, or of one state', async (one, other) => {
    const rows = [
      delivery(),
      delivery({ client: 'library', state: 'delivered', nextTryAt: null }),
      delivery({ state: 'given_up', nextTryAt: null }),
      delivery({ state: 'delivered', nextTryAt: null }),
    ]
    const [open, ofLibrary, failed, delivered] = ids(rows)
    await one.deliveries.add(rows)
    const find = async (...query: Parameters<typeof one.deliveries.find>) =>
      ids(await other.deliveries.find(...query))
    assert.deepEqual(await find({}, 10), [delivered, failed, ofLibrary, open])
    assert.deepEqual(await find({}, 2), [delivered, failed])
    assert.deepEqual(await find({ client: 'clinic' }, 10), [delivered, failed, open])
    assert.deepEqual(await find({ client: 'clinic', state: 'open' }, 10), [open])
    assert.deepEqual(await find({ state: 'given_up' }, 10), [failed])
    assert.deepEqual(await find({ client: 'clini_' }, 10), [])
  })

  check('giving up ends all that is open for a client, and nothing else', async (one, other) => {
    const open = [delivery(), delivery({ nextTryAt: start + 1_000, tries: 3 })]
    const rest = [
      delivery({ state: 'delivered', nextTryAt: null }),
      delivery({ client: 'library' }),
    ]
    await one.deliveries.add([...open, ...rest])
    assert.equal(await one.deliveries.giveUp('clinic', 'switched off', start + 9), 2)
    assert.equal(await other.deliveries.giveUp('clinic', 'switched off', start + 9), 0)
    const over = { state: 'given_up', nextTryAt: null, why: 'switched off', updatedAt: start + 9 }
    for (const row of open) {
      assert.deepEqual(await other.deliveries.read(row.id), { ...row, ...over })
    }
    for (const row of rest) assert.deepEqual(await other.deliveries.read(row.id), row)
  })

  check('changedAfter names deliveries that were changed later and are open', async one => {
    const later = [delivery({ updatedAt: start + 1 }), delivery({ updatedAt: start + 2 })]
    const over = { state: 'delivered', nextTryAt: null, updatedAt: start + 9 } as const
    await one.deliveries.add([delivery({ updatedAt: start }), delivery(over), ...later])
    const named = await one.deliveries.changedAfter(start, 10)
    assert.deepEqual(named.toSorted(), ids(later).toSorted())
    assert.equal((await one.deliveries.changedAfter(start, 1)).length, 1)
    assert.deepEqual(await one.deliveries.changedAfter(start + 2, 10), [])
  })

  check('purge removes deliveries that were over before the time, and no other', async one => {
    const over = { state: 'delivered', nextTryAt: null, updatedAt: start - 1 } as const
    const old = [delivery(over), delivery({ ...over, state: 'given_up' }), delivery(over)]
    const kept = [delivery({ ...over, updatedAt: start }), delivery({ updatedAt: start - 1 })]
    await one.deliveries.add([...old, ...kept])
    assert.equal(await one.deliveries.purge(start, 2), 2)
    assert.equal(await one.deliveries.purge(start, 10), 1)
    assert.deepEqual(ids(await one.deliveries.find({}, 10)), ids(kept).toReversed())
  })
}
