import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

test('N45: a line that is damaged is named, as who was removed must not come back unseen', t => {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = removedAccountsFile(folder)
  const good = '{"account":"a","at":1}'
  for (const [text, line] of [
    [`\u0000\u0007${good}\n`, 1],
    [`${good}\nnobody\n`, 2],
    [`${good}\n{"account":7,"at":1}\n`, 2],
  ] as const) {
    writeFileSync(file, text)
    const says = new RegExp(`removed-accounts, line ${line} is damaged; mend it`)
    assert.throws(() => readRemovedAccounts(folder), says)
  }
  rmSync(file)
  mkdirSync(file)
  assert.throws(() => readRemovedAccounts(folder), /removed-accounts cannot be read \(EISDIR\)/)
})
