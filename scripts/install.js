// Runs before `npm start`, `npm test` and `npm run lint`: brings node_modules up to the lock file.
// Plain JavaScript, because the Node that runs it may be older than the one the project installs.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function modifiedAt(path) {
  return statSync(`${root}${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function requireNode(version, wanted) {
  const [major, minor] = version.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  process.stderr.write(`QRGate needs Node ${wanted} or newer; this is Node ${version}.\n`)
  process.exit(1)
}

requireNode(process.versions.node, '20.19')

if (modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json')) {
  process.stderr.write('Installing packages (once, some seconds) …\n')
  // npm puts node_modules/.bin first in PATH. That folder is about to be replaced, the node in it too.
  const path = (process.env.PATH ?? '').split(delimiter)
  const { status } = spawnSync('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      PATH: path.filter(folder => !folder.includes('node_modules')).join(delimiter),
    },
  })
  if (status !== 0) {
    process.stderr.write('`npm ci` failed; its messages stand above.\n')
    process.exit(status ?? 1)
  }
}

// The optional dependency brings Node 24 on common platforms; elsewhere the machine's own must do.
const bundled = spawnSync(`${root}node_modules/.bin/node`, ['--version'], { encoding: 'utf8' })
requireNode(bundled.status === 0 ? bundled.stdout.slice(1).trim() : process.versions.node, '24.15')
