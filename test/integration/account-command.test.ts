import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { subjectOf } from '../../server/src/accounts/subject.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { addClient, client } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { enter } from '../support/owner.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

/** `qrgate account …`, beside a gate and on its database. */
function accountCommands({ dataDir }: Gate) {
  const run = (args: string[], input = '') =>
    qrgate(['account', ...args], { QRGATE_DATA_DIR: dataDir }, dataDir, input)
  return {
    run,
    /** @returns what it has said. */
    async does(args: string[], input = ''): Promise<string> {
      const ran = await run(args, input)
      assert.equal(ran.code, 0, ran.err)
      return ran.out
    },
    /** @returns why it has not done it. */
    async refuses(args: string[], input = ''): Promise<string> {
      const ran = await run(args, input)
      assert.equal(ran.code, 1, ran.out)
      return ran.err
    },
  }
}

test('an operator gives an account another id, name and external id while the gate runs', async t => {
  const gate = await startGate(t)
  const { does, refuses } = accountCommands(gate)
  const typed = `${password}\n`
  await does(['add', 'hong', '--name', '홍길동', '--external-id', 'P-1'], typed)
  const kiosk = new Kiosk(gate.url)
  const approve = async (id: string) => {
    const phone = new Phone(gate.url)
    const signIn = await kiosk.start()
    await phone.scan(signIn.frame.url)
    return { signIn, status: (await phone.signIn(signIn.id, id, password)).status }
  }
  const { signIn } = await approve('hong')

  const fields = ['--id', 'gildong', '--name', '김철수', '--external-id', 'P-2']
  const set = await does(['set', 'HONG', ...fields])
  assert.match(set, /^Changed id, name, external id of gildong\.$/m)
  assert.match(await does(['set', 'gildong', ...fields]), /^gildong is so already\.$/m)
  assert.equal((await kiosk.claimed(signIn)).account.name, '김*수', 'the next claim tells the name')
  assert.deepEqual([(await approve('hong')).status, (await approve('gildong')).status], [401, 200])

  const second = ['add', 'lee', '--external-id', 'P-2']
  assert.match(await refuses(second, typed), /^qrgate: Another account has this external ID\./m)
  assert.match(await refuses(['set', 'gildong']), /^qrgate: Say what to change: --id, --name or/m)

  assert.match(
    await does(['set', 'gildong', '--external-id', 'none']),
    /^Changed external id of gildong\.$/m,
  )
  assert.match(await does(['list']), /^enabled {3}gildong {2}김철수$/m)
})

test('an operator gives somebody who has lost their password a link, and nobody who may not sign in', async t => {
  const gate = await startGate(t)
  const { does, refuses } = accountCommands(gate)
  await does(['add', 'hong'], `${password}\n`)
  const linkIn = (out: string) =>
    /^ {2}\S+(\/recover\/[\w-]{43})$/m.exec(out)?.[1] ?? assert.fail(out)
  const older = linkIn(await does(['recover', 'hong']))
  const path = linkIn(await does(['recover', 'HONG']))
  const phone = new Phone(gate.url)
  const set = (link: string) => phone.post(link, { password: 'another horse entirely' })
  assert.deepEqual([(await set(older)).status, (await set(path)).status], [410, 303])

  await does(['disable', 'hong'])
  assert.match(await refuses(['recover', 'hong']), /^qrgate: hong is disabled\. .*enable hong$/m)
  await does(['enable', 'hong'])
  const owner = new Phone(gate.url)
  assert.equal((await enter(owner, 'hong', 'another horse entirely')).status, 303)
  assert.equal((await owner.post('/me/delete', { account: 'hong' }, 'text/html')).status, 200)
  assert.match(
    await refuses(['recover', 'hong']),
    /^qrgate: Its owner has deleted hong: it is erased on \d{4}-\d\d-\d\d\. .*: qrgate account enable hong$/m,
  )
  await does(['enable', 'hong'])
  linkIn(await does(['recover', 'hong']))
  await does(['remove', 'hong', '--yes'])
  assert.match(await refuses(['recover', 'hong']), /^qrgate: There is no account "hong"\.$/m)
})

test('a list says what else an account is called: external ids, and a client’s subs', async t => {
  const gate = await startGate(t)
  const { run, does, refuses } = accountCommands(gate)
  const file = join(gate.dataDir, 'accounts.csv')
  const hash = await bcrypt(password, 4)
  const rows = [`kim,${hash},김 하나,0042`, `lee,${hash},,`, `park,${hash},,0042`]
  writeFileSync(file, ['id,password,full,chart', ...rows].join('\n'))
  const columns = ['--name-column', 'full', '--external-id-column']
  assert.match(
    await refuses(['import', file, ...columns, 'no']),
    /its first line names no "no"\.$/m,
  )
  const partly = await run(['import', file, ...columns, 'chart'])
  assert.equal(partly.code, 2, 'somebody was left out')
  assert.match(partly.out, /^Added 2, .* skipped 1\.$/m)
  const list = /^enabled {3}kim {2}김 하나 {2}external id 0042\nenabled {3}lee$/m
  assert.match(await does(['list']), list)

  assert.match(await refuses(['list', '--client', 'clinic']), /There is no client "clinic"\.$/m)
  const store = await openSqliteStore(join(gate.dataDir, 'qrgate.sqlite'))
  t.after(() => store.close())
  for (const id of ['clinic', 'library']) await addClient(store, client(id))
  const subsAt = async (id: string) => {
    const found = (await does(['list', '--client', id])).matchAll(/ {2}sub ([\w-]{43})$/gm)
    return [...found].map(([, sub]) => sub)
  }
  const all = await gate.app.store.accounts.all()
  const [clinic, library] = [await subsAt('clinic'), await subsAt('library')]
  assert.deepEqual(
    clinic,
    all.map(account => subjectOf(account, 'clinic')),
  )
  assert.equal(new Set([...clinic, ...library]).size, 4)
})
