import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { qrgate, wholeOutput } from '../support/command.ts'
import { openDatabase } from '../support/database.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes'
const settings = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org', HOST: '127.0.0.1' }

/** A folder with a database that a gate has made. */
async function madeIn(folder: string): Promise<void> {
  const { code, err } = await qrgate(['migrate'], { ...settings, QRGATE_DATA_DIR: folder }, folder)
  assert.equal(code, 0, err)
}

interface Case {
  /** Brings the folder into trouble. @returns settings that do. */
  prepare(folder: string, t: TestContext): Promise<Record<string, string> | undefined>
  says: RegExp
  /** What commands that need a database say; none where only a gate is kept from starting. */
  command?: RegExp
  skip?: string | false
}

const cases: Record<string, Case> = {
  'N84: a database of a newer version': {
    async prepare(folder) {
      await madeIn(folder)
      const database = openDatabase(folder)
      database
        .prepare('insert into kysely_migration values (?, ?)')
        .run('2099-a-wonder', '2099-01-01')
      database.close()
      return undefined
    },
    says: /a newer version of QRGate has used it; install that version again \(2099-a-wonder\)/,
    command: /a newer version of QRGate/,
  },
  'N84: an empty file': {
    async prepare(folder) {
      writeFileSync(join(folder, 'qrgate.sqlite'), '')
      return undefined
    },
    says: /it is damaged; .* \(the file is empty; remove it to begin anew\)/,
    command: /the file is empty/,
  },
  'F20: a file that is no database': {
    async prepare(folder) {
      writeFileSync(join(folder, 'qrgate.sqlite'), 'not a database\n'.repeat(1_000))
      return undefined
    },
    says: /it is damaged; stop the gate and restore a backup \(file is not a database\)/,
    command: /file is not a database/,
  },
  'F20: half a database': {
    async prepare(folder) {
      await madeIn(folder)
      const database = openDatabase(folder)
      database.exec('pragma wal_checkpoint(truncate)')
      database.close()
      const file = join(folder, 'qrgate.sqlite')
      const whole = readFileSync(file)
      writeFileSync(file, whole.subarray(0, whole.length / 2))
      return undefined
    },
    says: /it is damaged; stop the gate and restore a backup/,
    command: /damaged/,
  },
  'N45: what a crashed gate has left, without its database': {
    async prepare(folder) {
      writeFileSync(join(folder, 'qrgate.sqlite-wal'), 'left over')
      return undefined
    },
    says: /qrgate\.sqlite-wal is there without .*qrgate\.sqlite/,
    command: /is there without/,
  },
  'the database of another program': {
    async prepare(folder) {
      const other = new DatabaseSync(join(folder, 'qrgate.sqlite'))
      other.exec('create table user (no integer primary key)')
      other.close()
      return undefined
    },
    says: /it belongs to another program \(tables user\)/,
    command: /it belongs to another program/,
  },
  'N48: a folder that cannot be made': {
    async prepare(folder) {
      writeFileSync(join(folder, 'file'), '')
      return { QRGATE_DATA_DIR: join(folder, 'file', 'data') }
    },
    says: /data.*(QRGATE_DATA_DIR).*(ENOTDIR|not a directory)|QRGATE_DATA_DIR.*ENOTDIR|\(ENOTDIR\).*QRGATE_DATA_DIR/,
  },
  'N48: a folder that is a file': {
    async prepare(folder) {
      writeFileSync(join(folder, 'file'), '')
      return { QRGATE_DATA_DIR: join(folder, 'file') }
    },
    says: /QRGATE_DATA_DIR/,
    command: /QRGATE_DATA_DIR/,
  },
  'N48: a loop of links': {
    async prepare(folder) {
      symlinkSync(join(folder, 'loop'), join(folder, 'loop'))
      return { QRGATE_DATA_DIR: join(folder, 'loop') }
    },
    says: /QRGATE_DATA_DIR/,
    command: /QRGATE_DATA_DIR/,
  },
  'N48: a name that is too long': {
    async prepare(folder) {
      return { QRGATE_DATA_DIR: join(folder, 'x'.repeat(300)) }
    },
    says: /QRGATE_DATA_DIR/,
    command: /QRGATE_DATA_DIR/,
  },
  'N48: a database that is a folder': {
    async prepare(folder) {
      mkdirSync(join(folder, 'qrgate.sqlite'))
      return undefined
    },
    says: /it is a folder/,
    command: /it is a folder/,
  },
  'N48: a database in /proc': {
    async prepare() {
      return { DATABASE_URL: 'sqlite:/proc/gate/qrgate.sqlite' }
    },
    says: /The database \/proc\/gate\/qrgate\.sqlite \(QRGATE_DATA_DIR or DATABASE_URL\) cannot be used/,
    command: /\/proc\/gate\/qrgate\.sqlite/,
  },
  'N48: a port that is taken': {
    async prepare(_folder, t) {
      const other = createServer().listen(0, '127.0.0.1')
      t.after(() => other.close())
      await once(other, 'listening')
      return { PORT: `${(other.address() as AddressInfo).port}` }
    },
    says: /Another program listens at 127\.0\.0\.1:\d+; set PORT to another one\./,
  },
  'N48: an address of another machine': {
    async prepare() {
      return { HOST: '203.0.113.7' }
    },
    says: /HOST 203\.0\.113\.7 is no address of this machine/,
  },
  'F18: a full disk': {
    skip: withoutMounts,
    async prepare(_folder, t) {
      const disk = smallDisk(t)
      disk.fill()
      return { QRGATE_DATA_DIR: join(disk.folder, 'data') }
    },
    says: /ENOSPC|its disk is full; make room/,
  },
  'F20: a disk that is read-only': {
    skip: withoutMounts,
    async prepare(folder, t) {
      await madeIn(folder)
      const disk = smallDisk(t)
      cpSync(folder, disk.folder, { recursive: true })
      disk.remount('ro')
      return { QRGATE_DATA_DIR: disk.folder }
    },
    says: /EROFS|it is read-only/,
  },
}

