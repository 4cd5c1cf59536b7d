import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSite } from '../../reception/src/site.ts'
import { temporaryFolder } from '../support/gate.ts'

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const docs = textOf('docs/reception.md')

test('the clinic in docs/reception.md is one that reception takes', t => {
  const [, json = ''] = /^```json\n([\s\S]*?)^```$/m.exec(docs) ?? []
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'reception.json'), json)
  assert.deepEqual(readSite(folder), JSON.parse(json))
})

test('docs/reception.md has each setting that reception reads, and no other', () => {
  const read = [...textOf('reception/src/cli.ts').matchAll(/\b(?:setting|origin)\('([A-Z_]+)'/g)]
  const told = [...docs.matchAll(/^\| `RECEPTION_([A-Z_]+)` \|/gm)]
  const names = (found: RegExpExecArray[]) => found.map(([, name]) => name).toSorted()
  assert.deepEqual(names(told), names(read))
})
