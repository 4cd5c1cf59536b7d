import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, type TestContext, test } from 'node:test'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { choose, handOffKey, handOffOf, startServed, visitAt } from '../support/hand-off-gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes'
const password = 'correct horse battery'
const production = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org' }

/** A gate in production, and commands beside it. */
async function startPlace(t: TestContext, env: Record<string, string> = {}) {
  const gate = await GateProcess.start(t, { ...production, ...env }, 'serve')
  const run = async (args: string[], more: Record<string, string> = {}, input = '') =>
    qrgate(
      args,
      { ...production, QRGATE_DATA_DIR: gate.dataDir, ...env, ...more },
      gate.dataDir,
      input,
    )
  const well = async (args: string[], more = {}, input = '') => {
    const { code, out, err } = await run(args, more, input)
    assert.equal(code, 0, err)
    return out
  }
  const database = join(gate.dataDir, 'qrgate.sqlite')
  /** As after a disk that has died: the database's files are elsewhere. */
  const lose = () => {
    const away = temporaryFolder(t)
    for (const file of readdirSync(gate.dataDir)) {
      if (file.startsWith('qrgate.sqlite')) renameSync(join(gate.dataDir, file), join(away, file))
    }
    return away
  }
  return { gate, run, well, database, lose }
}

const accountsOf = (out: string) => [...out.matchAll(/^enabled {3}(\S+)/gm)].map(([, id]) => id)

