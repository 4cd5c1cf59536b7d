// Part of `npm run lint`: tests never look at the clock, and wait for what happens and not for a time
// to pass. What a machine can be too busy for is measured in bench/.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { slowTests } from './slow-tests.ts'

const root = fileURLToPath(new URL('../', import.meta.url))

const clocks = [
  /performance\.now\b/,
  /\bDate\.now\b/,
  /\bnew Date\(\)\.getTime\b/,
  /\b(threadC|c)puUsage\b/,
  /\bmonitorEventLoopDelay\b/,
  /\bhrtime\b/,
  /\bmemoryUsage\b/,
]
const waits = [/setTimeout.*'node:timers\/promises'/, /\bwaitForTimeout\b/]

/** Who may all the same, and why. */
const allowed: Record<string, string> = {
  'test/support/wrong-clock.ts': 'it is a wrong clock',
  'test/security/time.test.ts': 'that a ticket has the time of the world, whatever the zone',
  'server/src/limits/counts.test.ts': 'what a full memory of counts takes',
  'test/conformance/sqlite-locked.test.ts': 'it moves the clock of its process',
  'server/src/store/sql/retry-while-busy.test.ts': 'it moves the clock of its process',
  'test/security/socket-limits.test.ts': 'it moves the clock of its process',
}

const files = ['test', 'server/src', 'sdk/src', 'reception/src'].flatMap(folder => {
  const all = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  const tests = all.filter(name => (folder === 'test' ? /\.ts$/ : /\.test\.ts$/).test(name))
  return tests.map(name => join(folder, name))
})
for (const file of files.filter(name => allowed[name] === undefined)) {
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const found = [...clocks, ...waits].map(pattern => pattern.exec(line)?.[0]).find(Boolean)
    if (found === undefined) continue
    console.error(`${file}:${index + 1} a test never looks at the clock: ${found}`)
    process.exitCode = 1
  }
}
for (const file of Object.keys(allowed).filter(name => !files.includes(name))) {
  console.error(`scripts/check-tests.ts allows ${file}, which is not there`)
  process.exitCode = 1
}
for (const file of slowTests.filter(name => !files.includes(name))) {
  console.error(`scripts/slow-tests.ts names ${file}, which is not there`)
  process.exitCode = 1
}
