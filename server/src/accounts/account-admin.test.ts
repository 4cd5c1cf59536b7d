import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createAccountAdmin } from './account-admin.ts'
import { createPasswordHasher } from './password.ts'
import { subjectOf } from './subject.ts'

const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const store = await openSqliteStore(':memory:')
after(() => store.close())
const accounts = createAccountAdmin({
  records: store.accounts,
  passwords: await createPasswordHasher(60_000),
  siteNames: [],
  clock: () => 1_800_000_000_000,
  randomBytes,
})

const passwordHash = `$2b$10$${'x'.repeat(53)}`
let count = 0
/** One that was made elsewhere: there is nothing to hash. */
const add = (fields: { id?: string; externalId?: string } = {}) => {
  count += 1
  return accounts.adopt({ id: `visitor${count}`, passwordHash, ...fields }, operator)
}
const read = ({ key }: Account) => store.accounts.byKey(key)
const refusal = (code: RefusalCode) => new Refusal(code)
/** What the log tells of its changes, and all that its rows hold. */
const told = async ({ key }: Account) => {
  const rows = await store.log.waiting({ account: key }, { after: 0 }, 100)
  const changes = rows.filter(({ event }) => event === 'account.changed')
  return { details: changes.map(({ detail }) => detail), whole: JSON.stringify(rows) }
}

test('an account with another id stays the same one to all who know it', async () => {
  const account = await add({ id: 'Before' })
  const sub = subjectOf(account, 'clinic')
  assert.deepEqual(await accounts.change(account, { id: ' 홍Gildong ' }, operator), ['id'])
  const now = await accounts.byId('홍GILDONG')
  assert.ok(now)
  const { id, idKey, idSkeleton } = now
  assert.deepEqual(now, { ...account, id, idKey, idSkeleton })
  assert.equal(id, '홍Gildong')
  assert.equal(subjectOf(now, 'clinic'), sub)
  assert.equal(await accounts.byId('before'), null)
  await add({ id: 'before' })
})

test('S052: another id obeys the rules of a new one', async () => {
  await add({ id: 'paula' })
  const account = await add()
  const before = await read(account)
  const change = (id: string) => accounts.change(account, { id, name: '홍길동' }, operator)
  for (const id of ['PAULA', 'pau1a', 'ｐａｕｌａ']) {
    await assert.rejects(change(id), refusal('account_exists'), id)
  }
  for (const id of ['', 'two words', 'x'.repeat(65), 'раulа']) {
    await assert.rejects(change(id), refusal('account_id_invalid'), id)
  }
  assert.deepEqual(await read(account), before)
  assert.deepEqual((await told(account)).details, [])
})

test('nobody stands in the way of another spelling of their own id', async () => {
  const account = await add({ id: 'Maria' })
  for (const id of ['MARIA', 'Mar1a', 'Maria']) {
    assert.deepEqual(await accounts.change(account, { id }, operator), ['id'])
    assert.equal((await read(account))?.id, id)
  }
})

test('an external id is one account’s, until it is taken away', async () => {
  const first = await add({ externalId: 'P-1' })
  await assert.rejects(add({ externalId: 'P-1' }), refusal('external_id_taken'))
  const second = await add({ externalId: 'p-1' })
  const give = (account: Account, externalId: string | null) =>
    accounts.change(account, { externalId }, operator)
  await assert.rejects(give(second, 'P-1'), refusal('external_id_taken'))
  await assert.rejects(give(second, ' P-2'), refusal('external_id_invalid'))
  await assert.rejects(add({ externalId: 'P\n2' }), refusal('external_id_invalid'))
  assert.equal((await read(second))?.externalId, 'p-1')
  assert.deepEqual(await give(first, null), ['external_id'])
  assert.deepEqual(await give(second, 'P-1'), ['external_id'])
  assert.deepEqual(
    [(await read(first))?.externalId, (await read(second))?.externalId],
    [null, 'P-1'],
  )
})

test('of ten who are given one external id at once, one has it', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => add()))
  const given = await Promise.allSettled(
    all.map(account => accounts.change(account, { externalId: 'race' }, operator)),
  )
  assert.equal(given.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of given) {
    if (result.status === 'rejected') assert.deepEqual(result.reason, refusal('external_id_taken'))
  }
})

test('the log says which fields are others, and never what stands in them', async () => {
  const account = await add({ id: 'canary0' })
  const fields = { id: 'canary1', name: '카나리아', externalId: 'canary 2' }
  assert.deepEqual(await accounts.change(account, fields, operator), ['id', 'name', 'external_id'])
  assert.deepEqual(await accounts.change(account, { ...fields, name: '' }, operator), ['name'])
  const { details, whole } = await told(account)
  assert.deepEqual(details, ['{"fields":["id","name","external_id"]}', '{"fields":["name"]}'])
  assert.doesNotMatch(whole, /canary|카나리아/)
})

test('the same change again writes nothing', async () => {
  const account = await add()
  const fields = { id: 'again', name: '홍길동', externalId: 'again' }
  await accounts.change(account, fields, operator)
  const before = await read(account)
  assert.deepEqual(await accounts.change(account, fields, operator), [])
  assert.deepEqual(await accounts.change(account, { name: ' 홍길동 ' }, operator), [])
  assert.deepEqual(await accounts.change(account, {}, operator), [])
  assert.deepEqual(await read(account), before)
  assert.equal((await told(account)).details.length, 1)
})

test('a name obeys its rules, and an account that is gone cannot be changed', async () => {
  const account = await add()
  for (const name of ['a\0b', 'x'.repeat(65), '\ud800']) {
    await assert.rejects(accounts.change(account, { name }, operator), refusal('name_invalid'))
  }
  const gone = { ...account, key: 'no such key' }
  const change = accounts.change(gone, { name: '홍길동' }, operator)
  await assert.rejects(change, refusal('account_unusable'))
})

test('an owner whose session was ended meanwhile changes nothing with what it had begun', async () => {
  const account = await add()
  const byOwner = { byOwner: true }
  await accounts.changePassword(account, 'another horse entirely', operator)
  const now = await read(account)
  assert.ok(now)
  const late = accounts.changePassword(account, 'a third horse by now', operator, byOwner)
  await assert.rejects(late, refusal('signed_out'))
  await assert.rejects(accounts.disableForRemoval(account, operator), refusal('signed_out'))
  assert.deepEqual(await read(account), now)
  const changed = await accounts.changePassword(now, 'a third horse by now', operator, byOwner)
  assert.equal(changed.epoch, 2)
  assert.deepEqual(await read(account), changed)
})
