import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { all } from './all.ts'
import { carries } from './defence.ts'
import { defences } from './defences.ts'
import { patched } from './patch.ts'

const root = new URL('../../', import.meta.url)

test('each patch stands for one place of the source', () => {
  for (const patch of all) {
    const source = readFileSync(new URL(patch.file, root), 'utf8')
    assert.notEqual(patched(source, patch), source, patch.id)
  }
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
})

test('a patch that fits nowhere, or in two places, is an error', () => {
  const patch = { id: 'some', file: 'some.ts', find: 'a', replace: 'b' }
  for (const source of ['', 'aa']) assert.throws(() => patched(source, patch), /patch some/)
})

test('each defence names tests that there are, by the id in a title', () => {
  const known = new Map<string, string[]>()
  for (const { id, tests } of defences) {
    for (const { file, name } of tests) {
      const titles = known.get(file) ?? titlesIn(new URL(file, root))
      known.set(file, titles)
      assert.ok(
        titles.some(title => carries(title, name)),
        `${id}: ${file} has no test ${name}`,
      )
    }
  }
})

test('no package holds a patch, and no source knows of one', () => {
  for (const folder of ['server', 'sdk', 'reception']) {
    const { files } = JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8'))
    for (const file of files) assert.doesNotMatch(file, /\.\.|test/, folder)
    const sources = new URL(`${folder}/src/`, root)
    for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue
      const source = readFileSync(new URL(name, sources), 'utf8')
      assert.doesNotMatch(source, /failpoint|\bPATCHES\b|test\/patches/, name)
    }
  }
})

/** What is quoted in a test's file, and in those under test/ that it takes its tests from. */
function titlesIn(file: URL, seen = new Set<string>()): string[] {
  if (seen.has(file.href) || !existsSync(file)) return []
  seen.add(file.href)
  const text = readFileSync(file, 'utf8')
  const imported = [...text.matchAll(/from '(\.\.?\/[^']+)'/g)]
    .map(([, path = '']) => new URL(path, file))
    .filter(({ href }) => href.startsWith(new URL('test/', root).href))
  const titles = [...text.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , title = '']) => title)
  return [...titles, ...imported.flatMap(path => titlesIn(path, seen))]
}
