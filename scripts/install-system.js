// Runs before `npm test`: the tests drive a real browser and read QR codes with an independent reader.
import { spawnSync } from 'node:child_process'

const wanted = [
  { command: 'chromium', package: 'chromium' },
  { command: 'zbarimg', package: 'zbar-tools' },
]

const has = command => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
const missing = wanted.filter(({ command }) => !has(command)).map(({ package: name }) => name)

if (missing.length > 0) {
  const names = missing.join(' ')
  const run = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  process.stderr.write(`Installing ${names} with apt …\n`)
  const quiet = ['-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0']
  const root = process.getuid?.() === 0
  const installed =
    root &&
    run('update', '-q').status === 0 &&
    run('install', '-q', ...quiet, ...missing).status === 0
  if (!installed) {
    process.stderr.write(
      `The tests need ${names}. Install them (Debian, Ubuntu: sudo apt-get install ${names}).\n`,
    )
    process.exit(1)
  }
}
