// Stands in for systemd where it does not run: `systemctl` as docs/deploy.md uses it. It has systemd's own
// checker read the units, and starts a service as its unit says: command, user, folder, environment, umask,
// state folders, capabilities. Walls that only systemd builds (`ProtectSystem` …) it does not build.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { readUnit, type Unit, wordsOf } from './unit-file.ts'

const own = '/etc/systemd/system'
const running = '/run/stand-in'
const [, , verb = '', ...rest] = process.argv
const names = rest.filter(word => !word.startsWith('--'))

if (verb === 'daemon-reload') {
  const units = readdirSync(own).filter(file => /^qrgate.*\.(service|timer)$/.test(file))
  // Of the units of others it knows more than can be mended here.
  const isThere = units.filter(file => file !== 'qrgate-reception.service')
  const paths = isThere.map(file => `${own}/${file}`)
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
    encoding: 'utf8',
  })
  if (/qrgate/.test(stderr)) fail(stderr)
} else if (['enable', 'restart', 'reload-or-restart', 'start', 'stop'].includes(verb)) {
  for (const name of names) act(name.includes('.') ? name : `${name}.service`)
} else fail(`the stand-in for systemctl does not know ${verb}`)

function act(name: string): void {
  if (name.endsWith('.timer')) {
    if (!existsSync(`${own}/${name}`)) fail(`there is no ${name}`)
    // Its time has come.
    start(name.replace('.timer', '.service'))
    return
  }
  stop(name)
  if (verb !== 'stop') start(name)
}

function unitOf(name: string): Unit {
  const path = [own, '/lib/systemd/system'].map(folder => `${folder}/${name}`).find(existsSync)
  if (path === undefined) fail(`there is no ${name}`)
  const folder = `${own}/${name}.d`
  const dropped = existsSync(folder) ? readdirSync(folder).map(file => `${folder}/${file}`) : []
  return readUnit(...[path, ...dropped.sort()].map(file => readFileSync(file, 'utf8')))
}

function start(name: string): void {
  const unit = unitOf(name)
  const one = (key: string, usual = '') => unit.get(key)?.at(-1) ?? usual
  const [user, group] = [one('User', 'root'), one('Group', one('User', 'root'))]
  const id = (option: string) => Number(execFileSync('id', [option, user], { encoding: 'utf8' }))
  for (const state of (unit.get('StateDirectory') ?? []).flatMap(wordsOf)) {
    const path = `/var/lib/${state}`
    mkdirSync(path, { recursive: true })
    chownSync(path, id('-u'), id('-g'))
    chmodSync(path, Number.parseInt(one('StateDirectoryMode', '0755'), 8))
  }
  const env = Object.fromEntries(
    (unit.get('Environment') ?? []).flatMap(wordsOf).map(word => word.split(/=(.*)/s)),
  )
  const kept = (unit.get('AmbientCapabilities') ?? []).map(
    word => `+${word.replace('CAP_', '').toLowerCase()}`,
  )
  const asUser = ['--reuid', user, '--regid', group, '--init-groups']
  const privileges =
    kept.length > 0 ? ['--inh-caps', kept.join(), '--ambient-caps', kept.join()] : []
  const shell = `umask ${one('UMask', '0022')}; cd ${one('WorkingDirectory', '/')}; exec "$@"`
  const words = [
    ...['setpriv', ...asUser, ...privileges],
    ...(one('NoNewPrivileges') === 'yes' ? ['--no-new-privs', '--bounding-set=-all'] : []),
    ...['sh', '-c', shell, 'sh', ...wordsOf(one('ExecStart'))],
  ]
  mkdirSync(running, { recursive: true })
  const log = openSync(`/var/log/${name}.log`, 'a')
  const options = {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', ...env },
    stdio: ['ignore', log, log] as ['ignore', number, number],
  }
  if (['oneshot', 'forking'].includes(one('Type'))) {
    const { status } = spawnSync(words[0] ?? '', words.slice(1), options)
    if (status !== 0)
      fail(`${name} has failed (${status}): ${readFileSync(`/var/log/${name}.log`, 'utf8')}`)
    const pidFile = one('PIDFile')
    // nginx writes it a moment after it has gone into the background.
    while (pidFile && !readIfThere(pidFile)) spawnSync('sleep', ['0.1'])
    if (pidFile) writeFileSync(`${running}/${name}`, readFileSync(pidFile, 'utf8'))
  } else {
    const child = spawn(words[0] ?? '', words.slice(1), { ...options, detached: true })
    writeFileSync(`${running}/${name}`, `${child.pid}`)
    child.unref()
  }
  closeSync(log)
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function stop(name: string): void {
  const file = `${running}/${name}`
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8'))
  if (!(pid > 1)) fail(`${name} has no process`)
  // One that nobody has buried does nothing any more.
  const isAlive = () => /^State:\s[^ZX]/m.test(readIfThere(`/proc/${pid}/status`))
  spawnSync('kill', [`${pid}`], { stdio: 'ignore' })
  while (isAlive()) spawnSync('sleep', ['0.1'])
}

function fail(words: string): never {
  process.stderr.write(`${words}\n`)
  process.exit(1)
}
