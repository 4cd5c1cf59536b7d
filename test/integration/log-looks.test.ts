import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { jsonLogReader } from '../../server/src/log/json-log.ts'
import { verifyLog } from '../../server/src/log/verify.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { eventToRow } from '../../server/src/store/sql/log-row.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import type { Store } from '../../server/src/store/store.ts'
import { accountEvent, kioskEvent, signInEvent, start } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'

const day = 86_400_000

async function openLog(t: Parameters<typeof temporaryFolder>[0]) {
  const folder = temporaryFolder(t)
  const path = join(folder, 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  t.after(() => store.close())
  return { folder, path, store }
}

async function sealAll({ leases, log }: Store): Promise<void> {
  const lease = await leases.take('sealer', 'test', 600_000)
  assert.ok(lease)
  while ((await log.seal(lease, 500)) > 0);
}

const verified = ({ log }: Store, check: 'good' | 'unknown' = 'unknown') =>
  verifyLog({ log, keys: { check: () => check }, outside: [], leastLife: 0, clock: () => start })

/** Any change by hand, as somebody with a shell could make it. */
function alter(path: string, sql: string): void {
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}

test('whoever only looks makes no database where there is none, and calls nothing whole', async t => {
  const folder = temporaryFolder(t)
  for (const command of ['log verify', 'log show', 'log export', 'kiosk list', 'account list']) {
    const { code, err, out } = await qrgate(command.split(' '), {}, folder)
    assert.equal(code, 1, command)
    assert.match(err, /^qrgate: The database .*: no gate has used it yet/)
    assert.equal(out, '')
  }
  assert.deepEqual(readdirSync(folder), [])
  await qrgate(['migrate'], {}, folder)
  const { code, out } = await qrgate(['log', 'verify'], {}, folder)
  assert.equal(code, 2)
  assert.match(out, /^DOUBT {2}no event is sealed yet$/m)
})

test('looking at a backup changes no byte of it, and needs no right to write', async t => {
  const { folder, path, store } = await openLog(t)
  await store.log.add([kioskEvent(7)])
  await sealAll(store)
  const backup = join(folder, 'backup.sqlite')
  alter(path, `VACUUM INTO '${backup}'`)
  chmodSync(backup, 0o400)
  const sum = () => createHash('sha256').update(readFileSync(backup)).digest('hex')
  const before = sum()
  for (const command of ['log verify', 'log show', 'log export']) {
    const { code, err } = await qrgate(
      command.split(' '),
      { DATABASE_URL: `sqlite:${backup}` },
      folder,
    )
    assert.equal(code, 0, err)
  }
  assert.equal(sum(), before)
  assert.ok(!existsSync(`${backup}-wal`))
})

test('a number that JavaScript cannot hold keeps nobody from the rows beside it', async t => {
  const { path, store } = await openLog(t)
  await store.log.add([kioskEvent(7), kioskEvent(8), kioskEvent(9)])
  await sealAll(store)
  for (const column of ['at', 'kiosk', 'form', 'visitors']) {
    const before = (await store.log.after(1, 1))[0] ?? assert.fail()
    const value = { at: before.at, kiosk: before.kiosk, form: before.form, visitors: 'NULL' }
    alter(path, `UPDATE log SET ${column} = 9223372036854775807 WHERE position = 2`)
    const { faults, doubts } = await verified(store)
    const named = [...faults, ...doubts].some(fault => fault.startsWith('position 2 '))
    assert.ok(named, `${column}: ${faults} ${doubts}`)
    assert.equal((await store.log.find({}, 'newest', 10)).length, 3)
    alter(path, `UPDATE log SET ${column} = ${value[column as 'at']} WHERE position = 2`)
    assert.deepEqual((await verified(store)).faults, [])
  }
  alter(path, `UPDATE log SET event = x'00' WHERE position = 2`)
  assert.deepEqual((await verified(store)).faults, ['position 2 was changed after it was written'])
})

test('what is erased can no longer be read from the file', async t => {
  const { path, store } = await openLog(t)
  const secrets = Array.from({ length: 50 }, (_, n) => `key-of-a-visitor-${n}-`)
  await store.log.add(secrets.map(account => signInEvent('id', 'sign_in.claimed', { account })))
  await sealAll(store)
  const inFile = () => {
    alter(path, 'PRAGMA wal_checkpoint(TRUNCATE)')
    const text = readFileSync(path, 'latin1')
    return secrets.filter(secret => text.includes(secret)).length
  }
  assert.equal(inFile(), secrets.length)
  const lease = await store.leases.take('log keeper', 'test', 600_000)
  assert.ok(lease)
  await store.log.erase(lease, start + 1, 500, () => kioskEvent(7))
  assert.equal(inFile(), 0)
})

test('what a newer gate tells of somebody is neither printed nor called changed', async t => {
  const { path, store } = await openLog(t)
  const row = eventToRow({
    ...accountEvent('a visitor', 'hand_off.called' as 'account.added'),
    subject: { kind: 'hand_off' as 'account', id: 'one' },
  })
  const database = new DatabaseSync(path)
  const names = Object.keys(row).map(name => `"${name}"`)
  database
    .prepare(`INSERT INTO log (${names}) VALUES (${names.map(() => '?')})`)
    .run(...Object.values({ ...row, visitors: 1 }))
  database.close()
  await store.log.add([kioskEvent(7)])
  await sealAll(store)
  assert.deepEqual((await verified(store)).faults, [])
  const printed: object[] = []
  await jsonLogReader({ info: about => printed.push(about) }).read(await store.log.after(0, 10))
  assert.equal(printed.length, 1)
  assert.match(JSON.stringify(printed), /kiosk\.added/)
})

test('days without a checkpoint are a doubt; an older key is none where a known one has signed later', async t => {
  const { store } = await openLog(t)
  const lease = await store.leases.take('log keeper', 'test', 600_000)
  assert.ok(lease)
  const checkpoint = async (key: string) => {
    await sealAll(store)
    const { position, seal } = await store.log.head()
    const made = { position, seal, at: start + position, key, signature: '' }
    const subject = { kind: 'log', id: '' } as const
    const event = { event: 'log.checkpoint', at: start, actor: system, subject } as const
    await store.log.addCheckpoint(lease, made, { ...event, detail: { ...made } })
    await sealAll(store)
  }
  const keys = {
    check: ({ key }: { key: string }) => (key === 'ours' ? 'good' : 'unknown'),
  } as const
  const look = () =>
    verifyLog({ log: store.log, keys, outside: [], leastLife: 0, clock: () => start })

  await store.log.add([kioskEvent(7)])
  await checkpoint('gone')
  const before = await look()
  assert.deepEqual([before.faults, before.doubts.length, before.notes], [[], 1, []])
  await store.log.add([kioskEvent(8)])
  await checkpoint('ours')
  const proven = await look()
  assert.deepEqual([proven.faults, proven.doubts, proven.notes.length], [[], [], 1])

  await store.log.add([kioskEvent(9, 'kiosk.added', { at: start + 3 * day })])
  await sealAll(store)
  const { faults, doubts } = await look()
  assert.deepEqual(faults, [])
  assert.match(doubts.join(), /there is no checkpoint, though days have passed/)
})
