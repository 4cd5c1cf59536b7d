import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readConfig } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { hasOwnKey, leaveKeyCheck } from './own-key.ts'
import { openOrMake } from './prepare-database.ts'

const keys = ['first', 'second'].map(
  which => `${which} key that only these tests use and nobody else`,
)
const [first = '', second = ''] = keys

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return (SECRET_KEY: string, SECRET_KEYS_ACCEPTED = '') =>
    readConfig(
      {
        PUBLIC_URL: 'https://gate.example.org',
        QRGATE_DATA_DIR: folder,
        SECRET_KEY,
        SECRET_KEYS_ACCEPTED,
      },
      'serve',
    )
}

test('N84: a database is one key’s, until that is exchanged or given up', async t => {
  const configOf = setUp(t)
  const { gate, close } = await openOrMake(configOf(first))
  t.after(close)
  await leaveKeyCheck(gate, configOf(first))
  await assert.rejects(leaveKeyCheck(gate, configOf(second)), OperatorError)
  assert.equal(await hasOwnKey(gate, configOf(second)), false)
  assert.equal(await hasOwnKey(gate, configOf(first)), true)
  await leaveKeyCheck(gate, configOf(second, first))
  await leaveKeyCheck(gate, configOf(second))
  await assert.rejects(leaveKeyCheck(gate, configOf(first)), OperatorError)
  await leaveKeyCheck(gate, configOf(first), true)
  assert.equal(await hasOwnKey(gate, configOf(second)), false)
})

test('N84: a database that is gone is not made anew', async t => {
  const config = setUp(t)(first)
  await (await openOrMake(config)).close()
  await (await openOrMake(config)).close()
  rmSync(join(config.dataDir, 'qrgate.sqlite'))
  await assert.rejects(openOrMake(config), OperatorError)
  rmSync(join(config.dataDir, 'database-made'))
  await (await openOrMake(config)).close()
})
