import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseEnv } from 'node:util'
import { takeEnvFile } from './env-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'reception-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, '.env')

function take(text: string | Buffer, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(file, text)
  return { unknown: takeEnvFile(file, env), env }
}

test('N47: reception takes of a .env file what Node would make of it', () => {
  const texts = [
    'A=1',
    ' export A = 1 ',
    'A=',
    'A=          # as printed',
    'A=x y # a remark',
    'A="x # y" # a remark',
    "A='a\\b\"'#",
    'A=a=b',
    "A=O'Brien",
    '# a remark\r\n\r\nA=1\r\nB=2\r\n',
  ]
  for (const text of texts) assert.deepEqual(take(text).env, { ...parseEnv(text) }, text)
  assert.deepEqual(take('\ufeffA=1').env, { A: '1' })
  assert.deepEqual(take('A=  \nB=2').env, { A: '', B: '2' })
})

test('N47: reception refuses by its line what would be half read', () => {
  const faults: [text: string | Buffer, words: RegExp][] = [
    ['A', /\.env, line 1: is no NAME=value\.$/],
    ['A=1\nB: 2', /\.env, line 2: is no NAME=value\.$/],
    ['A="x', /line 1: is no/],
    ['A="x" y', /line 1: is no/],
    ['A="x\\n"', /line 1: is no/],
    ["A='it's'", /line 1: is no/],
    ['A=secret#1', /line 1: is no/],
    ['A=1\nA=2', /line 2: sets A again\.$/],
    [Buffer.from([0x41, 0x3d, 0xff]), /\.env cannot be read: it is no UTF-8 text\.$/],
  ]
  for (const [text, words] of faults) {
    assert.throws(() => take(text), { message: words }, `${text}`)
  }
  assert.throws(() => takeEnvFile(folder, {}), /cannot be read: EISDIR/)
  assert.throws(() => takeEnvFile(join(folder, 'gone'), {}), /gone cannot be read: ENOENT/)
})

test('N47: the environment counts before the file, and unknown names are said', () => {
  const { env, unknown } = take('RECEPTION_PORT=1\nRECEPTION_PROT=2\nOTHER=3', {
    RECEPTION_PORT: '9',
  })
  assert.deepEqual(env, { RECEPTION_PORT: '9', RECEPTION_PROT: '2', OTHER: '3' })
  assert.equal(unknown.length, 1)
  assert.match(unknown[0] ?? '', /^RECEPTION_PROT is no setting; known are RECEPTION_GATE, /)
})
