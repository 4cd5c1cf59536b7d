import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/gate.ts'
import { pause } from '../support/patience.ts'

const script = fileURLToPath(new URL('../../scripts/run-tests.ts', import.meta.url))

/** `npm test -- FILE…` without the build of the pages. */
function runTests(t: TestContext, files: Record<string, string>, minutes = '') {
  const folder = temporaryFolder(t)
  const paths = Object.entries(files).map(([name, source]) => {
    const path = join(folder, name)
    writeFileSync(path, source)
    return path
  })
  // Without NODE_TEST_CONTEXT, which would make it a part of the run that this test belongs to.
  const env = { PATH: process.env.PATH, TMPDIR: folder, QRGATE_TEST_MINUTES: minutes }
  const child = spawn(process.execPath, [script, ...paths], { env })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  // Closed only when nobody is left who could write: all that it had started has ended.
  const over = new Promise<{ code: number | null; output: string }>(resolve => {
    child.on('close', code => resolve({ code, output }))
  })
  return { child, folder, over }
}

/** What the run has noted so far, which is what it can tell when it is stopped. */
function notesIn(folder: string): string {
  const run = readdirSync(folder).find(name => name.startsWith('qrgate-run-'))
  const notes = join(folder, run ?? '', 'notes')
  return existsSync(notes) ? readFileSync(notes, 'utf8') : ''
}

const passing = `require('node:test').test('passes', () => {})\n`

test('a run passes its output and its exit code on', async t => {
  const good = await runTests(t, { 'good.test.cjs': passing }).over
  assert.equal(good.code, 0, good.output)
  assert.match(good.output, /^ℹ tests 1$/m)
  const failing = `require('node:test').test('fails', () => { throw new Error('on purpose') })\n`
  const bad = await runTests(t, { 'good.test.cjs': passing, 'bad.test.cjs': failing }).over
  assert.equal(bad.code, 1)
  assert.match(bad.output, /^ℹ tests 2$[\s\S]*^ℹ fail 1$/m)
})

test('a run without any test fails', async t => {
  const { code, output } = await runTests(t, { 'empty.test.cjs': '' }).over
  assert.equal(code, 1)
  assert.match(output, /^No test has run\.$/m)
})

test('a file that goes on when its tests are over is named, and fails', async t => {
  const open = `${passing}setInterval(() => {}, 1_000)\n`
  const { code, output } = await runTests(t, { 'open.test.cjs': open }, '0.4').over
  assert.equal(code, 1, output)
  assert.match(
    output,
    /^The tests of a file are over, but it has left something open and goes on\.$/m,
  )
  assert.match(output, /^ {2}\S*open\.test\.cjs$/m)
})

test('a run that is stopped says what still runs, and leaves nothing behind', async t => {
  const hanging = `
const { test } = require('node:test')
const { spawn } = require('node:child_process')
test('ends', () => {})
test('never ends', async () => {
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
  await new Promise(() => {})
})
`
  // Blocks its own process, so that no time-out within it can help.
  const looping = `require('node:fs').writeFileSync(__dirname + '/looping', '')\nfor (;;);\n`
  const files = { 'hanging.test.cjs': hanging, 'looping.test.cjs': looping }
  const { child, folder, over } = runTests(t, files)
  while (!existsSync(join(folder, 'looping')) || !notesIn(folder).includes('never ends')) {
    await pause(20)
  }
  child.kill('SIGTERM')
  const { code, output } = await over
  assert.equal(code, 128 + 15)
  assert.match(output, /^Stopped by SIGTERM\.$/m)
  assert.match(output, /^ {2}\S*hanging\.test\.cjs\n {4}5: never ends$/m)
  assert.match(output, /^ {2}\S*looping\.test\.cjs$/m)
  assert.doesNotMatch(output, /\d: ends$/m)
})

test('a run that takes longer than it may is ended, and fails', async t => {
  const looping = 'for (;;);\n'
  const { code, output } = await runTests(t, { 'looping.test.cjs': looping }, '0.02').over
  assert.equal(code, 1)
  assert.match(output, /^The tests have run for 0\.02 minutes\.$/m)
})

test('a limit that is none is refused', async t => {
  for (const minutes of ['0', '-1', 'soon', 'Infinity']) {
    const { code, output } = await runTests(t, {}, minutes).over
    assert.equal(code, 1)
    assert.match(output, /^QRGATE_TEST_MINUTES must be a number of minutes, not "/)
  }
})
