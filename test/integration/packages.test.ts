import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { join, posix } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packed } from '../../scripts/packing/packed-files.ts'
import { temporaryFolder } from '../support/gate.ts'
import { archiveOf, filesOf, freshClone, npm, run, unreachable } from '../support/packages.ts'
import { until } from '../support/patience.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const clone = freshClone({ after })
const release = join(clone, 'release')
const manifests = () =>
  packed.map(folder => readFileSync(join(clone, folder, 'package.json'), 'utf8'))
const before = manifests()
// Which leaves `prepack` out, and no command of ours.
npm(clone, ['run', 'pack'], { npm_config_ignore_scripts: 'true' })

const asGiven = { '.': '', './package.json': '' }
const targetsOf = ({ exports = {}, bin = {} }: Record<string, Record<string, unknown>>) =>
  [...Object.values({ ...exports, ...asGiven }), ...Object.values(bin)]
    .flatMap(target => (typeof target === 'string' ? target : Object.values(target as object)))
    .filter(Boolean)
    .map(target => posix.normalize(target))

for (const folder of packed) {
  test(`N56: the package of ${folder}/ has all that it names, and names nothing of the clone`, async () => {
    const { list, text } = filesOf(archiveOf(release, folder))
    const manifest = JSON.parse(text('package.json'))
    for (const file of ['README.md', 'LICENSE', ...targetsOf(manifest)]) {
      assert.ok(list.includes(file), file)
    }
    for (const name of manifest.files) {
      assert.ok(
        list.some(file => file === name || file.startsWith(`${name}/`)),
        name,
      )
    }
    assert.doesNotMatch(text('package.json'), /"source"|"devDependencies"|\.\/src\//)
    assert.deepEqual(manifest.publishConfig, { access: 'public' })
    assert.match(manifest.engines.node, /^>=2\d/)
    assert.ok(manifest.description && manifest.keywords.length > 2)
    for (const path of list.filter(file => /\.(md|json|service)$|Caddyfile|\.conf$/.test(file))) {
      for (const [, target = ''] of text(path).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
        if (/^(https?|mailto):/.test(target)) continue
        const file = posix.join(posix.dirname(path), target)
        assert.ok(list.includes(file), `${path} leads to ${target}`)
      }
      assert.ok(!text(path).includes(clone), path)
    }
    assert.ok(!list.some(file => /\.test\.|^src\/|before-pack/.test(file)))
  })

  test(`N56: publint and attw find nothing in the package of ${folder}/`, async () => {
    const archive = new Uint8Array(readFileSync(archiveOf(release, folder)))
    const { messages, pkg } = await publint({ pack: { tarball: archive.buffer }, strict: true })
    assert.deepEqual(
      messages.map(message => formatMessage(message, pkg ?? {})),
      [],
    )
    const analysis = await checkPackage(createPackageFromTarballData(archive))
    // A program's package has no types; the others are ES modules alone, for whoever has those.
    const problems = analysis.types ? analysis.problems : []
    assert.deepEqual(
      problems.filter(one => !('resolutionKind' in one) || /esm|bundler/.test(one.resolutionKind)),
      [],
    )
    assert.equal(Boolean(analysis.types), folder !== 'server')
  })
}

test('N74: the packed server is a few files with their maps, and says whose licences are in them', () => {
  const { list, text } = filesOf(archiveOf(release, 'server'))
  const programs = list.filter(file => /^dist\/.*\.js$/.test(file))
  assert.ok(programs.length < 80, `${programs.length}`)
  const main = programs.find(file => file.startsWith('dist/boot/main-')) ?? ''
  const { sources } = JSON.parse(text(`${main}.map`)) as { sources: string[] }
  assert.ok(sources.some(source => source.endsWith('src/boot/main.ts')))
  const licences = text('dist/THIRD-PARTY.txt')
  const names = ['kysely', 'typebox']
  for (const name of names) assert.match(licences, new RegExp(`^${name} \\d`, 'm'))
  const outside = new RegExp(`from "(${names.join('|')})`)
  for (const file of programs) assert.doesNotMatch(text(file).slice(0, 10_000), outside, file)
})

test('N56: a program is packed with the lock of what it was tested with', t => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const folder of ['reception', 'server'] as const) {
    const unpacked = temporaryFolder(t)
    const archive = archiveOf(release, folder)
    execFileSync('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=1'])
    const shrinkwrap = JSON.parse(readFileSync(join(unpacked, 'npm-shrinkwrap.json'), 'utf8'))
    for (const [path, { version, integrity }] of Object.entries<Record<string, string>>(
      shrinkwrap.packages,
    )) {
      if (!path || path.startsWith('node_modules/@qrgate/')) continue
      assert.deepEqual(
        [version, integrity],
        [packages[path].version, packages[path].integrity],
        path,
      )
    }
    // Fails where something that is needed is not locked.
    npm(unpacked, ['ls', '--all', '--package-lock-only'])
  }
})

