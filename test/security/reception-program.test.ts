// `qrgate-reception` as its operator has it: files, settings, its address.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../reception/src/database.ts'
import { compiled, type Ran } from '../support/command.ts'
import { freePort, type Scope, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { credential, webhookSecret } from '../support/reception-server.ts'

const program = fileURLToPath(new URL('../../reception/src/cli.ts', import.meta.url))

// What the tests start inherits the umask: by this one every new file is everybody's.
const usual = process.umask(0)
after(() => process.umask(usual))

function start(args: readonly string[], env: Record<string, string>, cwd: string) {
  const child = spawn(process.execPath, ['-C', 'source', program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran: Ran = { code: null, out: '', err: '' }
  child.stdout.on('data', chunk => {
    ran.out += chunk
  })
  child.stderr.on('data', chunk => {
    ran.err += chunk
  })
  const ended = new Promise<Ran>(resolve => child.on('close', code => resolve({ ...ran, code })))
  return { child, ended }
}
const run = (args: readonly string[], env: Record<string, string>, cwd: string) =>
  start(args, env, cwd).ended

async function settings(folder: string): Promise<Record<string, string>> {
  return {
    RECEPTION_GATE: `http://127.0.0.1:${await freePort()}`,
    RECEPTION_CREDENTIAL: credential,
    RECEPTION_WEBHOOK_SECRET: webhookSecret,
    RECEPTION_PORT: `${await freePort()}`,
    RECEPTION_DATA_DIR: join(folder, 'data'),
  }
}

/** Reception as a program, once it answers. */
async function serve(t: Scope, env: Record<string, string>, folder: string) {
  const { child, ended } = start([], env, folder)
  t.after(() => {
    child.kill('SIGKILL')
    return ended
  })
  const url = `http://127.0.0.1:${env.RECEPTION_PORT}`
  await until('reception answers', async () => {
    assert.equal(child.exitCode, null, 'it has ended')
    return (await fetch(`${url}/healthz`).catch(() => undefined))?.ok === true
  })
  return url
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const database = 'reception.sqlite'

test('N18: a new place begins in a folder of its own, which nobody else of this machine can read', async t => {
  const folder = temporaryFolder(t)
  const env = await settings(folder)
  const data = env.RECEPTION_DATA_DIR ?? ''
  await serve(t, env, folder)
  assert.equal(modeOf(data), '700')
  const files = readdirSync(data).filter(name => name.startsWith(database))
  assert.deepEqual(files.sort(), [database, `${database}-shm`, `${database}-wal`])
  for (const file of files) assert.equal(modeOf(join(data, file)), '600', file)
})

test('N18: a database that others could read is shut to them, in a folder that they may enter', async t => {
  const folder = temporaryFolder(t)
  const env = await settings(folder)
  const data = env.RECEPTION_DATA_DIR ?? ''
  mkdirSync(data, { mode: 0o755 })
  await openDatabase(data).db.destroy()
  chmodSync(join(data, database), 0o644)
  await serve(t, env, folder)
  for (const end of ['', '-shm', '-wal']) assert.equal(modeOf(join(data, database + end)), '600')
})

test('a backup is made while it serves, for its user alone, and never over what is no backup', async t => {
  const folder = temporaryFolder(t)
  const env = await settings(folder)
  await serve(t, env, folder)
  const file = join(folder, 'copy.sqlite')
  const out = `Backed up to ${file}: 0 people who came.\n`
  assert.deepEqual(await run(['backup', file], env, folder), { code: 0, out, err: '' })
  assert.equal(modeOf(file), '600')
  const copy = new DatabaseSync(file, { readOnly: true })
  assert.deepEqual(
    copy
      .prepare('PRAGMA integrity_check')
      .all()
      .map(row => ({ ...row })),
    [{ integrity_check: 'ok' }],
  )
  assert.deepEqual({ ...copy.prepare('SELECT count(*) AS n FROM arrivals').get() }, { n: 0 })
  copy.close()

  for (const [name, content] of Object.entries({ empty: '', full: 'something of worth' })) {
    const there = join(folder, name)
    writeFileSync(there, content)
    const { code, err } = await run(['backup', there], env, folder)
    assert.equal(code, 1)
    assert.equal(err, `qrgate-reception: ${there} is there and no backup; nothing was written.\n`)
    assert.equal(statSync(there).size, content.length)
  }
  const nowhere = { ...env, RECEPTION_DATA_DIR: join(folder, 'none') }
  const { code, err } = await run(['backup', join(folder, 'of-nothing')], nowhere, folder)
  assert.equal(code, 1)
  assert.match(err, /^qrgate-reception: There is no .*reception\.sqlite\.\n$/)
  assert.ok(!existsSync(join(folder, 'of-nothing')))
})

const faults: [name: string, value: string, said: RegExp][] = [
  ['GATE', '', /^RECEPTION_GATE must be set\.$/],
  ['GATE', 'gate.example.org', /^RECEPTION_GATE must be an address like https/],
  ['GATE', 'https://', /^RECEPTION_GATE must be an address like https/],
  ['CREDENTIAL', '', /^RECEPTION_CREDENTIAL must be set\.$/],
  [
    'CREDENTIAL',
    'two\nlines',
    /^RECEPTION_CREDENTIAL must be as `qrgate client add` has printed it\.$/,
  ],
  ['WEBHOOK_SECRET', '', /^RECEPTION_WEBHOOK_SECRET must be set\.$/],
  [
    'WEBHOOK_SECRET',
    'a secret',
    /^RECEPTION_WEBHOOK_SECRET must be as `qrgate client add` has printed it\.$/,
  ],
  ['PORT', 'eighty', /^RECEPTION_PORT must be a number from 1 to 65535\.$/],
  ['PORT', '70000', /^RECEPTION_PORT must be a number from 1 to 65535\.$/],
  ['PUBLIC_URL', 'https://example.org/reception', /^RECEPTION_PUBLIC_URL must be an address like/],
  ['PUBLIC_URL', 'reception', /^RECEPTION_PUBLIC_URL must be an address like https/],
  ['LOG_LEVEL', 'loud', /^RECEPTION_LOG_LEVEL must be a level of pino\.$/],
]

for (const [name, value, said] of faults) {
  test(`RECEPTION_${name}=${JSON.stringify(value)} is said in a sentence, and nothing runs`, async t => {
    const folder = temporaryFolder(t)
    const env = { ...(await settings(folder)), [`RECEPTION_${name}`]: value }
    const { code, err, out } = await run([], env, folder)
    assert.equal(code, 1)
    assert.match(err.replace(/^qrgate-reception: /, '').trimEnd(), said)
    assert.equal(out, '')
  })
}

test('a desk’s link for a place where no reception runs is not printed', async t => {
  const folder = temporaryFolder(t)
  const { code, err, out } = await run(['desk'], {}, folder)
  assert.deepEqual([code, out], [1, ''])
  assert.match(
    err,
    /^qrgate-reception: The database \S+reception-data\S+ \(RECEPTION_DATA_DIR\) .* no reception has used it yet; .*\n$/,
  )
  mkdirSync(join(folder, '.env'))
  const unreadable = await run(['desk'], {}, folder)
  assert.equal(unreadable.code, 1)
  assert.match(unreadable.err, /^qrgate-reception: [^\n]+\n$/, 'one sentence, and no stack')
})

test('an address that another program has is said in a sentence, and it ends', async t => {
  const folder = temporaryFolder(t)
  const env = await settings(folder)
  const other = createServer().listen(Number(env.RECEPTION_PORT), '127.0.0.1')
  t.after(() => other.close())
  await new Promise(resolve => other.once('listening', resolve))
  const { code, err } = await run([], { ...env, RECEPTION_LOG_LEVEL: 'silent' }, folder)
  assert.equal(code, 1)
  const at = `127.0.0.1:${env.RECEPTION_PORT}`
  assert.equal(
    err,
    `qrgate-reception: Another program listens at ${at}; set RECEPTION_PORT to another one.\n`,
  )
})
