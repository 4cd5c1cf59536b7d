// Debian's packages for tests and pictures: they drive a real browser, read QR codes with an independent
// reader, start Redis and Postgres servers of their own, put TLS before gates, and run what the documents
// say. Chromium draws Korean with a font of the system wherever a page's own is not there yet.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'

const answers = (command, question = '--version') =>
  spawnSync(command, [question], { stdio: 'ignore' }).status === 0

/** Debian keeps the server's programs out of PATH, one folder a version. */
function hasPostgres() {
  const folder = '/usr/lib/postgresql'
  if (!existsSync(folder)) return false
  return readdirSync(folder).some(version => existsSync(`${folder}/${version}/bin/initdb`))
}

/** @param pattern of Fontconfig: what the font must be able to draw. */
const hasFontFor = pattern =>
  spawnSync('fc-list', [`:${pattern}`, 'family'], { encoding: 'utf8' }).stdout?.trim() > ''

const wanted = [
  { package: 'chromium', has: () => answers('chromium') },
  { package: 'openssl', has: () => answers('openssl', 'version') },
  { package: 'zbar-tools', has: () => answers('zbarimg') },
  { package: 'redis-server', has: () => answers('redis-server') },
  { package: 'postgresql', has: hasPostgres },
  { package: 'python3', has: () => answers('python3') },
]

/** What docs/deploy.md is carried out with. */
const forDeploy = [
  { package: 'nginx', has: () => answers('nginx', '-v') },
  { package: 'caddy', has: () => answers('caddy', 'version') },
  { package: 'sudo', has: () => answers('sudo') },
  { package: 'systemd', has: () => answers('systemd-analyze') },
  { package: 'iproute2', has: () => answers('ip', '-V') },
  { package: 'curl', has: () => answers('curl') },
]

/** Debian keeps it where only root looks. */
const hasPgBouncer = () => answers('pgbouncer') || existsSync('/usr/sbin/pgbouncer')

/** Without a font letters are drawn as boxes, without a pooler or clocks to set their tests are skipped; all else is as it should be. */
const lesser = [
  { package: 'pgbouncer', has: hasPgBouncer },
  { package: 'faketime', has: () => answers('faketime') },
  { package: 'fontconfig', has: () => answers('fc-list') },
  { package: 'fonts-noto-cjk', has: () => hasFontFor('lang=ko') },
  { package: 'fonts-noto-color-emoji', has: () => hasFontFor('charset=1f642') },
]

/**
 * @param {string} command which of ours needs it.
 * @returns {boolean} whether all is there; said where it is not.
 */
export function installSystem(command) {
  openNull()
  const isMissing = ({ has }) => !has()
  const nameOf = ({ package: name }) => name
  const more = command === 'test:deploy' ? forDeploy : []
  const needed = [...wanted, ...more]
  const missing = [...needed, ...lesser].filter(isMissing).map(nameOf)
  if (missing.length === 0) return true
  if (process.getuid?.() === 0 && install(missing)) return true
  const names = missing.join(' ')
  process.stderr.write(
    `This needs ${names}. Install them (Debian, Ubuntu: sudo apt-get install ${names}).\n`,
  )
  return !needed.some(isMissing)
}

function install(packages) {
  process.stderr.write(`Installing ${packages.join(' ')} with apt …\n`)
  const run = (...args) =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  const quiet = ['-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0']
  keepClustersAway()
  return run('update', '-q') && run('install', '-q', ...quiet, ...packages)
}

/** Postgres runs as a user of its own and writes there; some containers let nobody but root. */
function openNull() {
  const path = '/dev/null'
  if (process.getuid?.() !== 0 || !existsSync(path)) return
  const { mode } = statSync(path)
  if ((mode & 0o006) !== 0o006) chmodSync(path, 0o666)
}

/** Debian's package would make a database cluster and start it; the tests make their own. */
function keepClustersAway() {
  const folder = '/etc/postgresql-common/createcluster.d'
  if (hasPostgres() || existsSync('/etc/postgresql-common')) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/qrgate-tests.conf`, 'create_main_cluster = false\n')
}
