// `qrgate-reception` in trouble: what it says, what it takes, what it brings back.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'
import { databaseFile, openDatabase } from '../../reception/src/database.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { type KnownGate, ReceptionProcess } from '../support/reception-process.ts'
import { credential, webhookSecret } from '../support/reception-server.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

const away = async (): Promise<KnownGate> => {
  return { url: `http://127.0.0.1:${await freePort()}`, credential, webhookSecret }
}
const madeIn = (folder: string) => openDatabase(folder).db.destroy()

/** Somebody comes with a phone. @returns status and body. */
async function arrives({ url }: ReceptionProcess, id: string) {
  const data = { id, service: 'consultation', claims: { masked_name: '홍*동' } }
  const body = JSON.stringify({ type: 'hand_off.requested', data })
  const at = new Date()
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(webhookSecret).sign(id, at, body),
  }
  const answer = await fetch(`${url}/webhook`, { method: 'POST', headers, body })
  return {
    status: answer.status,
    body: (await answer.json()) as { code?: string; number?: string },
  }
}

interface Ready {
  status: string
  parts: Record<string, { status: string; reason?: string }>
}

async function readiness({ url }: ReceptionProcess): Promise<Ready & { code: number }> {
  const answer = await fetch(`${url}/readyz`)
  return { code: answer.status, ...((await answer.json()) as Ready) }
}

/** What `/readyz` says of the database once that is in trouble. */
async function untilSaid(reception: ReceptionProcess, words: RegExp): Promise<void> {
  await until(`the database: ${words}`, async () => {
    const { code, status, parts } = await readiness(reception)
    return code === 503 && status === 'not_ready' && words.test(parts.database?.reason ?? '')
  })
}

interface Case {
  /** Brings the folder into trouble. @returns settings that do. */
  prepare(folder: string, t: TestContext): Promise<Record<string, string> | undefined>
  says: RegExp
  /** Whether only what serves is kept from its work. */
  onlyServe?: boolean
  skip?: string | false
}