for (const [name, { prepare, says, command, skip = false }] of Object.entries(cases)) {
  test(`${name} keeps a gate from starting, in one sentence`, { skip }, async t => {
    const folder = temporaryFolder(t)
    const data = join(folder, 'data')
    mkdirSync(data)
    const more = await prepare(data, t)
    const env = { ...settings, PORT: `${await freePort()}`, QRGATE_DATA_DIR: data, ...more }
    const before = readdirSync(data)
    for (const args of [['serve'], ['demo', '--no-reception']]) {
      const { PUBLIC_URL: _, ...open } = env
      const { code, err, out } = await qrgate(args, args[0] === 'serve' ? env : open, folder)
      assert.equal(code, 1, `${args[0]}: ${out}${err}`)
      assert.match(err, /^qrgate: [^\n]*\n$/, `${args[0]}: one line`)
      assert.match(err, says, args[0])
      assert.doesNotMatch(out + err, /\n\s+at |"stack"/)
    }
    // Where all but the address is well, a database is made before anybody listens.
    const made = readdirSync(data).filter(
      file => !before.includes(file) && !/-(wal|shm)$/.test(file),
    )
    if (command !== undefined) assert.deepEqual(made, [], 'nothing is made')
    if (command === undefined) return
    for (const args of [
      ['kiosk', 'list'],
      ['account', 'disable', 'hong'],
    ]) {
      const { code, err } = await qrgate(args, env, folder)
      assert.equal(code, 1)
      assert.match(err, /^qrgate: [^\n]*\n(There is no \.env in [^\n]*\n)?$/)
      assert.match(err, command)
    }
    const { code, out } = await qrgate(['doctor'], env, folder)
    assert.equal(code, 1)
    assert.match(out, new RegExp(`^fail  database .*${command.source}`, 'm'))
  })
}

test('F20: what is on a disk that has become read-only can be read and backed up', {
  skip: withoutMounts,
}, async t => {
  const folder = temporaryFolder(t)
  await madeIn(folder)
  const disk = smallDisk(t)
  cpSync(folder, disk.folder, { recursive: true })
  disk.remount('ro')
  const env = { ...settings, QRGATE_DATA_DIR: disk.folder }
  for (const args of [
    ['kiosk', 'list'],
    ['backup', join(folder, 'copy.sqlite')],
  ]) {
    const { code, err } = await qrgate(args, env, folder)
    assert.equal(code, 0, err)
  }
  const { code, err } = await qrgate(['kiosk', 'add', '1층'], env, folder)
  assert.equal(code, 1)
  assert.match(err, /^qrgate: [^\n]*read-only[^\n]*\n$/)
})

