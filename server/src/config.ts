import { networkInterfaces } from 'node:os'
import type { Localized } from '@qrgate/sdk/protocol'
import { type Setting, type SettingName, settings } from './settings.ts'
import type { Rotation } from './signin/frames.ts'
import type { Timings } from './signin/sign-in.ts'

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
  dataDir: string
  site: Localized
  registration: boolean
  /** Origins whose pages may call the API; `*` for any, always without credentials. */
  allowedOrigins: readonly string[]
  logLevel: string
  hashQueue: number
  maxSockets: number
  timings: Timings
  rotation: Rotation
}

/** A setting is missing or wrong; the message names it and says what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const logLevels = new Set(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])

export function readConfig(env: NodeJS.ProcessEnv, mode: Mode): Config {
  const text = (name: SettingName) => env[name] || settings[name].default
  const number = (name: SettingName) => {
    const { least = 0, most = Number.MAX_SAFE_INTEGER }: Setting = settings[name]
    const value = Number(text(name))
    if (Number.isInteger(value) && value >= least && value <= most) return value
    const range = `a whole number from ${least} to ${most}`
    throw new ConfigError(`${name} must be ${range}, not "${text(name)}".`)
  }
  const list = (name: SettingName) =>
    text(name)
      .split(',')
      .map(part => part.trim())
      .filter(Boolean)
  const seconds = (name: SettingName) => number(name) * 1000

  const host = text('HOST')
  const port = number('PORT')
  const dataDir = text('QRGATE_DATA_DIR')
  const secretKey = text('SECRET_KEY')
  const acceptedKeys = list('SECRET_KEYS_ACCEPTED')
  const short = (key: string) => Buffer.byteLength(key) < 32
  if (secretKey !== '' && short(secretKey)) {
    throw new ConfigError('SECRET_KEY must have at least 32 bytes.')
  }
  if (acceptedKeys.some(short)) {
    throw new ConfigError('SECRET_KEYS_ACCEPTED: each key must have at least 32 bytes.')
  }
  if (secretKey === '' && acceptedKeys.length > 0) {
    throw new ConfigError('SECRET_KEY is missing; SECRET_KEYS_ACCEPTED are never used to sign.')
  }
  const logLevel = text('QRGATE_LOG_LEVEL')
  if (!logLevels.has(logLevel)) {
    throw new ConfigError(`QRGATE_LOG_LEVEL must be one of ${[...logLevels].join(', ')}.`)
  }
  const registration = text('QRGATE_REGISTRATION') || (mode === 'demo' ? 'open' : 'closed')
  if (registration !== 'open' && registration !== 'closed') {
    throw new ConfigError('QRGATE_REGISTRATION must be "open" or "closed".')
  }

  return {
    mode,
    host,
    port,
    publicUrl: readOrigin(text('PUBLIC_URL')) ?? `http://${reachableHost(host)}:${port}`,
    secretKeys: [secretKey, ...acceptedKeys].filter(Boolean),
    databaseUrl: text('DATABASE_URL') || `sqlite:${dataDir}/qrgate.sqlite`,
    dataDir,
    site: { ko: text('QRGATE_SITE_NAME'), en: text('QRGATE_SITE_NAME_EN') },
    registration: registration === 'open',
    allowedOrigins:
      mode === 'demo' && !env.QRGATE_ALLOWED_ORIGINS
        ? ['*']
        : list('QRGATE_ALLOWED_ORIGINS').map(requireOrigin),
    logLevel,
    hashQueue: number('QRGATE_HASH_QUEUE'),
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
}

function requireOrigin(text: string): string {
  if (text === '*' || URL.parse(text)?.origin === text) return text
  throw new ConfigError(
    `QRGATE_ALLOWED_ORIGINS must be like https://www.example.org, not "${text}".`,
  )
}

function readOrigin(text: string): string | undefined {
  if (text === '') return undefined
  const url = URL.parse(text)
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search
  if (!plain || url.username || url.hash) {
    throw new ConfigError(`PUBLIC_URL must be like https://gate.example.org, not "${text}".`)
  }
  return url.origin
}

/** The address to print and to put into QR codes: the host itself where it is a single address. */
function reachableHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host
  const all = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
