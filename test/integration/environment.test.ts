import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeEnvironment } from '../../server/src/boot/environment/take.ts'
import { OperatorError } from '../../server/src/operator-error.ts'
import { cli, qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'

const key = 'a secret key that only this test uses and nobody else'

/** @returns what it says, where it refuses the file. */
function refusal(path: string): string {
  try {
    takeEnvironment(path, {})
    return ''
  } catch (error) {
    assert.ok(error instanceof OperatorError)
    return error.message
  }
}

test('N47: a .env file that is there and cannot be read is said, with the reason', t => {
  const folder = temporaryFolder(t)
  const file = join(folder, '.env')
  assert.match(refusal(file), /^There is no .*\.env, which --env-file names\.$/)
  assert.match(refusal(folder), /cannot be read: it is a folder\.$/)
  symlinkSync(join(folder, 'gone'), file)
  assert.match(refusal(file), /cannot be read: it is a link to a file that is not there\.$/)
  assert.match(refusal(join(cli, '.env')), /cannot be read: .*ENOTDIR/)
})

test('N47: of one that belongs to others it is said to whom, and what to do', t => {
  const folder = temporaryFolder(t)
  const [file, closed] = [join(folder, '.env'), join(folder, 'closed')]
  writeFileSync(file, 'PORT=1', { mode: 0o600 })
  mkdirSync(closed, { mode: 0o700 })
  writeFileSync(join(closed, '.env'), 'PORT=1')
  const isRoot = process.getuid?.() === 0
  if (isRoot) chmodSync(folder, 0o755)
  else {
    chmodSync(file, 0o200)
    chmodSync(closed, 0)
    t.after(() => chmodSync(closed, 0o700))
  }
  // Nothing else runs in this process meanwhile: a user's rights are the whole process's.
  if (isRoot) process.seteuid?.(65_534)
  try {
    const [said, ofFolder] = [refusal(file), refusal(join(closed, '.env'))]
    if (isRoot) assert.match(said, /cannot be read: it belongs to root:root, mode 600; run this as/)
    else
      assert.match(said, /cannot be read: it belongs to .*, mode 200; run this as a user who may/)
    assert.match(ofFolder, /cannot be read: its folder is closed to this user; run this as/)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

test('N47: every command ends with 1 where .env cannot be read, and names the line', async t => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '.env'), `SECRET_KEY=${key}\nPUBLIC_URL https://gate.example.org\n`)
  for (const args of [['serve'], ['demo'], ['doctor'], ['kiosk', 'list'], ['log', 'verify']]) {
    const ran = await qrgate(args, {}, folder)
    assert.deepEqual(
      [ran.code, ran.out, ran.err],
      [1, '', 'qrgate: .env, line 2: is no setting; write NAME=value, or # before a remark\n'],
      args.join(' '),
    )
  }
})

test('N47: -e names a file elsewhere, before a command or behind it', async t => {
  const folder = temporaryFolder(t)
  const elsewhere = join(folder, 'gate.env')
  writeFileSync(elsewhere, `\ufeffSECRET_KEY=${key}\r\nQRGATE_DATA_DIR=${folder}/data\r\n`)
  for (const args of [
    ['-e', elsewhere, 'serve'],
    ['serve', '--env-file', elsewhere],
    ['serve', `--env-file=${elsewhere}`],
  ]) {
    const { code, err } = await qrgate(args, {}, folder)
    assert.equal(code, 1)
    // The key is good; what is missing is missing in that file.
    assert.equal(
      err,
      `qrgate: PUBLIC_URL must be the https address under which phones reach this gate.\nSettings were read from ${elsewhere}.\n`,
    )
  }
  const { code, err } = await qrgate(['serve', '-e', 'gone.env'], {}, folder)
  assert.deepEqual([code, err], [1, 'qrgate: There is no gone.env, which --env-file names.\n'])
})

test('N47: where settings are missing, it is said that no file was found', async t => {
  const folder = temporaryFolder(t)
  const { code, err } = await qrgate(['serve'], {}, folder)
  assert.equal(code, 1)
  assert.match(
    err,
    new RegExp(`\\nThere is no \\.env in ${folder}; -e PATH names a file elsewhere\\.\\n$`),
  )
})

test('N47: the environment counts before the file, and doctor names where they differ', t => {
  const folder = temporaryFolder(t)
  const file = join(folder, '.env')
  writeFileSync(
    file,
    'PORT=8081\nHOST=127.0.0.1\nPATH=/nowhere\nQRGATE_SITE_NAME=병원\nREDIS_URL=redis://a',
  )
  const env = { PORT: '8080', HOST: '127.0.0.1', PATH: '/usr/bin', REDIS_URL: '' }
  const taken = takeEnvironment(file, env)
  assert.deepEqual(taken, { file, overridden: ['PORT', 'REDIS_URL'], unknown: [] })
  assert.deepEqual(env, { ...env, QRGATE_SITE_NAME: '병원', PORT: '8080', PATH: '/usr/bin' })
})

test('N47: commands say names that are no settings on standard error, and go on', async t => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '.env'), 'DATABSE_URL=sqlite:elsewhere.sqlite\n')
  const env = { QRGATE_DATADIR: '/nowhere' }
  const { code, err } = await qrgate(['migrate'], env, folder)
  assert.equal(code, 0)
  assert.deepEqual(
    err.split('\n').filter(line => line.startsWith('qrgate:')),
    [
      'qrgate: QRGATE_DATADIR is no setting and counts for nothing; is QRGATE_DATA_DIR meant?',
      'qrgate: DATABSE_URL is no setting and counts for nothing; is DATABASE_URL meant?',
    ],
  )
})

