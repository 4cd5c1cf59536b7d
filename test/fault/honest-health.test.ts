import assert from 'node:assert/strict'
import { openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { createClient } from '@redis/client'
import pg from 'pg'
import { qrgate } from '../support/command.ts'
import { openDatabase } from '../support/database.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { readiness, untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes'
const password = 'correct horse battery'
const production = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org' }

/** A gate in production with an account and a kiosk. */
async function startPlace(t: TestContext, env: Record<string, string>) {
  const gate = await GateProcess.start(t, { ...production, ...env }, 'serve')
  const settings = { ...production, QRGATE_DATA_DIR: gate.dataDir, ...env }
  const run = (args: string[], input = '') => qrgate(args, settings, gate.dataDir, input)
  await run(['account', 'add', 'hong'], `${password}\n`)
  const { out } = await run(['kiosk', 'add', '1층', '--backend'])
  const kiosk = new Kiosk(gate.url, /Bearer (\S+)/.exec(out)?.[1] ?? '')
  const phone = () => new Phone(gate.url, { origin: production.PUBLIC_URL })
  const doctorSays = async (words: RegExp) => {
    const { code, out, err } = await run(['doctor'])
    assert.equal(code, 1, out)
    assert.match(out, words)
    assert.equal(err, '')
  }
  return { gate, run, kiosk, phone, doctorSays }
}

/** What `/readyz` says of one part while it is in trouble. */
async function reasonOf(gate: GateProcess, part: string, words: RegExp): Promise<void> {
  await until(`${part} says ${words}`, async () => {
    return words.test((await readiness(gate.url)).parts[part]?.reason ?? '')
  })
}

const bodyOf = async (answer: Response) => (await answer.json()) as { code: string }

test('N46, N78, F18: a full disk is told by every answer, and over when there is room', {
  skip: withoutMounts,
}, async t => {
  const disk = smallDisk(t)
  const { gate, kiosk, phone, doctorSays } = await startPlace(t, { QRGATE_DATA_DIR: disk.folder })
  const scanned = await kiosk.start()
  const one = phone()
  await one.scan(scanned.frame.url)
  const approved = await kiosk.start()
  const other = phone()
  await other.scan(approved.frame.url)
  assert.equal((await other.signIn(approved.id, 'hong', password)).status, 200)
  const fresh = await kiosk.start()
  const third = phone()
  const { id, receipt } = await third.open(fresh.frame.url)

  disk.fill()
  // Nobody has written anything yet: who asks is told all the same.
  await untilReady([gate], 'not_ready')
  await reasonOf(
    gate,
    'database',
    /^the database: its disk is full; make room, and the gate goes on/,
  )
  const answers = {
    scan: await third.post(`/s/${id}/scan`, { receipt }),
    approve: await one.signIn(scanned.id, 'hong', password),
    claim: await kiosk.claim(approved),
    cancel: await kiosk.cancel(scanned),
  }
  for (const [step, answer] of Object.entries(answers)) {
    assert.equal(answer.status, 503, step)
    assert.equal((await bodyOf(answer)).code, 'storage_busy', step)
    assert.ok(answer.headers.get('retry-after'), step)
  }
  assert.equal((await kiosk.view(scanned)).state, 'scanned', 'what is there can be read')
  await gate.logged(/"msg":"not ready: the database: its disk is full/)
  await gate.logged(
    /"msg":"no service: the database: its disk is full[^"]*\(Error: database or disk is full/,
  )
  await doctorSays(/^fail {2}database {2}its disk is full; make room/m)

  disk.makeRoom()
  await untilReady([gate], 'ready')
  await gate.logged(/"msg":"the database does its work again"/)
  assert.equal((await one.signIn(scanned.id, 'hong', password)).status, 200)
  await kiosk.claimed(scanned)
  await kiosk.claimed(approved)
  assert.doesNotMatch(gate.log(), /"level":60|unexpected error/)
})

for (const [how, damage] of Object.entries({
  moved: (folder: string) => renameSync(folder, `${folder}.away`),
  removed: (folder: string) => rmSync(folder, { recursive: true }),
})) {
  test(`N84: a folder that is ${how} under a running gate takes nothing that would be lost`, async t => {
    const folder = join(temporaryFolder(t), 'data')
    const { gate, kiosk, phone } = await startPlace(t, { QRGATE_DATA_DIR: folder })
    const signIn = await kiosk.start()
    const visitor = phone()
    await visitor.scan(signIn.frame.url)
    damage(folder)
    const answer = await visitor.signIn(signIn.id, 'hong', password)
    assert.deepEqual([answer.status, (await bodyOf(answer)).code], [503, 'storage_busy'])
    await untilReady([gate], 'not_ready')
    await reasonOf(
      gate,
      'database',
      /its file was moved, removed or replaced under the running gate/,
    )
    await gate.logged(/no service: the database: its file was moved/)
  })
}

test('N46, F20: a damaged database is named by doctor, and by /readyz once work has met it', async t => {
  const { gate, kiosk, phone, doctorSays } = await startPlace(t, {})
  await gate.kill('SIGTERM')
  const path = join(gate.dataDir, 'qrgate.sqlite')
  const database = openDatabase(gate.dataDir)
  const [row] = database.prepare("select rootpage from sqlite_master where name = 'accounts'").all()
  const page = Number(database.prepare('pragma page_size').get()?.page_size)
  database.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(page, 7), 0, page, (Number(row?.rootpage) - 1) * page)
  await doctorSays(/^fail {2}database {2}it is damaged: .*; stop the gate and restore a backup$/m)

  await gate.boot()
  const signIn = await kiosk.start()
  const visitor = phone()
  await visitor.scan(signIn.frame.url)
  const answer = await visitor.signIn(signIn.id, 'hong', password)
  assert.deepEqual([answer.status, (await bodyOf(answer)).code], [503, 'storage_busy'])
  await untilReady([gate], 'not_ready')
  await reasonOf(gate, 'database', /it is damaged; stop the gate and restore a backup/)
  // What does not touch the bad page could be done, and is not: nobody knows what else is bad.
  assert.equal((await kiosk.cancel(signIn)).status, 503)
})

test('N46: Redis that lets nobody publish or subscribe, and a wrong password, are named', async t => {
  const redis = await startRedis(t)
  const admin = createClient({ url: redis.url })
  admin.on('error', () => {})
  await admin.connect()
  t.after(() => admin.destroy())
  const acl = (...rules: string[]) => admin.sendCommand(['ACL', 'SETUSER', 'gate', ...rules])
  await acl('reset', 'on', '>secret', '~*', '+@all', 'resetchannels')
  const REDIS_URL = redis.url.replace('redis://', 'redis://gate:secret@')
  const { gate, kiosk, phone, run, doctorSays } = await startPlace(t, { REDIS_URL })

  const noRights =
    /^the Redis user lacks rights: it needs \+@all on ~qrgate:\* and &qrgate:\* \(NOPERM/
  await reasonOf(gate, 'bus', noRights)
  assert.equal((await readiness(gate.url)).body, 'degraded')
  await gate.logged(/the Redis user lacks rights/)
  await doctorSays(/^fail {2}redis {5}.*the Redis user lacks rights: .*NOPERM/m)
  assert.equal((await kiosk.tryStart()).status, 201, 'and it goes on without')

  // Whoever may listen and not speak is found out too.
  await acl('&qrgate:*', '-publish')
  await reasonOf(gate, 'bus', /^the Redis user lacks rights: .*publish/)
  await acl('+@all')
  await untilReady([gate], 'ready')
  assert.match((await run(['doctor'])).out, /^ok {4}redis/m)

  // Who may do all of it, at a Redis that takes no writes: wrong passwords are counted by each node then.
  await admin.configSet('min-replicas-to-write', '1')
  await doctorSays(/^fail {2}redis {5}.*too few replicas/m)
  const signIn = await kiosk.start()
  const visitor = phone()
  await visitor.scan(signIn.frame.url)
  assert.equal((await visitor.signIn(signIn.id, 'hong', 'wrong')).status, 401)
  await reasonOf(gate, 'counts', /too few replicas.*; each node counts wrong passwords by itself/)
  await admin.configSet('min-replicas-to-write', '0')
  await untilReady([gate], 'ready')

  await acl('resetpass', '>another')
  await admin.sendCommand(['CLIENT', 'KILL', 'USER', 'gate'])
  await reasonOf(gate, 'bus', /^Redis refuses the user name or the password; check REDIS_URL/)
  await doctorSays(
    /^fail {2}redis {5}.*Redis refuses the user name or the password; check REDIS_URL/m,
  )
  await gate.logged(/Redis refuses the user name or the password/)
})

test('N46: Postgres that has become read-only, or lets this user only look, is named', async t => {
  const server = await PostgresServer.start({ after })
  const DATABASE_URL = await server.gateDatabase()
  const { gate, kiosk, phone, doctorSays } = await startPlace(t, { DATABASE_URL })
  const admin = new pg.Client(DATABASE_URL)
  admin.on('error', () => {})
  await admin.connect()
  t.after(() => admin.end())
  const name = new URL(DATABASE_URL).pathname.slice(1)
  const cut = () =>
    admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'qrgate' and pid <> pg_backend_pid()",
    )
  const signIn = await kiosk.start()
  const visitor = phone()
  await visitor.scan(signIn.frame.url)

  await admin.query(`alter database ${name} set default_transaction_read_only = on`)
  await cut()
  await untilReady([gate], 'not_ready')
  await reasonOf(
    gate,
    'database',
    /it is read-only; let the gate’s user write there, or name the primary/,
  )
  const answer = await visitor.signIn(signIn.id, 'hong', password)
  assert.deepEqual([answer.status, (await bodyOf(answer)).code], [503, 'storage_busy'])
  await gate.logged(/no service: the database: it is read-only/)
  await doctorSays(/^fail {2}database {2}it is read-only/m)

  await admin.query('begin read write')
  await admin.query(`alter database ${name} reset default_transaction_read_only`)
  await admin.query('commit')
  await cut()
  await untilReady([gate], 'ready')
  assert.equal((await visitor.signIn(signIn.id, 'hong', password)).status, 200)
})

test('N46, F19: a database that another program keeps locked is not ready', async t => {
  const { gate, kiosk, phone } = await startPlace(t, {})
  const signIn = await kiosk.start()
  const visitor = phone()
  const { id, receipt } = await visitor.open(signIn.frame.url)
  const tool = openDatabase(gate.dataDir)
  t.after(() => tool.close())
  tool.exec('begin exclusive')
  const answer = await visitor.post(`/s/${id}/scan`, { receipt })
  assert.deepEqual([answer.status, (await bodyOf(answer)).code], [503, 'storage_busy'])
  await untilReady([gate], 'not_ready')
  await reasonOf(gate, 'database', /^the database: another program keeps it locked$/)
  tool.exec('rollback')
  await untilReady([gate], 'ready')
  assert.equal((await visitor.post(`/s/${id}/scan`, { receipt })).status, 200)
})
