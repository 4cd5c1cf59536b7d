import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createAccountAdmin } from '../accounts/account-admin.ts'
import { readConfig } from '../config.ts'
import type { Actor } from '../protocol/log-event.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { removeAccountForGood, removeAgain } from './account-removal.ts'

const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const clock = () => 1_800_000_000_000

/** A gate's accounts, all of whom stand in the database as it was backed up. */
async function databaseOf(keys: readonly string[]) {
  const store = await openSqliteStore(':memory:')
  const passwords = { hash: () => assert.fail('nothing is hashed') }
  const parts = { records: store.accounts, passwords, siteNames: [], clock }
  for (const key of keys) {
    // The same in each: the key is the first that is random.
    const made = createAccountAdmin({
      ...parts,
      randomBytes: size => Buffer.alloc(size, key),
    })
    await made.adopt({ id: key, passwordHash: '$2b$10$x' }, operator)
  }
  return { store, accounts: createAccountAdmin({ ...parts, randomBytes }) }
}

test('N54: who was removed is removed again from an older database, and nobody else', async t => {
  const dataDir = mkdtempSync(join(tmpdir(), 'qrgate-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const config = { ...readConfig({}, 'demo'), dataDir }
  const before = await databaseOf(['hong', 'kim', 'lee'])
  const needs = { ...before, config, clock }
  for (const id of ['hong', 'kim']) {
    const account = await before.accounts.byId(id)
    assert.ok(account)
    await removeAccountForGood(account, operator, needs)
  }
  assert.equal(await removeAgain(operator, needs), 0)
  await before.store.close()

  // Kim came after the backup was made.
  const older = await databaseOf(['hong', 'lee'])
  t.after(() => older.store.close())
  assert.equal(await removeAgain(operator, { ...older, config, clock }), 1)
  const left = (await older.store.accounts.all()).map(({ id }) => id)
  assert.deepEqual(left, ['lee'])
  assert.equal(await removeAgain(operator, { ...older, config, clock }), 0)
})
