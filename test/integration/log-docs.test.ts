import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { freshId, kiosk, scan } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'

const docs = readFileSync(new URL('../../docs/log.md', import.meta.url), 'utf8')

/** What stands in the last block of this language. */
function lastBlock(language: string): string {
  const blocks = [...docs.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\n\`\`\``, 'gs'))]
  return blocks.at(-1)?.[1] ?? assert.fail(`no ${language}`)
}

const script = lastBlock('python')
const vectors = lastBlock('json')

function check(lines: string): { good: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script], { input: lines })
  return { good: status === 0, said: `${stdout}${stderr}` }
}

test('the script in docs/log.md is at most 30 lines of Python, and proves the vectors beside it', () => {
  assert.ok(script.split('\n').length <= 30)
  const { good, said } = check(vectors)
  assert.ok(good, said)
  const { seal } = JSON.parse(vectors.split('\n').at(-1) ?? '')
  assert.equal(said, `4 events, last seal ${seal}\n`)
})

test('the script in docs/log.md sees each field of a vector that was changed', () => {
  const lines = vectors.split('\n')
  const row = JSON.parse(lines[1] ?? '')
  for (const field of Object.keys(row)) {
    const changed = { ...row, [field]: typeof row[field] === 'number' ? row[field] + 1 : 'AAAA' }
    const text = lines.with(1, JSON.stringify(changed)).join('\n')
    assert.equal(check(text).good, false, field)
  }
  assert.equal(check([lines[0], lines[2]].join('\n')).good, false)
  assert.equal(check([lines[1], lines[0]].join('\n')).good, false)
  // What lies behind a row that is not sealed yet counts too.
  const hidden = [lines[0], JSON.stringify({ ...row, position: null }), lines[2]].join('\n')
  assert.equal(check(hidden).good, false)
  assert.equal(check(lines.with(1, JSON.stringify({ ...row, salt: null })).join('\n')).good, false)
})

test('the script in docs/log.md proves an export of a real log', async t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'qrgate.sqlite')
  const store = await openSqliteStore(path)
  for (let n = 0; n < 20; n += 1) {
    const id = freshId()
    await store.signIns.update(id, scan(id))
    await store.kiosks.add(kiosk())
  }
  const lease = await store.leases.take('sealer', 'test', 60_000)
  assert.ok(lease)
  await store.log.seal(lease, 30)
  await store.close()
  const { out, code, err } = await qrgate(
    ['log', 'export'],
    { DATABASE_URL: `sqlite:${path}` },
    folder,
  )
  assert.equal(code, 0, err)
  assert.match(check(out).said, /^30 events, last seal /)
  assert.equal(out.trim().split('\n').length, 40)
})
