import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { publicAddress } from '../../scripts/packing/packed-files.ts'
import { type LockedPackages, productionLock } from '../../scripts/packing/production-lock.ts'

const lock: LockedPackages = {
  '': {},
  app: {
    name: 'app',
    version: '1.0.0',
    dependencies: { lib: '1.0.0', a: '2.0.0' },
    devDependencies: { dev: '1.0.0' },
  },
  lib: { name: 'lib', version: '1.0.0', dependencies: { a: '^1.0.0' } },
  'node_modules/app': { resolved: 'app', link: true },
  'node_modules/lib': { resolved: 'lib', link: true },
  'node_modules/dev': { version: '1.0.0', dev: true },
  'node_modules/a': { version: '1.5.0', dependencies: { native: '1.0.0', b: '1.0.0' } },
  'app/node_modules/a': { version: '2.0.0', optionalDependencies: { native: '1.0.0' } },
  'node_modules/b': {
    version: '1.0.0',
    devOptional: true,
    peerDependencies: { c: '1.0.0', 'no-such': '1.0.0' },
    peerDependenciesMeta: { 'no-such': { optional: true } },
  },
  'node_modules/c': { version: '1.0.0', peer: true, optionalDependencies: { 'for-arm': '1.0.0' } },
  'node_modules/native': { version: '1.0.0', optional: true },
  'node_modules/for-arm': { version: '1.0.0', optional: true, dev: true },
}
const placed = { app: 'node_modules/app', lib: 'node_modules/lib' }

test('N56: what is locked for an installation is what its packages need, each where Node looks', () => {
  const found = productionLock(lock, ['app'], placed)
  const versions = Object.entries(found).map(([path, { version, optional }]) => [
    path.replaceAll('node_modules/', ''),
    `${version}${optional ? '?' : ''}`,
  ])
  assert.deepEqual(Object.fromEntries(versions), {
    a: '1.5.0',
    app: '1.0.0',
    'app/a': '2.0.0',
    b: '1.0.0',
    c: '1.0.0',
    'for-arm': '1.0.0?',
    lib: '1.0.0',
    // An optional one of one package, and what another cannot be without.
    native: '1.0.0',
  })
  for (const row of Object.values(found)) {
    for (const field of ['dev', 'devOptional', 'peer', 'devDependencies']) {
      assert.ok(!(field in row), field)
    }
  }
})

test('N56: two versions in one place are none, and so is what another machine needs and is not locked', () => {
  const asRoot = { ...placed, app: '' }
  assert.throws(() => productionLock(lock, ['app'], asRoot), /two versions at node_modules\/a/)
  const { 'node_modules/for-arm': _, ...rest } = lock
  assert.throws(() => productionLock(rest, ['app'], placed), /c needs for-arm, which is not locked/)
})

test('N56: the clone’s lock has every package for every machine', () => {
  const file = new URL('../../package-lock.json', import.meta.url)
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: LockedPackages }
  const folders = Object.keys(packages).filter(path => path && !path.startsWith('node_modules/'))
  const all = ['', ...folders].map(folder => {
    const { devDependencies = {}, dependencies = {}, ...row } = packages[folder] ?? {}
    return [folder, { ...row, dependencies: { ...dependencies, ...devDependencies } }]
  })
  const locked = { ...packages, ...Object.fromEntries(all) }
  const places = Object.fromEntries(
    folders.map(one => [one, `node_modules/${packages[one]?.name}`]),
  )
  assert.ok(Object.keys(productionLock(locked, ['', ...folders], places)).length > 200)
})

test('N56: a package says where its source is only where the whole world may know it', () => {
  const told = {
    'https://github.com/owner/name.git': 'https://github.com/owner/name',
    'https://user:secret@gitlab.com/group/sub/name': 'https://gitlab.com/group/sub/name',
    'git@codeberg.org:owner/name.git': 'https://codeberg.org/owner/name',
    'ssh://git@github.com/owner/name.git/': 'https://github.com/owner/name',
    'git@git.internal:owner/name.git': undefined,
    'https://10.0.0.5/owner/name.git': undefined,
    '/srv/git/github.com/owner/name.git': undefined,
    '../github.com/name': undefined,
    'file:///srv/name.git': undefined,
  }
  for (const [origin, address] of Object.entries(told)) assert.equal(publicAddress(origin), address)
})

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const house = JSON.parse(textOf('package.json')) as { version: string; workspaces: string[] }

test('N56: one version stands in all manifests, in the lock and in the changelog, with its day', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: LockedPackages }
  for (const folder of ['', ...house.workspaces]) {
    const manifest = JSON.parse(textOf(join(folder, 'package.json')))
    assert.equal(manifest.version, house.version, folder)
    assert.equal(packages[folder]?.version, house.version, folder)
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      if (name.startsWith('@qrgate/')) assert.equal(version, house.version, `${folder}: ${name}`)
    }
  }
  const headings = textOf('CHANGELOG.md').match(/^## .*$/gm) ?? []
  assert.equal(headings[0], '## Unreleased')
  for (const heading of headings.slice(1)) {
    assert.match(heading, /^## \d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}$/)
  }
  assert.ok(headings[1]?.startsWith(`## ${house.version} - `))
})

test('the image is built with the manifest of each workspace', () => {
  for (const folder of house.workspaces) {
    assert.match(textOf('Dockerfile'), new RegExp(`^COPY ${folder}/package.json ${folder}/$`, 'm'))
  }
})
