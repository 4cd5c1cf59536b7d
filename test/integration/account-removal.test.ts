import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readRemovedAccounts } from '../../server/src/boot/removed-accounts.ts'
import { qrgate } from '../support/command.ts'
import { openDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/gate.ts'
import { approve, handOffOf, startServed, visitAt } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { qrgateAtTerminal } from '../support/pseudo-terminal.ts'
import { SeedClient } from '../support/seed-client.ts'

const password = 'correct horse battery'

test('N54: with a removed account goes all that its owner has begun, and its client is told', async t => {
  const { gate, kiosk, receiver } = await startServed(t)
  const { store } = gate.app
  const env = { QRGATE_DATA_DIR: gate.dataDir }
  const run = (...args: string[]) => qrgate(args, env, gate.dataDir)
  // One visit is over and its number stands, one goes on, one is just approved.
  const early = await visitAt(gate, kiosk)
  const number = await handOffOf(kiosk, early.signIn, ({ state }) => state === 'accepted')
  await kiosk.post(`/api/v1/sign-ins/${early.signIn.id}/end`, early.signIn.kiosk_secret, {
    reason: 'kiosk',
  })
  const [account] = await store.accounts.all()
  assert.ok(account)
  const other = await visitAt(gate, kiosk)
  const late = await approve(gate, kiosk)
  const database = openDatabase(gate.dataDir)
  const asAccount = database.prepare('UPDATE sign_ins SET account = ? WHERE id = ?')
  asAccount.run(account.key, other.signIn.id)
  asAccount.run(account.key, late.signIn.id)
  database.close()
  const subs = (await store.subjects.of(account.key)).map(({ sub }) => ({ claims: { sub } }))
  assert.equal(subs.length, 1)
  const before = await store.handOffs.openOf(account.key)
  assert.deepEqual(before, [number.id])

  const refused = await run('account', 'remove', account.id)
  assert.equal(refused.code, 1)
  assert.match(refused.err, /^qrgate: Nothing brings an account back\. .* say --yes\.$/m)
  const removed = await run('account', 'remove', account.id.toUpperCase(), '--yes')
  assert.equal(removed.code, 0, removed.err)
  assert.match(removed.out, new RegExp(`^${account.id} is gone for good\\.`))

  assert.equal((await kiosk.view(other.signIn)).state, 'ended')
  assert.equal((await kiosk.view(other.signIn)).reason, 'account')
  assert.equal((await kiosk.view(late.signIn)).state, 'cancelled')
  assert.equal((await store.handOffs.read(number.id))?.state, 'cancelled')
  await until('the client is told', () => receiver.of('hand_off.cancelled').length === 2)
  const told = receiver.of('hand_off.cancelled').map(({ data }) => data)
  const mine = told.find(({ id }) => id === number.id)
  assert.deepEqual(mine, { ...mine, reason: 'account', service: 'exam' })
  assert.ok(mine && !('claims' in mine), 'nobody is left whom a sub could name')
  await until('the client hears who is gone', () => receiver.of('account.deleted').length === 1)
  assert.deepEqual(
    receiver.of('account.deleted').map(({ data }) => data),
    subs,
  )

  const row = await store.accounts.byKey(account.key)
  assert.ok(row)
  const { id, name, externalId, passwordHash, subjectSeed } = row
  assert.deepEqual([id, name, externalId, passwordHash], ['', '', null, ''])
  assert.notEqual(subjectSeed, account.subjectSeed)
  for (const args of [['set', '--name', 'x'], ['disable'], ['enable'], ['remove', '--yes']]) {
    const [verb = '', ...rest] = args
    for (const typed of [account.id, '', `removed ${account.key}`]) {
      const gone = await run('account', verb, ...rest, '--', typed)
      assert.deepEqual([gone.code, gone.out], [1, ''])
      assert.match(gone.err, /^qrgate: There is no account "/m)
    }
  }
  const list = await run('account', 'list', '--json')
  const ids = JSON.parse(list.out).map(({ id }: { id: string }) => id)
  assert.ok(!ids.includes(account.id) && !ids.includes('') && ids.length === 2)
  const { log } = store
  await until('the log has it', async () => (await log.after(0, 500)).some(isRemoval))
  const rows = (await log.after(0, 500)).filter(row => row.account === account.key)
  const events = rows.map(({ event }) => event)
  assert.equal(events.at(-1), 'account.removed')
  for (const event of ['account.disabled', 'visit.ended', 'hand_off.cancelled']) {
    const actors = rows.filter(row => row.event === event).map(({ actorKind }) => actorKind)
    assert.ok(actors.includes('operator'), event)
  }
  const noted = readRemovedAccounts(gate.dataDir).map(({ account }) => account)
  assert.deepEqual(noted, [account.key])

  // The id is somebody else's from now on, who is nobody that any client knows.
  const added = await qrgate(['account', 'add', account.id], env, gate.dataDir, `${password}\n`)
  assert.equal(added.code, 0, added.err)
  assert.equal((await new SeedClient(gate.url).signIn(account.id, password)).status, 200)
  assert.notEqual((await store.accounts.byIdKey(account.idKey))?.key, account.key)

  function isRemoval({ event }: { event: string | null }): boolean {
    return event === 'account.removed'
  }
})

test('N54: at a terminal the id is asked for once more, and Ctrl-C changes nothing', async t => {
  const folder = temporaryFolder(t)
  const env = { DATABASE_URL: `sqlite:${join(folder, 'gate.sqlite')}`, QRGATE_DATA_DIR: folder }
  const account = (verb: string, question: string, typed: string) =>
    qrgateAtTerminal(['account', verb, 'kim'], env, folder, { question, typed })
  assert.equal((await qrgate(['migrate'], env, folder)).code, 0)
  for (const id of ['kim', 'lee']) {
    assert.equal((await qrgate(['account', 'add', id], env, folder, `${password}\n`)).code, 0)
  }
  const again = 'Type kim again to remove it: '
  const other = await account('remove', again, 'lee\r')
  assert.equal(other.code, 1)
  assert.match(other.seen, /That is not kim; nothing was removed\./)
  for (const [verb, question] of [
    ['remove', again],
    ['password', 'Password: '],
  ] as const) {
    const stopped = await account(verb, question, 'battery staple\u0003')
    assert.equal(stopped.code, 1)
    assert.match(stopped.seen, /^qrgate: Stopped; nothing was changed\.\r?$/m)
    if (verb === 'password') assert.ok(!stopped.seen.includes('battery'), 'it is not echoed')
  }
  const removed = await account('remove', again, 'Kim\r')
  assert.equal(removed.code, 0, removed.seen)
  const { out } = await qrgate(['account', 'list'], env, folder)
  assert.equal(out, 'enabled   lee\n')
})
