import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { Refusal } from '../errors.ts'
import { type Actor, isVisitors, system } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { subjectKey } from '../store/subject.ts'
import { createAccountAdmin, removalDelay } from './account-admin.ts'
import { createErasure } from './erasure.ts'

const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const now = 1_800_000_000_000
const store = await openSqliteStore(':memory:')
after(() => store.close())
const { accounts: records, subjects } = store
const clock = () => now
const passwords = { hash: () => assert.fail('nothing is hashed') }
const accounts = createAccountAdmin({ records, passwords, siteNames: [], clock, randomBytes })
const erasure = createErasure({ records, subjects, clock, randomBytes })

let count = 0
const add = () => {
  count += 1
  return accounts.adopt({ id: `visitor${count}`, passwordHash: `$2b$10$${'x'.repeat(53)}` }, system)
}
const read = ({ key }: Account) => records.byKey(key)

test('an account that is due to be erased is, unless somebody has enabled it', async () => {
  const account = await add()
  await erasure.eraseDue(account, operator)
  await accounts.disableForRemoval(account, operator)
  await erasure.eraseDue(account, operator)
  const asked = await read(account)
  assert.deepEqual([asked?.removedAt, asked?.deleteAt], [null, now + removalDelay])
  await accounts.enable(account, operator)
  const back = await read(account)
  assert.deepEqual(back, { ...account, epoch: 1 })
  assert.ok(back)
  await records.update(account.key, () => {
    return { next: { ...back, deleteAt: now }, events: [], quiet: true }
  })
  await erasure.eraseDue(account, operator)
  assert.equal((await read(account))?.removedAt, now)
  await assert.rejects(erasure.erase({ key: 'nobody' }, operator), new Refusal('account_unusable'))
})

test('with the account each client that knew it is named in the log once, and whose it was is not', async () => {
  const [account, other] = [await add(), await add()]
  for (const [client, { key }] of [
    ['clinic', account],
    ['library', account],
    ['clinic', other],
  ] as const) {
    const row = { client, account: key, sub: `sub of ${key}`, claims: [], toldAt: now }
    const subject = { next: row, events: [] }
    // With a sign-in of its own, as a claim writes it.
    count += 1
    const id = `01a222d4-de2a-7b16-b698-${`${count}`.padStart(12, '0')}`
    await store.signIns.update(id, () => ({
      next: {
        ...{ id, kiosk: 100, claimable: true, state: 'ended', reason: null, seq: 1 },
        ...{ deadline: null, phoneHash: null, phoneKind: null, account: key, epoch: 0 },
        ...{ amr: null, provenAt: null, approvedAt: null, claimedAt: null, client, claims: [] },
        ...{ leftBy: null, stayUntil: null, extendedAt: null, disownedAt: null },
        ...{ handOff: null, updatedAt: now },
      },
      events: [],
      quiet: true,
      also: { subjects: new Map([[subjectKey(row), () => ({ ...subject, quiet: true })]]) },
    }))
  }
  await accounts.disable(account, operator)
  for (let again = 0; again < 2; again += 1) await erasure.erase(account, operator)
  const rows = await store.log.waiting({ event: 'account.deleted' }, { after: 0 }, 100)
  assert.deepEqual(
    rows.map(({ subjectKind, subject, detail, account }) => [
      subjectKind,
      subject,
      detail,
      account,
    ]),
    ['clinic', 'library'].map(client => {
      return ['sub', `sub of ${account.key}`, JSON.stringify({ client }), null]
    }),
  )
  assert.ok(rows.every(row => row.visitors && isVisitors(row)))
  assert.deepEqual(await subjects.of(account.key), [])
  assert.equal((await subjects.of(other.key)).length, 1)
})
