import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenStore } from './open-store.ts'
import { freshId, logOf, scan, start } from './rows.ts'

async function withDeadline({ signIns }: Store, deadline: number | null, updatedAt = start) {
  const id = freshId()
  await signIns.update(id, scan(id, { deadline, updatedAt }))
  return id
}

/** What the store promises about overdue and outlived rows. */
export function signInPromises(name: string, open: OpenStore): void {
  test(`${name}: overdue names what has run out, oldest first, and nothing else`, async t => {
    const store = await open(t)
    const third = await withDeadline(store, start + 300)
    const first = await withDeadline(store, start + 100)
    const second = await withDeadline(store, start + 200)
    await withDeadline(store, null)
    await withDeadline(store, start + 301)
    assert.deepEqual(await store.signIns.overdue(start + 99, 10), [])
    assert.deepEqual(await store.signIns.overdue(start + 300, 10), [first, second, third])
    assert.deepEqual(await store.signIns.overdue(start + 299, 10), [first, second])
  })

  test(`${name}: overdue names at most as many as were asked for, and the oldest of them`, async t => {
    const store = await open(t)
    const ids: string[] = []
    for (const after of [5, 4, 3, 2, 1]) ids.unshift(await withDeadline(store, start + after))
    assert.deepEqual(await store.signIns.overdue(start + 10, 2), ids.slice(0, 2))
    assert.deepEqual(await store.signIns.overdue(start + 10, 10), ids)
  })

  test(`${name}: changedAfter names what was changed later and is not over`, async t => {
    const store = await open(t)
    await withDeadline(store, start + 100, start)
    await withDeadline(store, null, start + 9)
    const later = [
      await withDeadline(store, start + 100, start + 1),
      await withDeadline(store, start + 100, start + 2),
    ]
    assert.deepEqual((await store.signIns.changedAfter(start, 10)).toSorted(), later.toSorted())
    assert.equal((await store.signIns.changedAfter(start, 1)).length, 1)
    assert.deepEqual(await store.signIns.changedAfter(start + 2, 10), [])
  })

  test(`${name}: purge removes what became final before the time, and answers how many`, async t => {
    const store = await open(t)
    const old = await withDeadline(store, null, start - 1)
    const young = await withDeadline(store, null, start)
    const running = await withDeadline(store, start + 100, start - 1_000)
    assert.equal(await store.signIns.purge(start, 10), 1)
    assert.equal(await store.signIns.read(old), null)
    assert.ok(await store.signIns.read(young))
    assert.ok(await store.signIns.read(running))
    assert.equal(await store.signIns.purge(start, 10), 0)
  })

  test(`${name}: purge removes at most as many as were asked for`, async t => {
    const store = await open(t)
    for (let row = 0; row < 5; row += 1) await withDeadline(store, null)
    const counts: number[] = []
    for (let round = 0; round < 4; round += 1) counts.push(await store.signIns.purge(start + 1, 2))
    assert.deepEqual(counts, [2, 2, 1, 0])
  })

  test(`${name}: the history of a sign-in outlives its row`, async t => {
    const store = await open(t)
    const id = await withDeadline(store, null)
    await store.signIns.purge(start + 1, 10)
    assert.equal(await store.signIns.read(id), null)
    assert.equal((await logOf(store, id)).length, 1)
  })

  test(`${name}: S072: an id is text and nothing else`, async t => {
    const store = await open(t)
    const id = await withDeadline(store, start)
    for (const other of ["' OR 1=1--", '%', `${id}%`, `${id} `, id.toUpperCase(), '']) {
      assert.equal(await store.signIns.read(other), null)
      assert.deepEqual(await logOf(store, other), [])
    }
  })
}
