// The tests beside the code, in one process for all: most would take longer to start than to run. By its name it begins
// among the first: whoever takes that long and begins last is waited for.
import { globSync } from 'node:fs'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = ['sdk', 'server', 'reception'].map(house => `${house}/src/**/*.test.ts`)

// Where a test has taken the timers' place nothing else may keep the process.
const alive = setInterval(() => {}, 60_000)
after(() => clearInterval(alive))

for (const file of globSync(files, { cwd: root }).toSorted()) await import(`../${file}`)
