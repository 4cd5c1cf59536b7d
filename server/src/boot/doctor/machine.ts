import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Config } from '../../config.ts'
import { settings } from '../../settings.ts'
import { lengthOf } from '../clock-steps.ts'
import { cannotListen, faultAt } from '../listening.ts'
import { requiredNode } from '../version.ts'
import { type Add, messageOf } from './finding.ts'

/** Looks at what the gate runs on, and as whom. */
export async function checkMachine(config: Config, add: Add): Promise<void> {
  checkNode(add)
  if (process.geteuid?.() === 0) {
    const words = 'this is root, who may read and write what the gate may not'
    add('warn', 'user', `${words}; run it as the gate's own user: sudo -u qrgate qrgate doctor`)
  }
  await checkHost(config, add)
  checkOpenFiles(config, add)
  checkThreads(add)
}

function checkNode(add: Add): void {
  const { node } = process.versions
  const isOld = node.localeCompare(requiredNode(), 'en', { numeric: true }) < 0
  if (isOld) add('fail', 'node', `this is Node ${node}; install ${requiredNode()} or newer`)
  else add('ok', 'node', node)
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    const words =
      'NODE_TLS_REJECT_UNAUTHORIZED is 0, so that anybody can pose as database or webhook'
    add('fail', 'node', `${words}; leave it out, and name your own CA by NODE_EXTRA_CA_CERTS`)
  }
}

/** Any port will do to see whether an address is this machine's: a running gate has its own. */
async function checkHost({ host }: Config, add: Add): Promise<void> {
  const fault = await faultAt({ host, port: 0 })
  if (fault) add('fail', 'listen', messageOf(cannotListen(fault, { host, port: 0 })))
}

/** Node itself has raised what may be open at once to what this user may have at most. */
function checkOpenFiles({ maxSockets }: Config, add: Add): void {
  const most = mostOpenFiles()
  if (most >= maxSockets + spare) return
  const words = `this user may have ${most} files and sockets open, and QRGATE_MAX_SOCKETS is ${maxSockets}`
  add('warn', 'files', `${words}; raise LimitNOFILE (systemd) or ulimit -n, or lower the setting`)
}

/** For phones, proxies, database and files, beside the kiosks' sockets. */
const spare = 500

function mostOpenFiles(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? []
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft)
  } catch {
    // Not on Linux.
    return Number.POSITIVE_INFINITY
  }
}

/** Node checks passwords on four threads at most, unless it is told otherwise before it starts. */
function checkThreads(add: Add): void {
  const cores = availableParallelism()
  if (cores <= 4 || process.env.UV_THREADPOOL_SIZE) return
  const words = `of ${cores} cores passwords are checked on three`
  add(
    'warn',
    'cores',
    `${words}; set UV_THREADPOOL_SIZE=${cores} in the gate's environment and here`,
  )
}

/** What visitors read, and nobody has chosen. */
export function checkSite({ site }: Config, add: Add): void {
  const examples = [
    { name: 'QRGATE_SITE_NAME', value: site.ko },
    { name: 'QRGATE_SITE_NAME_EN', value: site.en },
  ] as const
  for (const { name, value } of examples) {
    if (value !== settings[name].default) continue
    add('warn', 'site', `${name} is the example's, "${value}"; set it to the name of your place`)
  }
}

/** A container's clock is UTC, whose day begins in the middle of a morning in Seoul. */
export function checkTimeZone({ timeZone }: Config, add: Add): void {
  const isSet = Boolean(process.env.QRGATE_TIME_ZONE)
  if (isSet || !/^(etc\/)?(utc|gmt)$/i.test(timeZone)) add('ok', 'time', `zone ${timeZone}`)
  else add('warn', 'time', `the machine's zone is ${timeZone}; set QRGATE_TIME_ZONE`)
}

/** Whoever keeps the gate's lines elsewhere must get the checkpoints of its event log too. */
export function checkLogLevel({ logLevel }: Config, add: Add): void {
  // What a demo takes where nothing is set is none of serve's.
  if (!process.env.QRGATE_LOG_LEVEL || ['trace', 'debug', 'info'].includes(logLevel)) return
  const alarms = logLevel === 'warn' ? '' : ', and the alarm of many wrong passwords'
  const hidden = `what operators do and signed checkpoints${alarms}`
  add('warn', 'log', `QRGATE_LOG_LEVEL ${logLevel} hides ${hidden}`)
}

/** @param offset of this machine's clock from the database's, in milliseconds. */
export function checkClock(offset: number, add: Add): void {
  const ms = Math.round(Math.abs(offset))
  if (ms < 2_000) {
    add('ok', 'clock', `${ms} ms apart from the database's`)
    return
  }
  const words = `this machine's is ${lengthOf(ms)} ${offset > 0 ? 'behind' : 'ahead of'} the database's`
  add('warn', 'clock', `${words}, which the gate goes by; switch on NTP on both`)
}
