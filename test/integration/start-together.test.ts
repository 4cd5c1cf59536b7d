import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { take, takeInTurn } from '../../scripts/clone-lock.js'
import { npmFailure } from '../../scripts/npm-failure.js'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { settles, until } from '../support/patience.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('N52: one process at a time has a lock of a clone, and each clone its own', async t => {
  const [folder, other] = [temporaryFolder(t), temporaryFolder(t)]
  const release = await take('preparing', folder)
  assert.ok(release)
  assert.equal(await take('preparing', folder), undefined)
  for (const free of [await take('running', folder), await take('preparing', other)]) {
    assert.ok(free)
    free()
  }
  let said = 0
  const next = takeInTurn('preparing', () => (said += 1), folder)
  await until('it waits', () => said === 1)
  release()
  assert.ok(await settles(next))
  assert.equal(await take('preparing', folder), undefined, 'who has waited has it')
  ;(await next)()
  assert.equal(said, 1)
})

test('N52: a process that is killed holds no lock of a clone', async t => {
  const folder = temporaryFolder(t)
  const program = `import { take } from ${JSON.stringify(join(root, 'scripts/clone-lock.js'))}
    await take('running', ${JSON.stringify(folder)})
    process.stdout.write('taken')
    setInterval(() => {}, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program])
  await once(child.stdout, 'data')
  assert.equal(await take('running', folder), undefined)
  const over = once(child, 'exit')
  child.kill('SIGKILL')
  await over
  const release = await take('running', folder)
  assert.ok(release)
  release()
})

/** A clone without pages. */
function cloneIn(folder: string): string {
  const clone = join(folder, 'clone')
  const isSource = (path: string) => !/\/(node_modules|public|dist|data)$/.test(path)
  for (const part of ['scripts', 'web', 'sdk', 'reception', 'server']) {
    cpSync(join(root, part), join(clone, part), { recursive: true, filter: isSource })
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(root, file), join(clone, file))
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
  return clone
}

interface Start {
  child: ChildProcess
  said: string
}

function start(clone: string, env: Record<string, string>): Start {
  const child = spawn(process.execPath, [join(clone, 'scripts/run.js'), 'start'], {
    cwd: clone,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', QRGATE_LOG_LEVEL: 'silent', ...env },
  })
  const one: Start = { child, said: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      one.said += chunk
    })
  }
  return one
}

test('N52: two first starts at once: one runs, one says where, and later ones leave its pages alone', async t => {
  const clone = cloneIn(temporaryFolder(t))
  const starts = [start(clone, {}), start(clone, {})]
  const all = () => starts.map(({ said }) => said).join('\n')
  t.after(async () => {
    for (const { child } of starts) {
      if (child.exitCode !== null) continue
      const over = once(child, 'exit')
      child.kill()
      await over
    }
  })
  await until('both have come to something', () =>
    starts.every(({ child, said }) => child.exitCode !== null || /Stop with Ctrl\+C/.test(said)),
  )
  const over = starts.filter(({ child }) => child.exitCode !== null)
  assert.equal(over.length, 1, all())
  assert.match(over[0]?.said ?? '', /A demo runs with the folder \S+ already/)
  assert.doesNotMatch(all(), /^ +at |ENOENT|rror:/m)

  const page = join(clone, 'server/public/demo.html')
  const built = () => [statSync(page).ino, statSync(page).mtimeMs]
  const before = built()
  const again = start(clone, {})
  starts.push(again)
  await until('it has ended', () => again.child.exitCode !== null)
  assert.match(again.said, /^qrgate: A demo runs with the folder/)
  const beside = start(clone, { QRGATE_DATA_DIR: 'other', PORT: `${await freePort()}` })
  starts.push(beside)
  await until('a second one runs beside it', () => {
    assert.equal(beside.child.exitCode, null, beside.said)
    return /Stop with Ctrl\+C/.test(beside.said)
  })
  assert.deepEqual(built(), before)

  // Other packages are not put under it either.
  const lock = join(clone, 'package-lock.json')
  const wanted = JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, object> }
  wanted.packages['node_modules/not-there-yet'] = { version: '1.0.0' }
  writeFileSync(lock, JSON.stringify(wanted))
  const newer = start(clone, {})
  starts.push(newer)
  await until('it has ended', () => newer.child.exitCode !== null)
  assert.match(newer.said, /^A demo runs in this clone, .* stop it first\.\n$/)
})

test('N52: without a registry the cause is a sentence, and npm’s own words are none of it', async t => {
  const folder = temporaryFolder(t)
  const clone = cloneIn(folder)
  unlinkSync(join(clone, 'node_modules'))
  const one = start(clone, {
    npm_config_registry: `http://127.0.0.1:${await freePort()}/`,
    npm_config_fetch_retries: '0',
    npm_config_cache: join(folder, 'cache'),
  })
  await once(one.child, 'close')
  assert.equal(one.child.exitCode, 1)
  assert.match(
    one.said,
    /^Installing packages .*\nPackages cannot be installed: .* \(ECONNREFUSED\)\. .*\n$/,
  )
})

const failures: [said: string, words: RegExp | undefined][] = [
  ['npm error code ENOTCACHED\nnpm error request to https://… failed', /offline.*ENOTCACHED/],
  ['npm ERR! code E403\nnpm ERR! 403 Forbidden', /let this user in.*E403/],
  ['npm error code E404\nnpm error 404 Not Found - GET https://…', /does not have.*E404/],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /certificate/],
  ['npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /certificate/],
  ['npm error code ENOSPC\nnpm error syscall write', /disk is full/],
  ['npm error code EINTEGRITY', /other than the locked/],
  ['npm error code EACCES\nnpm error errno -13', /may not write/],
  ['npm error code FETCH_ERROR\nnpm error errno ETIMEDOUT', /cannot be reached.*ETIMEDOUT/],
  ['npm error code ENOTFOUND\nnpm error syscall getaddrinfo', /cannot be reached.*ENOTFOUND/],
  ['npm error code EUSAGE\nnpm error package.json and package-lock.json differ', undefined],
  ['npm error Exit handler never called!', undefined],
  ['', undefined],
]
for (const [said, words] of failures) {
  test(`N52: npm’s “${said.split('\n')[0]}” is ${words ? 'a sentence' : 'left to npm'}`, () => {
    const sentence = npmFailure(said)
    if (words) assert.match(sentence ?? '', words)
    else assert.equal(sentence, undefined)
  })
}