test('N47: serve says first which file it has read, and which names in it are none', async t => {
  const gate = await GateProcess.start(
    t,
    { SECRET_KEY: key, PUBLIC_URL: 'https://gate.test' },
    'serve',
  )
  const { file: none, msg } = JSON.parse(gate.log().split('\n')[0] ?? '')
  assert.deepEqual([none, msg], [null, 'settings read'])
  await gate.kill('SIGTERM')
  const file = join(gate.dataDir, '.env')
  writeFileSync(file, 'QRGATE_SITENAME=병원\n')
  const before = gate.log().split('\n').length
  await gate.boot()
  const [first = '', second = ''] = gate.log().split('\n').slice(before)
  assert.equal(JSON.parse(first).file, file)
  assert.match(
    JSON.parse(second).msg,
    /^QRGATE_SITENAME is no setting .*is QRGATE_SITE_NAME meant\?$/,
  )
  await gate.kill('SIGTERM')
})

test('N47: the version is said wherever it is asked, even beside a broken .env', async t => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '.env'), 'nothing')
  for (const flag of ['--version', '-V']) {
    const { code, out } = await qrgate([flag], {}, folder)
    assert.equal(code, 0)
    assert.match(out, /^qrgate \d+\.\d+\.\d+\n$/)
  }
})

/** Runs doctor with a stream of it closed at its other end, as `head` does. */
async function doctorInto(closed: 'stdout' | 'stderr', folder: string) {
  const child = spawn(process.execPath, ['-C', 'source', cli, 'doctor'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PUBLIC_URL: 'http://127.0.0.1:1', QRGATE_NO_SETTING: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child[closed].destroy()
  const open = closed === 'stdout' ? child.stderr : child.stdout
  let said = ''
  open.on('data', chunk => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  return { code, said }
}

test('N48: doctor outlives whoever reads what it says', async t => {
  const folder = temporaryFolder(t)
  assert.deepEqual(await doctorInto('stdout', folder), { code: 1, said: '' })
  const { code, said } = await doctorInto('stderr', folder)
  assert.equal(code, 1)
  assert.match(said, /^fail +settings/m)
})

test('N48: output that cannot be written is said, and the command fails', async t => {
  const folder = temporaryFolder(t)
  const child = spawn(process.execPath, ['-C', 'source', cli, 'doctor'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PUBLIC_URL: 'http://127.0.0.1:1' },
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  assert.deepEqual([code, said], [1, 'qrgate: the output cannot be written (ENOSPC).\n'])
})
