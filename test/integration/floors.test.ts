import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { faultsOf } from '../../scripts/floors.ts'
import { temporaryFolder } from '../support/gate.ts'

const script = fileURLToPath(new URL('../../scripts/check-floors.ts', import.meta.url))
const houses = ['server/src', 'sdk/src', 'web', 'reception/src', 'reception/pages']
const floors = [['boot'], ['http', 'ws'], ['store'], ['clock']]

/** What is wrong with a house of these files. */
function faults(t: TestContext, files: Record<string, string>, rooms = floors): string[] {
  const root = temporaryFolder(t)
  for (const house of houses) {
    mkdirSync(join(root, house), { recursive: true })
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return faultsOf(root, rooms)
}

const clock = { 'server/src/clock.ts': 'export type Clock = () => number\n' }

test('imports go down, over as many floors as they like, and freely within a room', t => {
  const files = {
    ...clock,
    'server/src/boot/main.ts': `import '../clock.ts'\nimport { a } from './app.ts'\nexport { a }\n`,
    'server/src/boot/app.ts': `export * from '../http/kiosk/api.ts'\nexport const a = 1\n`,
    'server/src/http/kiosk/api.ts': `import type { Page } from '../pages.ts'\nexport type A = Page\n`,
    'server/src/http/pages.ts': `import { test } from 'node:test'\nexport type Page = typeof test\n`,
    'server/src/http/pages.test.ts': `import '../boot/main.ts'\n`,
    'server/src/store/open.ts': `export const open = () => import('./sql/engine.ts')\n`,
    'server/src/store/sql/engine.ts': `export const engine = 1\n`,
  }
  assert.deepEqual(faults(t, files), [])
})

const refused: Record<string, [file: string, source: string, target: string]> = {
  upwards: ['server/src/store/a.ts', `import '../http/b.ts'\n`, 'server/src/http/b.ts'],
  'upwards for a type only': [
    'server/src/clock.ts',
    `import type { B } from './store/b.ts'\nexport type A = B\n`,
    'server/src/store/b.ts',
  ],
  'upwards for a type within a type': [
    'server/src/clock.ts',
    `export type A = import('./store/b.ts').B\n`,
    'server/src/store/b.ts',
  ],
  'upwards while it runs': [
    'server/src/store/a.ts',
    `export const a = () => import('../boot/b.ts')\n`,
    'server/src/boot/b.ts',
  ],
  'upwards by passing it on': [
    'server/src/store/a.ts',
    `export * from '../ws/b.ts'\n`,
    'server/src/ws/b.ts',
  ],
  'across its floor': ['server/src/http/a.ts', `import '../ws/b.ts'\n`, 'server/src/ws/b.ts'],
  'by a path into the SDK': [
    'server/src/http/a.ts',
    `import '../../../sdk/src/b.ts'\n`,
    'sdk/src/b.ts',
  ],
  'from reception into the gate': [
    'reception/src/a.ts',
    `import '../../server/src/clock.ts'\n`,
    'server/src/clock.ts',
  ],
  'from a page of reception into what serves it': [
    'reception/pages/desk/a.ts',
    `import '../../src/queue.ts'\n`,
    'reception/src/queue.ts',
  ],
  'from a page into the server': [
    'web/kiosk/a.ts',
    `import '../../server/src/clock.ts'\n`,
    'server/src/clock.ts',
  ],
}

for (const [how, [file, source, target]] of Object.entries(refused)) {
  test(`no file imports ${how}`, t => {
    const files = { ...clock, [target]: 'export type B = 1\n', [file]: source }
    assert.deepEqual(faults(t, files), [`${file} may not import ${target}`])
  })
}

const strangers: Record<string, [file: string, name: string]> = {
  'reception the gate': ['reception/src/a.ts', 'qrgate'],
  'reception what draws a kiosk': ['reception/src/a.ts', '@qrgate/sdk'],
  'a page of reception the SDK': ['reception/pages/desk/a.ts', '@qrgate/sdk/element'],
  'the gate reception': ['server/src/http/a.ts', '@qrgate/reception'],
  'a page of the gate reception': ['web/demo/a.ts', '@qrgate/reception'],
}

for (const [who, [file, name]] of Object.entries(strangers)) {
  test(`never imports ${who}`, t => {
    const files = { ...clock, [file]: `import type { A } from '${name}'\nexport type B = A\n` }
    assert.deepEqual(faults(t, files), [`${file} may not import ${name}`])
  })
}

test('reception knows the public words, its pages its own words, and boot reception', t => {
  const files = {
    'reception/src/gate.ts': `export type { HandOffChange } from '@qrgate/sdk/protocol'\n`,
    'reception/src/wire.ts': 'export type A = 1\n',
    'reception/pages/desk/a.ts': `import type { A } from '../../src/wire.ts'\nexport type B = A\n`,
    'server/src/boot/demo.ts': `export const open = () => import('@qrgate/reception')\n`,
  }
  assert.deepEqual(faults(t, files), [])
})

test('no file imports what is only known while it runs', t => {
  const files = { 'server/src/store/a.ts': 'export const a = (name: string) => import(name)\n' }
  assert.deepEqual(faults(t, files), [
    'server/src/store/a.ts imports what nobody can follow: the name must be a plain text',
  ])
})

for (const house of ['server/src/store', 'sdk/src', 'web/kiosk']) {
  test(`no circle in ${house}, of types neither`, t => {
    const importing = (name: string) => `import type { T } from './${name}.ts'\nexport type U = T\n`
    const files = {
      [`${house}/a.ts`]: importing('b'),
      [`${house}/b.ts`]: importing('c'),
      [`${house}/c.ts`]: importing('b'),
    }
    assert.deepEqual(faults(t, files), [`circle: ${house}/b.ts → ${house}/c.ts → ${house}/b.ts`])
  })
}

test('each file is in a room that is known', t => {
  const files = { 'server/src/utils/text.ts': 'export const text = 1\n', 'server/src/x.ts': '' }
  const words = 'is in no room; the rooms stand in scripts/check-floors.ts'
  assert.deepEqual(faults(t, files).sort(), [
    `server/src/utils/text.ts ${words}`,
    `server/src/x.ts ${words}`,
  ])
})

test('there is no eighth floor', t => {
  const seven = ['a', 'b', 'c', 'd', 'e', 'f', 'clock'].map(room => [room])
  assert.deepEqual(faults(t, clock, seven), [])
  assert.deepEqual(faults(t, clock, [['z'], ...seven]), ['the house has 7 floors, not more'])
})

test('no file has more than 400 lines, style sheets and tests included', t => {
  const lines = (count: number) => '\n'.repeat(count)
  const files = {
    'web/look/base.css': lines(400),
    'web/look/long.css': lines(401),
    'sdk/src/long.test.ts': lines(401),
  }
  assert.deepEqual(faults(t, files).sort(), [
    'sdk/src/long.test.ts has 401 lines; 400 are the ceiling',
    'web/look/long.css has 401 lines; 400 are the ceiling',
  ])
})

test('the check fails for a house that is wrong, and ours is right', t => {
  const root = temporaryFolder(t)
  for (const house of houses) {
    mkdirSync(join(root, house), { recursive: true })
  }
  writeFileSync(join(root, 'server/src/clock.ts'), `import './boot.ts'\n`)
  writeFileSync(join(root, 'server/src/boot.ts'), '')
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  const wrong = run(root)
  assert.equal(wrong.status, 1)
  assert.equal(wrong.stderr, 'server/src/clock.ts may not import server/src/boot.ts\n')
  const ours = run()
  assert.deepEqual([ours.status, ours.stderr], [0, ''])
})
