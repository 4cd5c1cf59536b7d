// Part of `npm run lint`: no test looks at the clock. What takes time is waited for
// (test/support/patience.ts), and how long it took is measured in bench/.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const tests = ['test/**/*.ts', 'server/src/**/*.test.ts', 'sdk/src/**/*.test.ts']
const clock =
  /\b(performance\.now|Date\.now|process\.hrtime|cpuUsage|memoryUsage|monitorEventLoopDelay|eventLoopUtilization)\b/

/** Files that need to know what time it is, and assert nothing on how long something took. */
const mayAsk: Record<string, string> = {
  'test/security/time.test.ts': "compares a JWT's times with the hour of the machine",
  'test/security/socket-limits.test.ts': 'moves the clock of the process on',
  'test/support/wrong-clock.ts': 'makes the clock of a process wrong',
}

for (const file of globSync(tests, { cwd: root })) {
  if (file in mayAsk) continue
  for (const [index, line] of readFileSync(root + file, 'utf8')
    .split('\n')
    .entries()) {
    const [found] = clock.exec(line) ?? []
    if (found === undefined) continue
    console.error(`${file}:${index + 1} looks at the clock: ${found}`)
    process.exitCode = 1
  }
}
