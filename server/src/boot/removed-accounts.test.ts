import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { noteRemovedAccount, readRemovedAccounts, removedAccountsFile } from './removed-accounts.ts'

test('N54: who was removed is noted beside the data, and half a line costs no other', t => {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const dataDir = join(folder, 'data')
  assert.deepEqual(readRemovedAccounts(dataDir), [])
  const [first, second, third] = ['a', 'b', 'c'].map((account, at) => ({ account, at }))
  assert.ok(first && second && third)
  noteRemovedAccount(dataDir, first)
  noteRemovedAccount(dataDir, second)
  assert.deepEqual(readRemovedAccounts(dataDir), [first, second])
  // The power went in the middle of it.
  appendFileSync(removedAccountsFile(dataDir), '{"account":"x')
  assert.deepEqual(readRemovedAccounts(dataDir), [first, second])
  noteRemovedAccount(dataDir, third)
  assert.deepEqual(readRemovedAccounts(dataDir), [first, second, third])
  assert.equal(statSync(removedAccountsFile(dataDir)).mode & 0o777, 0o600)
})
