// Runs before `npm test`: the tests drive a real browser, read QR codes with an independent reader,
// start Redis and Postgres servers of their own, put TLS before gates, and run what the documents say.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'

const answers = (command, question = '--version') =>
  spawnSync(command, [question], { stdio: 'ignore' }).status === 0

/** Debian keeps the server's programs out of PATH, one folder a version. */
function hasPostgres() {
  const folder = '/usr/lib/postgresql'
  if (!existsSync(folder)) return false
  return readdirSync(folder).some(version => existsSync(`${folder}/${version}/bin/initdb`))
}

const wanted = [
  { package: 'chromium', has: () => answers('chromium') },
  { package: 'openssl', has: () => answers('openssl', 'version') },
  { package: 'zbar-tools', has: () => answers('zbarimg') },
  { package: 'redis-server', has: () => answers('redis-server') },
  { package: 'postgresql', has: hasPostgres },
  { package: 'python3', has: () => answers('python3') },
]

const missing = wanted.filter(({ has }) => !has()).map(({ package: name }) => name)

if (missing.length > 0) {
  const names = missing.join(' ')
  process.stderr.write(`Installing ${names} with apt …\n`)
  if (process.getuid?.() !== 0 || !install(missing)) {
    process.stderr.write(
      `The tests need ${names}. Install them (Debian, Ubuntu: sudo apt-get install ${names}).\n`,
    )
    process.exit(1)
  }
}

function install(packages) {
  const run = (...args) =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  const quiet = ['-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0']
  keepClustersAway()
  return run('update', '-q') && run('install', '-q', ...quiet, ...packages)
}

/** Debian's package would make a database cluster and start it; the tests make their own. */
function keepClustersAway() {
  const folder = '/etc/postgresql-common/createcluster.d'
  if (hasPostgres() || existsSync('/etc/postgresql-common')) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/qrgate-tests.conf`, 'create_main_cluster = false\n')
}
