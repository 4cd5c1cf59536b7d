import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Actor } from '../protocol/log-event.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createAccountAdmin } from './account-admin.ts'
import { importAccounts } from './account-import.ts'
import type { ForeignAccount } from './foreign-accounts.ts'
import { createPasswordHasher } from './password.ts'

const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const hash = `$2b$10$${'x'.repeat(53)}`

const row = (id: string, change: Partial<ForeignAccount> = {}): ForeignAccount => {
  return { place: `row of ${id}`, id, hash, name: '', externalId: '', ...change }
}

async function setUp(t: TestContext) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const accounts = createAccountAdmin({
    records: store.accounts,
    passwords: await createPasswordHasher(60_000),
    siteNames: [],
    clock: () => 1_800_000_000_000,
    randomBytes,
  })
  const take = async (...rows: ForeignAccount[]) => {
    const skipped: string[] = []
    const skip = (place: string, reason: string) => skipped.push(`${place}: ${reason}`)
    return { ...(await importAccounts(rows, accounts, operator, skip)), reasons: skipped }
  }
  const kept = async () =>
    (await store.accounts.all()).map(({ id, name, externalId }) => [id, name, externalId])
  return { accounts, take, kept }
}

test('a row with a bad or a taken external id, or a bad name, costs nobody else’s', async t => {
  const { take, kept } = await setUp(t)
  const result = await take(
    row('a', { externalId: 'P-1', name: ' 홍길동 ' }),
    row('b', { externalId: 'P-1' }),
    row('c', { externalId: 'P\n3' }),
    row('d', { externalId: undefined }),
    row('e', { name: undefined }),
    row('f', { name: 'x'.repeat(65), externalId: 'P-6' }),
    row('g', { externalId: 'P-6' }),
    row('h'),
    row('i'),
  )
  const wrong = 'the external id is no text of at most 64 characters that can be seen'
  const wrongName = 'the name is no text of at most 64 characters that can be seen'
  assert.deepEqual(result.reasons, [
    'row of b: its external id is another account’s',
    `row of c: ${wrong}`,
    `row of d: ${wrong}`,
    `row of e: ${wrongName}`,
    `row of f: ${wrongName}`,
  ])
  assert.deepEqual([result.added, result.leftAlone, result.skipped], [4, 0, 5])
  assert.deepEqual(await kept(), [
    ['a', '홍길동', 'P-1'],
    ['g', '', 'P-6'],
    ['h', '', null],
    ['i', '', null],
  ])
})

test('imported again, an account is left alone, whatever stands in its row now', async t => {
  const { accounts, take, kept } = await setUp(t)
  await take(row('a', { externalId: 'P-1' }), row('b', { externalId: 'P-2' }))
  const b = await accounts.byId('b')
  assert.ok(b)
  await accounts.change(b, { id: 'other', externalId: null }, operator)
  const again = await take(
    row('a', { externalId: 'P-1' }),
    row('A', { externalId: 'P-9', name: '김철수' }),
    row('other', { externalId: 'P-1' }),
  )
  assert.deepEqual(again, { added: 0, leftAlone: 3, skipped: 0, reasons: [] })
  assert.deepEqual(await kept(), [
    ['a', '', 'P-1'],
    ['other', '', null],
  ])
})