test('N47: a command makes no database, and says which one it uses', async t => {
  const folder = temporaryFolder(t)
  const env = { ...settings, QRGATE_DATA_DIR: 'data' }
  const commands = [
    ['kiosk', 'add', '1층'],
    ['account', 'add', 'hong'],
    ['client', 'add', 'clinic', '의원'],
    ['keys', 'rotate'],
    ['log', 'verify'],
    ['backup', 'copy.sqlite'],
    ['doctor'],
  ]
  for (const args of commands) {
    const { code, out, err } = await qrgate(args, env, folder, 'correct horse battery\n')
    assert.equal(code, 1, args.join(' '))
    assert.match(out + err, /The database \/.*\/data\/qrgate\.sqlite .* no gate has used it yet; /)
    assert.deepEqual(readdirSync(folder), [], args.join(' '))
  }
  assert.equal((await qrgate(['migrate'], env, folder)).code, 0)
  const { code, out, err } = await wholeOutput(['kiosk', 'list'], env, folder)
  assert.deepEqual([code, out, err], [0, '', `Database: ${folder}/data/qrgate.sqlite\n`])
})

test('N84: a database that is gone is no new gate in production, until an operator says so', async t => {
  const folder = temporaryFolder(t)
  const env = { ...settings, QRGATE_DATA_DIR: folder, PORT: `${await freePort()}` }
  await madeIn(folder)
  rmSync(join(folder, 'qrgate.sqlite'))
  for (const args of [['serve'], ['migrate']]) {
    const { code, err } = await qrgate(args, env, folder)
    assert.equal(code, 1)
    assert.match(
      err,
      /^qrgate: The database .* is gone, though a gate has used it here\. Bring it back/,
    )
    assert.deepEqual(readdirSync(folder), ['database-made'])
  }
  // Whoever tries it out begins anew by removing it.
  const demo = await GateProcess.start(t, { QRGATE_DATA_DIR: folder })
  assert.match(demo.output, /the database was removed; this demo begins with an empty one/)
  await demo.kill('SIGTERM')
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const gate = await GateProcess.start(t, { ...settings, QRGATE_DATA_DIR: folder }, 'serve')
  await gate.kill('SIGTERM')
})

test('N84: serve and doctor know another SECRET_KEY, and a lost one can be given up', async t => {
  const folder = temporaryFolder(t)
  const env = { ...settings, QRGATE_DATA_DIR: folder }
  const gate = await GateProcess.start(t, env, 'serve')
  await gate.kill('SIGTERM')
  const next = { ...env, SECRET_KEY: 'quite another key than the one before: WmZkQ9x!' }
  const refused = await qrgate(['serve'], next, folder)
  assert.equal(refused.code, 1)
  assert.match(
    refused.err,
    /^qrgate: SECRET_KEY is another one than this database belongs to: .*\n$/,
  )
  const sick = await qrgate(['doctor'], next, folder)
  assert.match(
    sick.out,
    /^fail {2}keys {6}SECRET_KEY is another one than this database belongs to/m,
  )

  // As a new key comes in, and when the old one is taken out.
  const both = { ...next, SECRET_KEYS_ACCEPTED: SECRET_KEY }
  await gate.boot(both)
  await gate.kill('SIGTERM')
  await gate.boot(next)
  await gate.kill('SIGTERM')
  assert.equal((await qrgate(['serve'], env, folder)).code, 1)

  const { code, out } = await qrgate(['migrate', '--new-key'], env, folder)
  assert.equal(code, 0)
  assert.match(out, /^The database belongs to this SECRET_KEY from now on\.$/m)
  await gate.boot(env)
})

test('N84: a demo does not begin in the folder of a gate in production', async t => {
  const folder = temporaryFolder(t)
  const gate = await GateProcess.start(t, { ...settings, QRGATE_DATA_DIR: folder }, 'serve')
  await gate.kill('SIGTERM')
  const before = readFileSync(join(folder, 'qrgate.sqlite'))
  const env = { QRGATE_DATA_DIR: folder, PORT: `${await freePort()}`, HOST: '127.0.0.1' }
  const { code, err } = await qrgate(['demo'], env, folder)
  assert.equal(code, 1)
  assert.match(
    err,
    /^qrgate: This database belongs to a gate in production, .* another folder\.\n$/,
  )
  assert.equal(readFileSync(join(folder, 'qrgate.sqlite')).length, before.length)
})