test('N45: backups are made while the gate writes, one after the other, and are whole', async t => {
  const { gate, well, run } = await startPlace(t)
  const file = join(gate.dataDir, 'copy.sqlite')
  await well(['account', 'add', 'first'], {}, `${password}\n`)
  await well(['kiosk', 'add', '1층'])
  const writing = new AbortController()
  const writes = (async () => {
    for (let n = 0; !writing.signal.aborted; n += 1) await well(['kiosk', 'add', `${n}층`])
  })()
  for (let n = 0; n < 3; n += 1) {
    const out = await well(['backup', file])
    assert.match(out, /^Backed up to .*copy\.sqlite: 1 account, \d+ kiosks?, last event \d{4}-/)
    assert.equal((statSync(file).mode & 0o777).toString(8), '600')
    const copy = new DatabaseSync(file, { readOnly: true })
    assert.equal(copy.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
    copy.close()
  }
  writing.abort()
  await writes
  assert.deepEqual(
    readdirSync(gate.dataDir).filter(name => name.startsWith('copy')),
    ['copy.sqlite'],
    'nothing else is left of them',
  )

  // Behind a link it goes where that leads; one that leads nowhere is named.
  const link = join(gate.dataDir, 'latest')
  symlinkSync(file, link)
  await well(['backup', link])
  assert.ok(lstatSync(link).isSymbolicLink())
  symlinkSync(join(gate.dataDir, 'nowhere'), join(gate.dataDir, 'dangling'))

  // What is no backup is never written over.
  writeFileSync(join(gate.dataDir, 'letter.txt'), 'dear')
  for (const [target, says] of [
    [join(gate.dataDir, 'letter.txt'), /letter\.txt is there and no backup; nothing was written\./],
    [join(gate.dataDir, 'qrgate.sqlite'), /is the database itself; name another file\./],
    [join(gate.dataDir, 'qrgate.sqlite-wal'), /is the database itself; name another file\./],
    [join(gate.dataDir, 'dangling'), /is a link that leads nowhere\./],
    [join(gate.dataDir, 'x'.repeat(300)), /cannot be written \(ENAMETOOLONG\)/],
    [gate.dataDir, /is a folder; name a file in it\./],
    [join(gate.dataDir, 'no', 'where'), /cannot be (written|used)/],
  ] as const) {
    const { code, err } = await run(['backup', target])
    assert.equal(code, 1)
    assert.match(err, /^qrgate: [^\n]*\n$/)
    assert.match(err, says)
  }
  assert.equal(readFileSync(join(gate.dataDir, 'letter.txt'), 'utf8'), 'dear')
})

test('N45, F18: a disk that is full leaves the backup that is there', {
  skip: withoutMounts,
}, async t => {
  const { well, run } = await startPlace(t)
  const disk = smallDisk(t, 4)
  const file = join(disk.folder, 'copy.sqlite')
  await well(['backup', file])
  const before = readFileSync(file)
  disk.fill()
  const { code, err } = await run(['backup', file])
  assert.equal(code, 1)
  assert.match(err, /^qrgate: There is no room for it on the disk of [^\n]*; nothing was made\.\n$/)
  assert.deepEqual(readFileSync(file), before)
  assert.deepEqual(readdirSync(disk.folder).toSorted(), ['ballast', 'copy.sqlite'])
})

test('F20, N45: the drill: a gate crashes, its disk is lost, the backup is restored', async t => {
  const { gate, run, well, database, lose } = await startPlace(t)
  const file = join(gate.dataDir, 'copy.sqlite')
  await well(['account', 'add', 'kept'], {}, `${password}\n`)
  await well(['account', 'add', 'gone'], {}, `${password}\n`)
  const backend = await well(['kiosk', 'add', '1층', '--backend'])
  const credential = /Bearer (\S+)/.exec(backend)?.[1] ?? ''
  const kiosk = new Kiosk(gate.url, credential)
  const phone = new Phone(gate.url, { origin: production.PUBLIC_URL })
  const unused = /\/enrol\/(\S+)/.exec(await well(['kiosk', 'add', '2층']))?.[1] ?? ''
  // What is under way in the backup: one scanned, one claimed, one whose QR was never scanned.
  const scanned = await kiosk.start()
  await phone.scan(scanned.frame.url)
  const claimed = await kiosk.start()
  await phone.scan(claimed.frame.url)
  assert.equal((await phone.signIn(claimed.id, 'kept', password)).status, 200)
  await kiosk.claimed(claimed)
  const shown = await kiosk.start()
  await well(['backup', file])
  await well(['account', 'add', 'lost'], {}, `${password}\n`)
  await well(['account', 'remove', 'gone', '--yes'])
  await gate.kill('SIGKILL')

  const inTheWay = await run(['restore', file])
  assert.equal(inTheWay.code, 1)
  assert.match(
    inTheWay.err,
    /^qrgate: A database is there already\. Stop the gate, and move its files away first: .*qrgate\.sqlite-wal/,
  )
  const removed = lose()
  // What a restore that was killed in the middle has left.
  writeFileSync(`${database}.4194301`, 'half')
  writeFileSync(`${database}.4194301-wal`, 'half')
  const wrong = await run(['restore', file], { SECRET_KEY: 'another key than before: WmZkQ9x! ab' })
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /^qrgate: SECRET_KEY is another one than this database belongs to/)
  assert.ok(!existsSync(database), 'all of it or nothing')

  // Who puts it back by hand brings back who was removed.
  copyFileSync(file, database)
  await gate.boot()
  await gate.logged(/"count":1,"msg":"accounts that were removed were there again, and are removed/)
  assert.deepEqual(accountsOf(await well(['account', 'list'])), ['kept'])
  await gate.kill('SIGTERM')
  lose()

  const out = await well(['restore', file])
  assert.match(
    out,
    /^Restored: 2 accounts, 2 kiosks, last event \d{4}-.*; 1 account removed since, and now again\.$/m,
  )
  assert.deepEqual(
    readdirSync(gate.dataDir).filter(name => name.includes('4194301')),
    [],
  )
  assert.ok(existsSync(removed))
  assert.equal((statSync(database).mode & 0o777).toString(8), '600')
  await gate.boot()
  assert.deepEqual(accountsOf(await well(['account', 'list'])), ['kept'])
  assert.match(await well(['log', 'verify']), /^The log is whole\.$/m)
  const log = await well(['log', 'show'])
  assert.match(log, / log\.restored .* by operator /)
  await gate.logged(/"event":"log\.restored"/)

  // What operators did since is done again by the keys that stand in the log.
  const key = /account\.added +account ([\w-]{22}) /.exec(log)?.[1] ?? ''
  assert.match(await well(['account', 'disable', '--', key]), /^kept can no longer sign in\./)
  await well(['account', 'enable', '--', key])

  // Nothing of what was under way is any good, the QR that nobody had scanned with it.
  for (const signIn of [scanned, claimed, shown]) {
    assert.equal((await kiosk.claim(signIn)).status, 401, 'its secret is void')
  }
  assert.notEqual((await phone.open(shown.frame.url)).status, 200)
  assert.equal((await phone.state(scanned.id)).body.state, 'cancelled')
  assert.equal((await phone.state(claimed.id)).body.state, 'ended')
  assert.equal((await fetch(`${gate.url}/enrol/${unused}`)).status, 410, 'so is a link')

  // And the next visitor is served.
  const next = await kiosk.start()
  const visitor = new Phone(gate.url, { origin: production.PUBLIC_URL })
  await visitor.scan(next.frame.url)
  assert.equal((await visitor.signIn(next.id, 'kept', password)).status, 200)
  await kiosk.claimed(next)
})

test('N45: what is no backup is not restored', async t => {
  const { gate, run, database, lose, well } = await startPlace(t)
  await well(['account', 'add', 'kept'], {}, `${password}\n`)
  await well(['backup', join(gate.dataDir, 'copy.sqlite')])
  await gate.kill('SIGKILL')
  const away = lose()
  const file = join(gate.dataDir, 'candidate')
  const whole = readFileSync(join(gate.dataDir, 'copy.sqlite'))
  const candidates: Record<string, [prepare: () => void, says: RegExp]> = {
    'that is not there': [() => {}, /There is no .*candidate\./],
    'that is empty': [() => writeFileSync(file, ''), /it is no whole backup of a gate/],
    'that is a letter': [() => writeFileSync(file, 'dear'), /it is no whole backup of a gate/],
    'that is half': [
      () => writeFileSync(file, whole.subarray(0, whole.length / 2)),
      /it is no whole backup of a gate|is damaged/,
    ],
    'of another program': [
      () => {
        writeFileSync(file, '')
        const other = new DatabaseSync(file)
        other.exec('create table user (no integer)')
        other.close()
      },
      /it belongs to another program \(tables user\)/,
    ],
    'of a newer version': [
      () => {
        writeFileSync(file, whole)
        const newer = new DatabaseSync(file)
        newer.exec("insert into kysely_migration values ('2099-a-wonder', '2099-01-01')")
        newer.close()
      },
      /a newer version of QRGate has used it/,
    ],
  }
  for (const [name, [prepare, says]] of Object.entries(candidates)) {
    prepare()
    const { code, err } = await run(['restore', file])
    assert.equal(code, 1, name)
    assert.match(err, /^qrgate: [^\n]*\n$/, name)
    assert.match(err, says, name)
    assert.ok(!existsSync(database), name)
  }
  // A database that was copied with all of its files is one, too, and what its log holds is in it.
  for (const end of ['', '-wal']) {
    copyFileSync(join(away, `qrgate.sqlite${end}`), join(gate.dataDir, `raw${end}`))
  }
  await well(['restore', join(gate.dataDir, 'raw')])
  assert.deepEqual(accountsOf(await well(['account', 'list'])), ['kept'])
})

test('N45: a hand-off that was open in a backup is void, and its client is not told again', async t => {
  const { gate, kiosk, receiver } = await startServed(t)
  const { signIn } = await visitAt(gate, kiosk)
  await choose(kiosk, signIn, 'exam')
  const { id } = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  const run = (...args: string[]) =>
    qrgate(
      args,
      { ...production, SECRET_KEY: handOffKey, QRGATE_DATA_DIR: gate.dataDir },
      gate.dataDir,
    )
  const file = join(gate.dataDir, 'copy.sqlite')
  assert.equal((await run('backup', file)).code, 0)
  await gate.close()
  const told = receiver.received.length
  const database = join(gate.dataDir, 'qrgate.sqlite')
  renameSync(database, `${database}.before`)
  const { code, err } = await run('restore', file)
  assert.equal(code, 0, err)

  const store = await openSqliteStore(database)
  assert.equal((await store.handOffs.read(id))?.state, 'cancelled')
  await store.close()
  const again = await GateProcess.start(
    t,
    {
      SECRET_KEY: handOffKey,
      DATABASE_URL: `sqlite:${database}`,
      QRGATE_WEBHOOK_HOSTS: receiver.host,
    },
    'demo',
  )
  // What it is to tell comes after what the restore has written, in order.
  const later = await openSqliteStore(database)
  t.after(() => later.close())
  await until('all readers have gone on', async () => {
    const { position } = await later.log.head()
    const [row] = await later.log.find({ event: 'log.restored' }, 'newest', 1)
    return row !== undefined && (await later.log.cursor('notifications')) >= position
  })
  assert.deepEqual(await later.deliveries.find({ state: 'open' }, 10), [])
  assert.equal(receiver.received.length, told)
  await again.kill('SIGTERM')
})

test('N45: Postgres: a dump that was loaded is restored by the same command', async t => {
  const server = await PostgresServer.start({ after })
  const DATABASE_URL = await server.gateDatabase()
  const { gate, run, well } = await startPlace(t, { DATABASE_URL })
  await well(['account', 'add', 'kept'], {}, `${password}\n`)
  const backup = await run(['backup', 'copy'])
  assert.equal(backup.code, 1)
  assert.match(
    backup.err,
    /^qrgate: `qrgate backup` copies SQLite\. .*: pg_dump .* --host=127\.0\.0\.1 --port=\d+ --username=qrgate gate_\d+\n$/,
  )
  const named = await run(['restore', 'copy'])
  assert.match(named.err, /^qrgate: Load the dump with pg_restore into an empty database; then run/)
  const used = await run(['restore'])
  assert.equal(used.code, 1)
  assert.match(used.err, /^qrgate: A gate uses this database: stop all nodes first\.\n$/)
  await gate.kill('SIGTERM')
  const nothing = await run(['restore'], { DATABASE_URL: await server.gateDatabase() })
  assert.equal(nothing.code, 1)
  assert.match(
    nothing.err,
    /^qrgate: It holds nothing: no account, no kiosk, no event\. Was the dump/m,
  )
  const env = { DATABASE_URL: await server.dumpAndRestore(DATABASE_URL) }
  const restored = await well(['restore'], env)
  assert.match(restored, /^Restored: 1 account, 0 kiosks/m)
  assert.match(restored, /^There is no .*removed-accounts: accounts that were removed since are/m)
  await gate.boot(env)
  assert.deepEqual(accountsOf(await well(['account', 'list'], env)), ['kept'])
  assert.match(await well(['log', 'show'], env), / log\.restored /)
})
