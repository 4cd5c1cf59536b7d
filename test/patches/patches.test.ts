import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { all } from './all.ts'
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
