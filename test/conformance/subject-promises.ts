import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimNames } from '../../server/src/protocol/claims.ts'
import type { Store } from '../../server/src/store/store.ts'
import { type Subject, subjectKey } from '../../server/src/store/subject.ts'
import type { OpenPair } from './open-store.ts'
import { freshId, scan, signInEvent, start, subject } from './rows.ts'

/** Tells a client of an account, as a claim does. */
export async function tell({ signIns }: Store, next: Subject): Promise<void> {
  const id = freshId()
  const subjects = new Map([[subjectKey(next), () => ({ next, events: [], quiet: true })]])
  await signIns.update(id, () => ({ ...scan(id)(), also: { subjects } }))
}

/** What the store promises about what clients know. */
export function subjectPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a subject is found by its client and sub, as it was told last', async (one, other) => {
    const first = subject('clinic', 'a key', { claims: claimNames })
    await tell(one, first)
    assert.deepEqual(await other.subjects.bySub('clinic', first.sub), first)
    const later = { ...first, claims: [], toldAt: start + 1 }
    await tell(other, later)
    assert.deepEqual(await one.subjects.bySub('clinic', first.sub), later)
    assert.deepEqual(await one.subjects.of('a key'), [later])
    assert.deepEqual(await one.subjects.of('another key'), [])
  })

  check('what one client was told no other one is', async one => {
    await tell(one, subject('clinic', 'a-key', { sub: 'one' }))
    await tell(one, subject('pharmacy', 'a-key', { sub: 'two' }))
    assert.equal((await one.subjects.bySub('pharmacy', 'two'))?.account, 'a-key')
    const wrong = { clinic: ['two', '', 'ONE', 'one ', '%'], pharmacy: ['one'], '': ['one', 'two'] }
    for (const [client, subs] of Object.entries(wrong)) {
      for (const sub of subs) assert.equal(await one.subjects.bySub(client, sub), null, sub)
    }
  })

  check('two accounts never have one sub at a client', async one => {
    const first = subject('clinic', 'a-key', { sub: 'one' })
    await tell(one, first)
    await assert.rejects(tell(one, subject('clinic', 'b-key', { sub: 'one' })))
    assert.deepEqual(await one.subjects.bySub('clinic', 'one'), first)
    // At another client it is nobody's.
    await tell(one, subject('pharmacy', 'b-key', { sub: 'one' }))
  })

  check('of 20 who tell of one account at once, all do', async (one, other) => {
    const ids = Array.from({ length: 20 }, freshId)
    const row = subject('clinic', 'a-key', { toldAt: 0 })
    const counted = (old: Subject | null) => {
      return { next: { ...row, toldAt: (old?.toldAt ?? 0) + 1 }, events: [], quiet: true }
    }
    const also = { subjects: new Map([[subjectKey(row), counted]]) }
    const next = (id: string) => ({ ...scan(id)(), events: [signInEvent(id)], also })
    await Promise.all(ids.map((id, n) => (n % 2 ? one : other).signIns.update(id, () => next(id))))
    assert.equal((await one.subjects.bySub('clinic', row.sub))?.toldAt, 20)
  })
}
