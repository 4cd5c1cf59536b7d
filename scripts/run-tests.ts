// `npm test`: runs all tests but the slow ones, with `--whole` those too, or the files that are named. Every run
// comes to an end: when it has taken
// too long, or a file goes on after its tests, it is said which files still run, and all of it is ended.
// A run without any test fails.
import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Note } from './running-tests.ts'
import { slowTests } from './slow-tests.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const minutes = Number(process.env.QRGATE_TEST_MINUTES || 40)
// Beyond 24 days a timer of Node's goes off at once.
if (!(minutes > 0 && minutes < 30_000)) {
  console.error(
    `QRGATE_TEST_MINUTES must be a number of minutes, not "${process.env.QRGATE_TEST_MINUTES}".`,
  )
  process.exit(1)
}

const given = process.argv.slice(2).filter(argument => argument !== '--whole')
const whole = process.argv.includes('--whole')
const options = given.filter(argument => argument.startsWith('-'))
const files = given.filter(argument => !argument.startsWith('-'))
// The tests beside the code run as one: see test/all-units.test.ts.
const all = globSync('test/**/*.test.ts', { cwd: root })
  .filter(file => whole || !slowTests.includes(file))
  .toSorted()
// Hundreds of processes load the same modules; what one has compiled the next need not.
const compiled = join(root, 'node_modules/.cache/compiled')
const folder = mkdtempSync(join(tmpdir(), 'qrgate-run-'))
const notes = join(folder, 'notes')

const runner = spawn(
  process.execPath,
  [
    '-C',
    'source',
    '--test',
    // Twice the cores that there are at least: many wait for a server, a lock or a time-out.
    '--test-concurrency=4',
    '--test-timeout=600000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${new URL('running-tests.ts', import.meta.url).href}`,
    `--test-reporter-destination=${notes}`,
    ...options,
    ...(files.length > 0 ? files : all),
  ],
  // A process group of its own, so that all that it has started can be ended with it.
  {
    cwd: root,
    stdio: 'inherit',
    detached: true,
    env: {
      NODE_COMPILE_CACHE: compiled,
      ...(whole && { QRGATE_TEST_WHOLE: '1' }),
      ...process.env,
    },
  },
)

const limit = setTimeout(
  () => stop(`The tests have run for ${minutes} minutes.`, 1),
  minutes * 60_000,
)
// The runner waits for such a file for ever. Ending files by force instead cuts off their last reports.
const idleMs = (minutes * 60_000) / 8
const watching = setInterval(() => {
  const idle = runningFiles().some(
    ({ tests, last }) => tests.length === 0 && Date.now() - last > idleMs,
  )
  if (idle) stop('The tests of a file are over, but it has left something open and goes on.', 1)
}, idleMs / 10)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop(`Stopped by ${signal}.`, 128 + constants.signals[signal]))
}
runner.on('exit', (code, signal) => {
  clearTimeout(limit)
  clearInterval(watching)
  if (code === 0 && !readNotes().some(({ isFile }) => !isFile)) leave('No test has run.', 1)
  else leave(signal ? `The tests were ended by ${signal}.` : '', code ?? 1)
})

function stop(reason: string, code: number): void {
  const running = runningFiles().flatMap(({ file, tests }) => [
    `  ${relative(root, file)}`,
    ...tests.map(({ name, line }) => `    ${line}: ${name}`),
  ])
  leave([reason, ...(running.length > 0 ? ['Still running:', ...running] : [])].join('\n'), code)
}

function leave(words: string, code: number): never {
  try {
    process.kill(-(runner.pid ?? 0), 'SIGKILL')
  } catch {
    // All of it has ended by itself.
  }
  rmSync(folder, { recursive: true, force: true })
  if (words !== '') console.error(words)
  process.exit(code)
}

interface RunningFile {
  file: string
  /** Those that have begun and not ended. */
  tests: Note[]
  /** When the last of its tests has begun or ended; infinite before the first. */
  last: number
}

function runningFiles(): RunningFile[] {
  const open = new Map<string, Note>()
  const last = new Map<string, number>()
  for (const note of readNotes()) {
    const key = `${note.file} ${note.line} ${note.name}`
    if (note.kind === 'begun') open.set(key, note)
    else open.delete(key)
    if (!note.isFile) last.set(note.file, note.at)
  }
  const running = [...open.values()]
  return running
    .filter(({ isFile }) => isFile)
    .map(({ file }) => ({
      file,
      tests: running.filter(note => note.file === file && !note.isFile),
      last: last.get(file) ?? Infinity,
    }))
}

function readNotes(): Note[] {
  // It may not be there yet, and its last line may be half written.
  const lines = readFileSync(notes, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line) as Note)
}
