import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import { addAccount, scannedSignIn } from '../support/visitor.ts'

const SECRET_KEY = 'a secret key that only this test uses and nobody else'
const password = 'correct horse battery'

// What the tests start inherits the umask: by this one every new file is everybody's.
const usual = process.umask(0)
after(() => process.umask(usual))

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** The modes of all that is in a folder, and its own. */
function modesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(['.', ...files].map(file => [file, modeOf(join(folder, file))]))
}

const database = { 'qrgate.sqlite': '600', 'qrgate.sqlite-shm': '600', 'qrgate.sqlite-wal': '600' }
/** What a demo keeps besides. */
const ofDemo = { 'demo-address': '600', 'secret-key': '600' }
const made = { 'database-made': '600' }

for (const umask of [0o000, 0o022]) {
  const name = `umask ${umask.toString(8).padStart(3, '0')}`

  test(`N18: a demo under ${name} keeps its folder, its key and its database to itself`, async t => {
    process.umask(umask)
    t.after(() => process.umask(0))
    const data = join(temporaryFolder(t), 'var', 'data')
    const gate = await GateProcess.start(t, { QRGATE_DATA_DIR: data })
    await addAccount(gate)
    await scannedSignIn(gate)
    assert.deepEqual(modesIn(data), { '.': '700', ...made, ...ofDemo, ...database })
    assert.equal(modeOf(join(data, '..')), '700', 'a folder on the way to it is made the same')
  })

  test(`N18: serve under ${name} does the same`, async t => {
    process.umask(umask)
    t.after(() => process.umask(0))
    const data = join(temporaryFolder(t), 'data')
    const settings = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org', QRGATE_DATA_DIR: data }
    await GateProcess.start(t, settings, 'serve')
    assert.deepEqual(modesIn(data), { '.': '700', ...made, ...database })
  })
}

const commands: [args: string[], input?: string][] = [
  [['migrate']],
  [['kiosk', 'add', '1층 접수 1번']],
  [['account', 'add', 'hong'], password],
]

for (const [args, input] of commands) {
  test(`N18: what "qrgate ${args.join(' ')}" makes is for its user alone`, async t => {
    const folder = temporaryFolder(t)
    const data = join(folder, 'data')
    const env = { SECRET_KEY, PUBLIC_URL: 'https://gate.example.org', QRGATE_DATA_DIR: data }
    if (args[0] !== 'migrate') await qrgate(['migrate'], env, folder)
    const { err } = await qrgate(args, env, folder, input)
    assert.equal(err, '')
    for (const [path, mode] of Object.entries(modesIn(data))) {
      assert.equal(mode, path === '.' ? '700' : '600', path)
    }
    assert.ok(statSync(join(data, 'qrgate.sqlite')).isFile())
  })
}

/** A folder as older versions have left it. */
async function leftOpen(t: TestContext) {
  const folder = temporaryFolder(t)
  const data = join(folder, 'data')
  const env = { QRGATE_DATA_DIR: data }
  assert.equal((await qrgate(['migrate'], env, folder)).code, 0)
  writeFileSync(join(data, 'secret-key'), SECRET_KEY)
  const open = () => {
    for (const file of readdirSync(data)) chmodSync(join(data, file), 0o666)
    chmodSync(data, 0o777)
  }
  open()
  return { folder, data, env, open }
}

test('N18: every start and every command takes back what others could read', async t => {
  const { folder, data, env, open } = await leftOpen(t)
  for (const args of [
    ['kiosk', 'list'],
    ['account', 'list'],
    ['log', 'verify'],
  ]) {
    open()
    await qrgate(args, env, folder)
    for (const [path, mode] of Object.entries(modesIn(data))) {
      assert.equal(mode, path === '.' ? '700' : '600', `${args.join(' ')}: ${path}`)
    }
  }
  open()
  const gate = await GateProcess.start(t, env)
  assert.deepEqual(modesIn(data), { '.': '700', ...made, ...ofDemo, ...database })
  await gate.kill('SIGTERM')
})

test('N18: a folder that an operator names for the database alone is left as it is', async t => {
  const folder = temporaryFolder(t)
  const elsewhere = join(folder, 'shared')
  mkdirSync(elsewhere, { mode: 0o755 })
  writeFileSync(join(elsewhere, 'report.txt'), '', { mode: 0o644 })
  const env = {
    DATABASE_URL: `sqlite:${elsewhere}/gate.db`,
    QRGATE_DATA_DIR: join(folder, 'unused'),
  }
  const gate = await GateProcess.start(t, { ...env, SECRET_KEY })
  assert.deepEqual(modesIn(elsewhere), {
    '.': '755',
    'gate.db': '600',
    'gate.db-shm': '600',
    'gate.db-wal': '600',
    'report.txt': '644',
  })
  await gate.kill('SIGTERM')
})

test('N18, N49: doctor names what others can get at, and changes nothing itself', async t => {
  const { folder, data, env } = await leftOpen(t)
  const before = modesIn(data)
  const { out } = await qrgate(['doctor'], env, folder)
  const named = out.split('\n').filter(line => /^warn +data .*chmod go=/.test(line))
  for (const path of ['', '/qrgate.sqlite', '/secret-key']) {
    const words = `${data}${path}: other users of this machine can get at it; as its owner: chmod go=`
    assert.ok(
      named.some(line => line.includes(words)),
      `${words}\n${out}`,
    )
  }
  // Whoever opens the database takes it back, as ever.
  assert.deepEqual({ ...modesIn(data), 'qrgate.sqlite': '666' }, before)
})

test('N49: doctor makes no folder and no file', async t => {
  const folder = temporaryFolder(t)
  const env = { SECRET_KEY, PUBLIC_URL: 'http://127.0.0.1:1', QRGATE_DATA_DIR: 'var/data' }
  const { code, out } = await qrgate(['doctor'], env, folder)
  assert.equal(code, 1)
  assert.match(out, /^ok +data .*var\/data is not there yet; the first start makes it$/m)
  assert.match(out, /^fail +database .*no gate has used it yet/m)
  assert.deepEqual(readdirSync(folder), [])
})