const cases: Record<string, Case> = {
  'N84: a database of a newer version': {
    async prepare(folder) {
      await madeIn(folder)
      const database = new DatabaseSync(databaseFile(folder))
      database.exec('PRAGMA user_version = 99')
      database.close()
      return undefined
    },
    says: /a newer version of reception has used it; install that version again \(version 99\)/,
  },
  'N84: an empty file': {
    async prepare(folder) {
      writeFileSync(databaseFile(folder), '')
      return undefined
    },
    says: /it is damaged; .* \(the file is empty; remove it to begin anew\)/,
  },
  'N46: a file that is no database': {
    async prepare(folder) {
      writeFileSync(databaseFile(folder), 'not a database\n'.repeat(1_000))
      return undefined
    },
    says: /it is damaged; stop reception and restore a backup \(file is not a database\)/,
  },
  'N46: half a database': {
    async prepare(folder) {
      await madeIn(folder)
      const whole = readFileSync(databaseFile(folder))
      writeFileSync(databaseFile(folder), whole.subarray(0, whole.length / 2))
      return undefined
    },
    says: /it is damaged; stop reception and restore a backup/,
  },
  'N84: the database of another program': {
    async prepare(folder) {
      const other = new DatabaseSync(databaseFile(folder))
      other.exec('create table user (no integer primary key); pragma user_version = 1')
      other.close()
      return undefined
    },
    says: /it belongs to another program \(tables user\)/,
  },
  'N45: what a crashed reception has left, without its database': {
    async prepare(folder) {
      writeFileSync(`${databaseFile(folder)}-wal`, 'left over')
      return undefined
    },
    says: /reception\.sqlite-wal is there without .*reception\.sqlite/,
  },
  'N84: a database that is gone': {
    async prepare(folder) {
      writeFileSync(join(folder, 'database-made'), '')
      return undefined
    },
    says: /is gone, though reception has used it here\. Bring it back, .*restore FILE/,
  },
  'N84: a reception.json that is gone': {
    async prepare(folder) {
      await madeIn(folder)
      writeFileSync(join(folder, 'database-made'), '')
      return undefined
    },
    says: /reception\.json is gone, though reception has been used here: bring it back/,
    onlyServe: true,
  },
  'N48: a reception.json that is none': {
    async prepare(folder) {
      writeFileSync(join(folder, 'reception.json'), '{ "services":\n oops }\n')
      return undefined
    },
    says: /reception\.json cannot be used: Unexpected token/,
    onlyServe: true,
  },
  'N48: a folder that cannot be made': {
    async prepare(folder) {
      writeFileSync(join(folder, 'file'), '')
      return { RECEPTION_DATA_DIR: join(folder, 'file', 'data') }
    },
    says: /Nothing can be written to the folder .*data \(ENOTDIR\); set RECEPTION_DATA_DIR/,
    onlyServe: true,
  },
  'N48: a folder in /proc': {
    async prepare() {
      return { RECEPTION_DATA_DIR: '/proc/reception' }
    },
    says: /Nothing can be written to the folder \/proc\/reception \(ENOENT\); set RECEPTION_DATA_DIR/,
    onlyServe: true,
  },
  'N48: a port that is taken': {
    async prepare(_folder, t) {
      const other = createServer().listen(0, '127.0.0.1')
      t.after(() => other.close())
      await once(other, 'listening')
      return { RECEPTION_PORT: `${(other.address() as AddressInfo).port}` }
    },
    says: /Another program listens at 127\.0\.0\.1:\d+; set RECEPTION_PORT to another one\./,
    onlyServe: true,
  },
  'N48: an address of another machine': {
    async prepare() {
      return { RECEPTION_HOST: '203.0.113.7' }
    },
    says: /RECEPTION_HOST 203\.0\.113\.7 is no address of this machine/,
    onlyServe: true,
  },
  'N48: a name that nobody knows': {
    async prepare() {
      return { RECEPTION_HOST: 'nowhere.invalid' }
    },
    says: /nowhere\.invalid:\d+ cannot be listened at \(E\w+\); leave RECEPTION_HOST out/,
    onlyServe: true,
  },
  'N46: a full disk': {
    skip: withoutMounts,
    async prepare(_folder, t) {
      const disk = smallDisk(t)
      disk.fill()
      return { RECEPTION_DATA_DIR: join(disk.folder, 'data') }
    },
    says: /\(ENOSPC\)|its disk is full; make room/,
    onlyServe: true,
  },
  'N46: a disk that is read-only': {
    skip: withoutMounts,
    async prepare(folder, t) {
      await madeIn(folder)
      const disk = smallDisk(t)
      cpSync(folder, disk.folder, { recursive: true })
      disk.remount('ro')
      return { RECEPTION_DATA_DIR: disk.folder }
    },
    says: /it is read-only; let reception’s user write there/,
  },
}

for (const [name, { prepare, says, onlyServe = false, skip = false }] of Object.entries(cases)) {
  test(`${name} keeps reception from starting, in one sentence`, { skip }, async t => {
    const reception = await ReceptionProcess.placed(t)
    mkdirSync(reception.dataDir)
    const env = {
      RECEPTION_GATE: 'http://127.0.0.1:1',
      RECEPTION_CREDENTIAL: credential,
      RECEPTION_WEBHOOK_SECRET: webhookSecret,
      ...(await prepare(reception.dataDir, t)),
    }
    const before = readdirSync(reception.dataDir)
    for (const command of onlyServe ? ['serve'] : ['serve', 'desk']) {
      const { code, err, out } = await reception.runWith(env, command)
      assert.equal(code, 1, `${command}: ${out}${err}`)
      assert.match(err, /^qrgate-reception: [^\n]*\n$/, `${command}: one line`)
      assert.match(err, says, command)
      assert.doesNotMatch(out + err, /\n\s+at |"stack"/)
    }
    if (!onlyServe) {
      const isSide = (file: string) => /-(wal|shm)$/.test(file)
      const after = readdirSync(reception.dataDir)
      const made = after.filter(file => !before.includes(file) && !isSide(file))
      assert.deepEqual(made, [], 'nothing is made')
    }
  })
}

