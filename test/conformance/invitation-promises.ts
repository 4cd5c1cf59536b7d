import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import type { Invitation } from '../../server/src/store/invitation.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { adding, freshId, scan, start } from './rows.ts'

const made: LogEvent = {
  ...{ event: 'invitation.added', at: start, actor: { kind: 'operator', id: 'shell:test' } },
  subject: { kind: 'invitation', id: 'BCD' },
}

function invitation(hash: string, change: Partial<Invitation> = {}): Invitation {
  return {
    ...{ hash, name: 'BCD', usesLeft: 1, createdAt: start, expiresAt: start + 1_000 },
    ...{ voidedAt: null, ...change },
  }
}

const add = ({ invitations }: Store, row: Invitation) =>
  invitations.update(row.hash, adding(row, made))

const use = (old: Invitation | null) => {
  if (!old || old.usesLeft === 0) throw new Refusal('invitation_wrong')
  return { next: { ...old, usesLeft: old.usesLeft - 1 }, events: [], quiet: true }
}

/** What the store promises about invitations. */
export function invitationPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('an invitation is found by its hash, on every node', async (one, other) => {
    const row = invitation('a', { usesLeft: 3, voidedAt: start + 1 })
    await add(one, row)
    assert.deepEqual(await other.invitations.byHash('a'), row)
    assert.equal(await other.invitations.byHash('A'), null)
  })

  check('invitations come in the order in which they were made', async (one, other) => {
    await add(one, invitation('late', { createdAt: start + 1 }))
    await add(one, invitation('early'))
    const all = await other.invitations.all()
    assert.deepEqual(
      all.map(({ hash }) => hash),
      ['early', 'late'],
    )
  })

  check(
    'of 20 sign-ins that use one invitation at once, as many as it has uses happen',
    async (one, other) => {
      await add(one, invitation('a', { usesLeft: 3 }))
      const also = { invitations: new Map([['a', use]]) }
      const ids = Array.from({ length: 20 }, freshId)
      const all = await Promise.allSettled(
        ids.map((id, n) =>
          (n % 2 ? one : other).signIns.update(id, () => ({ ...scan(id)(), also })),
        ),
      )
      for (const outcome of all) {
        if (outcome.status === 'rejected') assert.equal(outcome.reason.code, 'invitation_wrong')
      }
      const rows = await Promise.all(ids.map(id => one.signIns.read(id)))
      assert.equal(rows.filter(Boolean).length, 3)
      assert.equal((await one.invitations.byHash('a'))?.usesLeft, 0)
    },
  )

  check('purge removes what ran out or was voided before, and no other', async one => {
    await add(one, invitation('old', { expiresAt: start - 1 }))
    await add(one, invitation('void', { voidedAt: start - 1 }))
    await add(one, invitation('new', { voidedAt: start }))
    assert.equal(await one.invitations.purge(start, 10), 2)
    for (const hash of ['old', 'void']) assert.equal(await one.invitations.byHash(hash), null)
    assert.ok(await one.invitations.byHash('new'))
  })
}
