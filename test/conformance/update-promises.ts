import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import type { SignIn } from '../../server/src/protocol/sign-in-row.ts'
import { inBatches } from '../support/in-batches.ts'
import type { OpenStore } from './open-store.ts'
import { freshId, logOf, scan, scanned, signInEvent, start, unwritable } from './rows.ts'

const bump = (old: SignIn | null) => {
  if (!old) throw new Error('there is no row yet')
  return { next: { ...old, seq: old.seq + 1 }, events: [signInEvent(old.id, 'sign_in.approved')] }
}

/** What `signIns.update` promises: atomic, one after the other, all or nothing. */
export function updatePromises(name: string, open: OpenStore): void {
  test(`${name}: a sign-in that nobody has touched has no row and no history`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    assert.equal(await signIns.read(id), null)
    assert.deepEqual(await logOf(store, id), [])
  })

  test(`${name}: update answers what was and what is, and read gives it back`, async t => {
    const { signIns } = await open(t)
    const id = freshId()
    const born = await signIns.update(id, old => {
      assert.equal(old, null)
      return scan(id)()
    })
    assert.deepEqual(born, { old: null, ...scan(id)() })
    const { old, next } = await signIns.update(id, bump)
    assert.deepEqual(old, scanned(id))
    assert.deepEqual(await signIns.read(id), next)
    assert.equal(next.seq, 2)
  })

  test(`${name}: every column comes back as it was written, empty ones too`, async t => {
    const { signIns } = await open(t)
    const full: Partial<SignIn> = {
      kiosk: 2 ** 32 - 1,
      claimable: false,
      state: 'approved',
      reason: 'not_my_phone',
      seq: 2 ** 31 - 1,
      deadline: Number.MAX_SAFE_INTEGER,
      phoneHash: `'; DROP TABLE sign_ins; -- \\ " %`,
      phoneKind: 'other',
      account: '홍길동 👩🏽‍⚕️',
      amr: ['pwd', 'hwk'],
      approvedAt: 0,
      claimedAt: start,
    }
    const empty: Partial<SignIn> = { deadline: null, phoneHash: null, phoneKind: null }
    for (const change of [full, empty, { amr: ['pwd'] }]) {
      const id = freshId()
      await signIns.update(id, scan(id, change))
      assert.deepEqual(await signIns.read(id), scanned(id, change))
    }
  })

  test(`${name}: each event has its row in the log, in order, as it was told`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    await signIns.update(id, scan(id))
    const later = { at: start + 5, account: 'u1', detail: { amr: ['pwd', 'hwk'] } }
    await signIns.update(id, old => {
      assert.ok(old)
      const events = [
        signInEvent(id, 'sign_in.approved', later),
        signInEvent(id, 'sign_in.claimed', { at: start + 5, actor: { kind: 'kiosk', id: '101' } }),
      ]
      return { next: { ...old, seq: 2 }, events }
    })
    const told = (await logOf(store, id)).map(
      ({ event, at, actorKind, actor, account, detail }) => {
        return [event, at, `${actorKind} ${actor}`, account, detail]
      },
    )
    const phone = 'phone hash of the phone'
    assert.deepEqual(told, [
      ['sign_in.scanned', start, phone, null, null],
      ['sign_in.approved', start + 5, phone, 'u1', '{"amr":["pwd","hwk"]}'],
      ['sign_in.claimed', start + 5, 'kiosk 101', null, null],
    ])
  })

  test(`${name}: nothing is written for a move without events`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    await signIns.update(id, () => ({ next: scanned(id), events: [] }))
    assert.equal(await signIns.read(id), null)
    await signIns.update(id, scan(id))
    await signIns.update(id, () => ({ next: scanned(id, { seq: 9 }), events: [] }))
    assert.deepEqual(await signIns.read(id), scanned(id))
    assert.equal((await logOf(store, id)).length, 1)
  })

  test(`${name}: what advance throws is passed on and has changed nothing`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    const refuse = () => {
      throw new Refusal('already_ended', 'a detail')
    }
    await assert.rejects(signIns.update(id, refuse), new Refusal('already_ended', 'a detail'))
    assert.equal(await signIns.read(id), null)
    await signIns.update(id, scan(id))
    await assert.rejects(signIns.update(id, refuse), new Refusal('already_ended', 'a detail'))
    assert.deepEqual(await signIns.read(id), scanned(id))
    assert.equal((await logOf(store, id)).length, 1)
    assert.equal((await signIns.update(id, bump)).next.seq, 2)
  })

  test(`${name}: row and log come together or not at all`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    // The row can be written and the second event cannot.
    const events = [signInEvent(id), signInEvent(id, 'sign_in.approved', unwritable)]
    await assert.rejects(signIns.update(id, () => ({ next: scanned(id), events })))
    assert.equal(await signIns.read(id), null)
    assert.deepEqual(await logOf(store, id), [])
    await signIns.update(id, scan(id))
    await assert.rejects(signIns.update(id, () => ({ next: scanned(id, { seq: 2 }), events })))
    assert.deepEqual(await signIns.read(id), scanned(id))
    assert.equal((await logOf(store, id)).length, 1)
  })

  test(`${name}: N68: of many at once those that fail leave the others alone`, async t => {
    const store = await open(t)
    const { signIns } = store
    const ids = Array.from({ length: 40 }, freshId)
    const fails = (n: number) => n % 3 === 1
    const results = await Promise.allSettled(
      ids.map((id, n) => {
        // What fails has written its row before.
        const events = [
          signInEvent(id),
          ...(fails(n) ? [signInEvent(id, 'sign_in.approved', unwritable)] : []),
        ]
        return signIns.update(id, () => ({ next: scanned(id), events }))
      }),
    )
    for (const [n, id] of ids.entries()) {
      assert.equal(results[n]?.status, fails(n) ? 'rejected' : 'fulfilled', `update ${n}`)
      assert.deepEqual(await signIns.read(id), fails(n) ? null : scanned(id))
      assert.equal((await logOf(store, id)).length, fails(n) ? 0 : 1)
    }
  })

  test(`${name}: a number that no column holds exactly is refused and changes nothing`, async t => {
    const store = await open(t)
    const { signIns } = store
    for (const deadline of [2 ** 53 + 2, 2 ** 63, 1e300, Number.NaN, Infinity, -Infinity, 0.5]) {
      const id = freshId()
      await assert.rejects(signIns.update(id, scan(id, { deadline })), `${deadline}`)
      assert.equal(await signIns.read(id), null)
      assert.deepEqual(await logOf(store, id), [])
    }
  })

  test(`${name}: 200 updates of one sign-in, 20 at once, happen one after the other`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    await signIns.update(id, scan(id, { seq: 0 }))
    // Of so many at once the last is served before it gives up, on the slowest machine too.
    const results = await inBatches(Array.from({ length: 200 }), 20, () => signIns.update(id, bump))
    const seen = results.map(({ next }) => next.seq).toSorted((a, b) => a - b)
    assert.deepEqual(
      seen,
      Array.from({ length: 200 }, (_, index) => index + 1),
    )
    for (const { old, next } of results) assert.equal(next.seq, (old?.seq ?? Number.NaN) + 1)
    assert.equal((await signIns.read(id))?.seq, 200)
    assert.equal((await logOf(store, id)).length, 201)
  })

  test(`${name}: S018: of 50 phones that scan at once the first has the sign-in`, async t => {
    const store = await open(t)
    const { signIns } = store
    const id = freshId()
    const first = (phoneHash: string) => (old: SignIn | null) => {
      if (old) throw new Refusal('in_use')
      return scan(id, { phoneHash })()
    }
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, phone) => signIns.update(id, first(`phone ${phone}`))),
    )
    const won = results.filter(result => result.status === 'fulfilled')
    assert.equal(won.length, 1)
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, 'in_use')
    }
    assert.deepEqual(await signIns.read(id), won[0]?.value.next)
    assert.equal((await logOf(store, id)).length, 1)
  })

  test(`${name}: S027: updates of many sign-ins at once do not touch each other`, async t => {
    const { signIns } = await open(t)
    const ids = Array.from({ length: 51 }, freshId)
    await Promise.all(ids.map((id, kiosk) => signIns.update(id, scan(id, { kiosk }))))
    await Promise.all(ids.map(id => signIns.update(id, bump)))
    for (const [kiosk, id] of ids.entries()) {
      assert.deepEqual(await signIns.read(id), scanned(id, { kiosk, seq: 2 }))
    }
  })
}