test('N46, N78: a full disk is told by every answer, and over when there is room', {
  skip: withoutMounts,
}, async t => {
  const disk = smallDisk(t)
  const reception = await ReceptionProcess.placed(t, join(disk.folder, 'data'))
  await reception.boot(await away())
  const desk = await reception.openDesk()
  const [first, second, walkIn] = [randomUUID(), randomUUID(), randomUUID()]
  assert.equal((await arrives(reception, first)).body.number, 'A-001')
  const { parts, ...ready } = await readiness(reception)
  assert.deepEqual(ready, { code: 200, status: 'degraded' }, 'its gate is away')
  assert.deepEqual(parts.database, { status: 'ok' })

  disk.fill()
  // Nobody has written anything yet: who asks is told all the same.
  await untilSaid(reception, /^the database: its disk is full; make room, and reception goes on/)
  const refused = await arrives(reception, second)
  assert.deepEqual([refused.status, refused.body.code], [503, 'storage_busy'])
  const acts = [
    () => desk.act('call', { desk: 'room-1', arrival: first }),
    () => desk.act('walk-in', { id: walkIn, service: 'consultation' }),
    () => desk.act('service', { service: 'consultation', closed: true }),
  ]
  for (const act of acts) await assert.rejects(act, /503 Nothing can be stored right now/)
  assert.equal((await desk.state()).waiting.length, 1, 'what is there can be read')

  disk.makeRoom()
  await until('it goes on', async () => (await readiness(reception)).code === 200)
  assert.equal((await arrives(reception, second)).body.number, 'A-002')
  await desk.act('call', { desk: 'room-1', arrival: first })
  await reception.kill('SIGTERM')
  assert.match(reception.output, /"msg":"no service: the database: its disk is full/)
  assert.doesNotMatch(reception.output, /reception has a fault|"level":60/)
})

for (const [how, [damage, mend]] of Object.entries({
  moved: [
    (folder: string) => renameSync(folder, `${folder}.away`),
    (folder: string) => renameSync(`${folder}.away`, folder),
  ],
  removed: [(folder: string) => rmSync(folder, { recursive: true }), undefined],
  replaced: [
    (folder: string) => {
      renameSync(databaseFile(folder), `${folder}.old`)
      cpSync(`${folder}.old`, databaseFile(folder))
    },
    undefined,
  ],
} satisfies Record<string, [(folder: string) => void, ((folder: string) => void) | undefined]>)) {
  test(`N84: a database that is ${how} under a running reception takes nothing that would be lost`, async t => {
    const reception = await ReceptionProcess.placed(t)
    await reception.boot(await away())
    const id = randomUUID()
    damage(reception.dataDir)
    const { status, body } = await arrives(reception, id)
    assert.deepEqual([status, body.code], [503, 'storage_busy'])
    await untilSaid(
      reception,
      /its file was moved, removed or replaced under the running reception/,
    )
    if (!mend) return
    mend(reception.dataDir)
    await until('it goes on', async () => (await readiness(reception)).code === 200)
    assert.equal((await arrives(reception, id)).body.number, 'A-001')
  })
}

test('N80: reception whose log goes to a full disk starts, answers and stops', async t => {
  const reception = await ReceptionProcess.placed(t)
  await reception.boot(await away(), openSync('/dev/full', 'w'))
  assert.equal((await arrives(reception, randomUUID())).status, 200)
  await reception.kill('SIGTERM')
})

test('N48: a gate that is away at the start keeps nobody from a desk, and is named without a stack', async t => {
  const reception = await ReceptionProcess.placed(t)
  const gate = await away()
  await reception.boot(gate)
  await until('it is said', () => reception.output.includes('the gate cannot be reached'))
  assert.ok(reception.output.includes(`"why":"${gate.url} (RECEPTION_GATE) does not answer: ECONN`))
  assert.doesNotMatch(reception.output, /"stack"/)
  const { status, parts } = await readiness(reception)
  assert.deepEqual([status, parts.gate?.status], ['degraded', 'degraded'])
})

test('N45: a backup takes the place of an older one, and is brought back where no database is', async t => {
  const folder = temporaryFolder(t)
  const reception = await ReceptionProcess.placed(t)
  const { dataDir } = reception
  const file = join(folder, 'copy.sqlite')
  await reception.boot(await away())
  const early = await reception.openDesk()
  await arrives(reception, randomUUID())
  for (const n of [1, 2]) {
    const { code, out, err } = await reception.run('backup', file)
    assert.equal(code, 0, err)
    assert.match(out, /^Backed up to .*copy\.sqlite: 1 people who came, the last at \d{4}-/, `${n}`)
  }
  for (const [place, says] of [
    [databaseFile(dataDir), /is the database itself/],
    [`${databaseFile(dataDir)}-wal`, /is the database itself/],
    [folder, /is a folder; name a file in it/],
    [join(folder, 'none', 'copy'), /cannot be written \(ENOENT\)/],
  ] as const) {
    const { code, err } = await reception.run('backup', place)
    assert.equal(code, 1)
    assert.match(err, says)
  }
  assert.deepEqual(readdirSync(folder), ['copy.sqlite'], 'no draft is left')
  const isThere = await reception.run('restore', file)
  assert.equal(isThere.code, 1)
  assert.match(isThere.err, /A database is there already\. Stop reception, and move its files away/)

  await arrives(reception, randomUUID())
  await reception.kill('SIGKILL')
  mkdirSync(join(folder, 'broken'))
  for (const name of readdirSync(dataDir).filter(name => name.startsWith('reception.sqlite'))) {
    renameSync(join(dataDir, name), join(folder, 'broken', name))
  }
  const whole = readFileSync(file)
  const newer = join(folder, 'newer')
  cpSync(file, newer)
  const other = new DatabaseSync(newer)
  other.exec('PRAGMA user_version = 99')
  other.close()
  writeFileSync(join(folder, 'half'), whole.subarray(0, whole.length / 2))
  const torn = Buffer.from(whole)
  torn.fill(7, 4_096, 8_192)
  writeFileSync(join(folder, 'torn'), torn)
  writeFileSync(join(folder, 'empty'), '')
  const before = readdirSync(dataDir)
  for (const [name, says] of [
    ['half', /half cannot be restored: it is no whole backup of reception\.\n$/],
    ['torn', /torn cannot be restored: it is no whole backup of reception\.\n$/],
    ['empty', /empty cannot be restored: it is no whole backup of reception\.\n$/],
    ['newer', /cannot be restored: a newer version of reception has used it/],
    ['none', /There is no .*none\.\n$/],
  ] as const) {
    const { code, err } = await reception.run('restore', join(folder, name))
    assert.equal(code, 1, name)
    assert.match(err, /^qrgate-reception: [^\n]*\n$/)
    assert.match(err, says)
    assert.deepEqual(readdirSync(dataDir), before, `${name} leaves nothing`)
  }

  const { code, out, err } = await reception.run('restore', file)
  assert.equal(code, 0, err)
  assert.match(out, /^Restored into .*data: 1 people who came/)
  assert.equal(statSync(databaseFile(dataDir)).mode & 0o777, 0o600)
  assert.ok(!existsSync(`${databaseFile(dataDir)}-wal`))
  await reception.boot()
  await assert.rejects(early.act('service', { service: 'consultation', closed: true }), {
    code: 'no_desk',
  })
  const { waiting } = await (await reception.openDesk()).state()
  assert.deepEqual(
    waiting.map(({ number }) => number),
    ['A-001'],
  )
})

test('N48: its version is said, and whoever reads no further sees no stack', async t => {
  const reception = await ReceptionProcess.placed(t)
  const { version } = JSON.parse(
    readFileSync(new URL('../../reception/package.json', import.meta.url), 'utf8'),
  )
  const { code, out } = await reception.run('--version')
  assert.deepEqual([code, out], [0, `qrgate-reception ${version}\n`])

  await madeIn(reception.dataDir)
  const program = fileURLToPath(new URL('../../reception/src/cli.ts', import.meta.url))
  for (const [stdout, right] of [
    ['pipe', { code: 0, said: /^$/ }],
    [
      openSync('/dev/full', 'w'),
      { code: 1, said: /^qrgate-reception: the output cannot be written/ },
    ],
  ] as const) {
    const child = spawn(process.execPath, ['-C', 'source', program, 'desk'], {
      cwd: dirname(reception.dataDir),
      env: { PATH: process.env.PATH, RECEPTION_DATA_DIR: reception.dataDir },
      stdio: ['ignore', stdout, 'pipe'],
    })
    child.stdout?.destroy()
    let said = ''
    child.stderr?.on('data', chunk => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    assert.equal(code, right.code, said)
    assert.match(said, right.said)
  }
})
