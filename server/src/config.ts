import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Localized } from '@qrgate/sdk/protocol'
import type { FailureRules } from './limits/failure-limits.ts'
import { OperatorError } from './operator-error.ts'
import type { Rotation } from './protocol/frames.ts'
import type { Timings } from './protocol/sign-in.ts'
import { type Setting, type SettingName, settings } from './settings.ts'

export type Mode = 'demo' | 'serve'

/** Everything that an operator decides, read once at start. */
export interface Config {
  mode: Mode
  host: string
  port: number
  /** Scheme, host and port under which phones and kiosks reach the gate; no path. */
  publicUrl: string
  /** The current key first; in demo mode it may still be missing and is then made. */
  secretKeys: readonly string[]
  databaseUrl: string
  /** Empty for a single node, whose bus is a map. */
  redisUrl: string
  dataDir: string
  /** Whether the seed's routes answer; in serve mode they let anybody start. */
  seedApi: boolean
  /** Addresses and CIDR ranges whose forwarding headers count. */
  trustedProxies: readonly string[]
  site: Localized
  registration: boolean
  /** Origins whose pages may call the API; `*` for any, always without credentials. */
  allowedOrigins: readonly string[]
  logLevel: string
  hashQueue: number
  failureRules: FailureRules
  maxSockets: number
  timings: Timings
  rotation: Rotation
}

/** @throws OperatorError naming every setting that is missing or wrong, and what would be right. */
export function readConfig(env: NodeJS.ProcessEnv, mode: Mode): Config {
  const demo = mode === 'demo'
  const faults: string[] = []
  const text = (name: SettingName) => env[name] || settings[name].default
  const number = (name: SettingName) => {
    const { least = 0, most = Number.MAX_SAFE_INTEGER }: Setting = settings[name]
    const value = Number(text(name))
    if (Number.isInteger(value) && value >= least && value <= most) return value
    faults.push(`${name} must be a whole number from ${least} to ${most}, not "${text(name)}".`)
    return least
  }
  const list = (name: SettingName) =>
    text(name)
      .split(',')
      .map(part => part.trim())
      .filter(Boolean)
  const seconds = (name: SettingName) => number(name) * 1000
  const choice = <T extends string>(name: SettingName, preset: T, ...values: T[]) => {
    const value = text(name) || preset
    const chosen = [preset, ...values].find(known => known === value)
    if (chosen === undefined) {
      const all = [...new Set([preset, ...values])].join(', ')
      faults.push(`${name} must be one of ${all}, not "${value}".`)
    }
    return chosen ?? preset
  }

  const host = text('HOST')
  const port = number('PORT')
  const dataDir = text('QRGATE_DATA_DIR')
  const secretKey = text('SECRET_KEY')
  const acceptedKeys = list('SECRET_KEYS_ACCEPTED')
  const publicUrl = readOrigin(text('PUBLIC_URL'))
  const trustedProxies = list('QRGATE_TRUSTED_PROXIES')
  const origins = list('QRGATE_ALLOWED_ORIGINS')
  const short = (key: string) => Buffer.byteLength(key) < shortestKey
  if (secretKey !== '' && short(secretKey)) {
    faults.push(`SECRET_KEY must have at least ${shortestKey} bytes.`)
  }
  if (secretKey.includes(',')) {
    faults.push('SECRET_KEY must not hold a comma, or it could not move to SECRET_KEYS_ACCEPTED.')
  }
  if (acceptedKeys.some(short)) {
    faults.push(`SECRET_KEYS_ACCEPTED: each key must have at least ${shortestKey} bytes.`)
  }
  if (secretKey === '' && acceptedKeys.length > 0) {
    faults.push('SECRET_KEY is missing; SECRET_KEYS_ACCEPTED are never used to sign.')
  } else if (secretKey === '' && !demo) {
    faults.push('SECRET_KEY is missing; make one with: openssl rand -base64 48')
  }
  if (text('PUBLIC_URL') !== '' && !publicUrl) {
    faults.push(`PUBLIC_URL must be like https://gate.example.org, not "${text('PUBLIC_URL')}".`)
  } else if (!demo && !publicUrl?.startsWith('https:')) {
    faults.push('PUBLIC_URL must be the https address under which phones reach this gate.')
  }
  for (const origin of origins.filter(text => text !== '*' && readOrigin(text) !== text)) {
    faults.push(`QRGATE_ALLOWED_ORIGINS must be like https://www.example.org, not "${origin}".`)
  }

  for (const name of ['DATABASE_URL', 'REDIS_URL'] as const) {
    const plain = text(name) === '' || text(name).startsWith('sqlite:') || URL.canParse(text(name))
    // Without the value: it may hold a password.
    if (!plain) faults.push(`${name} is no URL; write special characters of its password as %XX.`)
  }
  for (const part of trustedProxies.filter(range => !isIP(range.split('/')[0] ?? ''))) {
    faults.push(`QRGATE_TRUSTED_PROXIES takes addresses and CIDR ranges, not "${part}".`)
  }

  const config: Config = {
    mode,
    host,
    port,
    // As an origin: browsers leave the port of http out where it is 80.
    publicUrl: publicUrl ?? new URL(`http://${reachableHost(host)}:${port}`).origin,
    secretKeys: [secretKey, ...acceptedKeys].filter(Boolean),
    databaseUrl: text('DATABASE_URL') || `sqlite:${dataDir}/qrgate.sqlite`,
    redisUrl: text('REDIS_URL'),
    dataDir,
    seedApi: choice('QRGATE_SEED_API', demo ? '1' : '0', '0', '1') === '1',
    trustedProxies,
    site: { ko: text('QRGATE_SITE_NAME'), en: text('QRGATE_SITE_NAME_EN') },
    registration:
      choice('QRGATE_REGISTRATION', demo ? 'open' : 'closed', 'open', 'closed') === 'open',
    allowedOrigins: demo && origins.length === 0 ? ['*'] : origins,
    // Whoever tries a demo at a terminal wants to read its addresses, not a line for each request.
    logLevel: choice('QRGATE_LOG_LEVEL', demo ? 'warn' : 'info', ...logLevels),
    hashQueue: number('QRGATE_HASH_QUEUE'),
    failureRules: {
      window: Math.round(number('QRGATE_FAILURES_SECONDS')),
      perAccount: number('QRGATE_FAILURES_PER_ACCOUNT'),
      perAccountAndDay: number('QRGATE_FAILURES_PER_ACCOUNT_DAY'),
      perNetwork: number('QRGATE_FAILURES_PER_NETWORK'),
    },
    maxSockets: number('QRGATE_MAX_SOCKETS'),
    timings: {
      pending: seconds('QRGATE_PENDING_SECONDS'),
      scanned: seconds('QRGATE_SCANNED_SECONDS'),
      approved: seconds('QRGATE_APPROVED_SECONDS'),
      claimAgain: seconds('QRGATE_CLAIM_AGAIN_SECONDS'),
      visit: seconds('QRGATE_VISIT_SECONDS'),
    },
    rotation: {
      every: seconds('QRGATE_FRAME_SECONDS'),
      acceptedLate: seconds('QRGATE_FRAME_ACCEPTED_SECONDS'),
      acceptedEarly: seconds('QRGATE_FRAME_SECONDS'),
    },
  }
  if (faults.length > 0) throw new OperatorError(faults.join('\n'))
  return config
}

const shortestKey = 32
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** The origin, or undefined for anything that is more or less than one. */
function readOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/'
  return plain && !url.search && !url.hash && !url.username ? url.origin : undefined
}

/** The address to print and to put into QR codes: the host itself where it is a single address. */
function reachableHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