test('N56: packing leaves the clone as it was', () => {
  assert.deepEqual(manifests(), before)
  assert.deepEqual(
    globSync('{sdk,reception,server}/{.before-pack.json,npm-shrinkwrap.json,docs,deploy}', {
      cwd: clone,
    }),
    [],
  )
})

test('N56: `npm pack` in a folder builds what it packs, the same file', t => {
  rmSync(join(clone, 'sdk/dist'), { recursive: true })
  const folder = temporaryFolder(t)
  npm(clone, ['pack', '--workspace', 'sdk', '--pack-destination', folder])
  assert.deepEqual(readFileSync(archiveOf(folder, 'sdk')), readFileSync(archiveOf(release, 'sdk')))
  assert.deepEqual(manifests(), before)
})

test('N56: installed from the archives, it runs: demo, reception, SDK, and serve without reception', async t => {
  const installed = temporaryFolder(t)
  cpSync(release, installed, { recursive: true })
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=dev']
  try {
    npm(installed, ['ci', ...quietly])
  } catch (error) {
    t.skip(unreachable(error))
    return
  }
  const program = (name: string) => join(installed, 'node_modules/.bin', name)
  for (const name of ['qrgate', 'qrgate-reception']) {
    const { version } = JSON.parse(readFileSync(join(clone, 'server/package.json'), 'utf8'))
    const said = execFileSync(process.execPath, [program(name), '--version'], { encoding: 'utf8' })
    assert.equal(said, `${name} ${version}\n`)
  }
  // With the condition that a clone's commands give: nothing in a package answers to it.
  for (const options of [[], ['-C', 'source']]) {
    const script = "console.log(typeof (await import('@qrgate/sdk')).startSignIn)"
    const args = [...options, '--input-type=module', '-e', script]
    const said = execFileSync(process.execPath, args, { cwd: installed, encoding: 'utf8' })
    assert.equal(said, 'function\n')
  }

  const listening = ({ port, hostname }: URL) => ({ PORT: port, HOST: hostname })
  const demo = await run(t, program('qrgate'), ['demo'], listening)
  await until('it says where its desk is', () => /\/demo#desk=[\w-]+/.test(demo.said()))
  for (const path of ['/kiosk', '/reception/board', '/reception/desk', '/reception/day']) {
    const page = await (await fetch(demo.url + path)).text()
    const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(page) ?? []
    assert.equal((await fetch(new URL(script, demo.url + path))).status, 200, `${path}: ${script}`)
  }
  await demo.stop()

  const alone = await run(t, program('qrgate-reception'), [], ({ port }) => ({
    RECEPTION_PORT: port,
    RECEPTION_GATE: demo.url,
    RECEPTION_CREDENTIAL: 'of-a-gate-that-is-not-there',
    RECEPTION_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  }))
  assert.equal((await fetch(`${alone.url}/board`)).status, 200)
  await alone.stop()

  rmSync(join(installed, 'node_modules/@qrgate/reception'), { recursive: true })
  const gate = await run(t, program('qrgate'), ['serve'], url => ({
    ...listening(url),
    PUBLIC_URL: `https://${url.host}`,
    SECRET_KEY: 'a secret key that only this test uses: 32 bytes',
  }))
  assert.equal((await fetch(`${gate.url}/kiosk`)).status, 200)
})

test('N56: `npm install` of the archives alone brings both programs', t => {
  const installed = temporaryFolder(t)
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  try {
    npm(installed, ['install', ...quietly, ...packed.map(folder => archiveOf(release, folder))])
  } catch (error) {
    t.skip(unreachable(error))
    return
  }
  for (const name of ['qrgate', 'qrgate-reception']) {
    assert.ok(existsSync(join(installed, 'node_modules/.bin', name)), name)
  }
})
