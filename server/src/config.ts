import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { OperatorError } from './operator-error.ts'
import { defaultInterface, ownAddresses } from './own-addresses.ts'
import { reachOf } from './protocol/address-reach.ts'
import type { Rotation } from './protocol/frames.ts'
import type { HandOffTimings } from './protocol/hand-off.ts'
import { isGuessable } from './protocol/key-strength.ts'
import { openingHoursOf } from './protocol/opening-hours.ts'
import { passkeyDomain } from './protocol/passkey-domain.ts'
import type { Timings } from './protocol/sign-in-row.ts'
import { timeZoneOf } from './protocol/time-zone.ts'
import type { TryRules } from './protocol/try-rules.ts'
import { isShort, type Mode, readSettings, type Values } from './settings.ts'

export type { Mode }

/** Everything that an operator decides, read once at start. */
export type Config = ReturnType<typeof configOf> & ReturnType<typeof timesOf>

/** Names every setting that is missing or wrong, and says what would be right. */
export class WrongSettings extends OperatorError {
  /** Whether one is not there at all: perhaps it was looked for in the wrong place. */
  readonly isMissing: boolean

  constructor(faults: readonly string[], isMissing: boolean) {
    super(faults.join('\n'))
    this.isMissing = isMissing
  }
}

/** @throws WrongSettings */
export function readConfig(env: NodeJS.ProcessEnv, mode: Mode): Config {
  const wrong: string[] = []
  const values = readSettings(env, mode, fault => wrong.push(fault))
  // Where it stands in a file, what is wrong with that is said.
  const keyless = env.SECRET_KEY_FILE ? [] : withoutKey(values, mode)
  const faults = [
    ...keyless,
    ...wrong,
    ...guessableKeys(values, mode),
    ...deadHosts(values),
    ...otherDomain(values),
  ]
  const times = timesOf(values, fault => faults.push(fault))
  const isMissing = keyless.length > 0 || (mode === 'serve' && !env.PUBLIC_URL)
  if (faults.length > 0) throw new WrongSettings(faults, isMissing)
  return { ...configOf(values, mode), ...times }
}

/** A demo makes its key itself, but not where somebody has begun to say which keys there are. */
function withoutKey({ SECRET_KEY, SECRET_KEYS_ACCEPTED }: Values, mode: Mode): string[] {
  if (SECRET_KEY !== '') return []
  if (SECRET_KEYS_ACCEPTED.length > 0) {
    return ['SECRET_KEY is missing; SECRET_KEYS_ACCEPTED are never used to sign.']
  }
  return mode === 'demo' ? [] : ['SECRET_KEY is missing; make one with: openssl rand -base64 48']
}

/** What a demo signs is worth nothing. */
function guessableKeys({ SECRET_KEY, SECRET_KEYS_ACCEPTED }: Values, mode: Mode): string[] {
  if (mode === 'demo') return []
  const keys = { SECRET_KEY: [SECRET_KEY], SECRET_KEYS_ACCEPTED }
  const isWeak = (key: string) => !isShort(key) && isGuessable(key)
  const weak = Object.entries(keys).filter(([, keys]) => keys.some(isWeak))
  return weak.map(([name]) => {
    const why = `${name} can be guessed: it repeats itself, counts up or is an example's`
    return `${why}; make one with: openssl rand -base64 48`
  })
}

/** Listing an address does not make it one that webhooks may go to. */
function deadHosts({ QRGATE_WEBHOOK_HOSTS }: Values): string[] {
  const addressOf = (host: string) => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  const isDead = (address: string) => isIP(address) > 0 && reachOf(address) === 'never'
  const dead = QRGATE_WEBHOOK_HOSTS.filter(host => isDead(addressOf(host)))
  return dead.map(host => {
    const why = 'is link-local, reserved or no single machine; no webhook ever goes there'
    return `QRGATE_WEBHOOK_HOSTS: ${host} ${why}.`
  })
}

/** A browser makes passkeys for the host of a page, or for a domain above it, and for no other. */
function otherDomain({ QRGATE_PASSKEY_DOMAIN: domain, PUBLIC_URL }: Values): string[] {
  if (domain === '' || PUBLIC_URL === undefined) return []
  const { hostname } = new URL(PUBLIC_URL)
  if (hostname === domain || hostname.endsWith(`.${domain}`)) return []
  const right = `it must be ${hostname} or a domain above it`
  return [`QRGATE_PASSKEY_DOMAIN is ${domain}, but ${right}, as PUBLIC_URL is ${PUBLIC_URL}.`]
}

/** What time it is at the place, and when it is open. */
function timesOf(values: Values, refuse: (fault: string) => void) {
  const { QRGATE_TIME_ZONE: zone, QRGATE_OPENING_HOURS: hours } = values
  return {
    /** IANA. */
    timeZone: timeZoneOf(zone, fault => refuse(`QRGATE_TIME_ZONE ${fault}`)),
    /** None: always open. */
    openingHours: openingHoursOf(hours, fault => refuse(`QRGATE_OPENING_HOURS ${fault}`)),
  }
}

function configOf(values: Values, mode: Mode) {
  const timings = {
    pending: values.QRGATE_PENDING_SECONDS,
    scanned: values.QRGATE_SCANNED_SECONDS,
    approved: values.QRGATE_APPROVED_SECONDS,
    claimAgain: values.QRGATE_CLAIM_AGAIN_SECONDS,
    visit: values.QRGATE_VISIT_SECONDS,
  } satisfies Timings
  const handOffTimings = {
    asking: values.QRGATE_HAND_OFF_SECONDS,
    life: 12 * 3_600_000,
  } satisfies HandOffTimings
  const { pending, scanned, approved, visit } = timings
  const { HOST: host, PORT: port, QRGATE_DATA_DIR: dataDir } = values
  const [publicUrl, ...otherUrls] =
    values.PUBLIC_URL === undefined ? reachableUrls(host, port) : [values.PUBLIC_URL]
  return {
    mode,
    host,
    port,
    /**
     * Scheme, host and port under which phones and kiosks reach the gate; no path. As an origin:
     * browsers leave the port of http out where it is 80.
     */
    publicUrl,
    /** The rpId of passkeys; null where browsers make none. */
    passkeyDomain: passkeyDomain(publicUrl, values.QRGATE_PASSKEY_DOMAIN),
    /** This machine's other addresses, where it was left to us which one it is. */
    otherUrls,
    /** The current key first; in demo mode it may still be missing and is then made. */
    secretKeys: [values.SECRET_KEY, ...values.SECRET_KEYS_ACCEPTED].filter(Boolean),
    databaseUrl: values.DATABASE_URL || `sqlite:${dataDir}/qrgate.sqlite`,
    /** Empty for a single node, whose bus is a map. */
    redisUrl: values.REDIS_URL,
    dataDir,
    /** Whether the seed's routes answer; in serve mode they let anybody start. */
    seedApi: values.QRGATE_SEED_API === '1',
    /** Addresses and CIDR ranges whose forwarding headers count. */
    trustedProxies: values.QRGATE_TRUSTED_PROXIES,
    /** `host:port` where webhooks may also go by http or to a private address. */
    webhookHosts: values.QRGATE_WEBHOOK_HOSTS,
    site: { ko: values.QRGATE_SITE_NAME, en: values.QRGATE_SITE_NAME_EN },
    /** Who may add an account on the phone. */
    registration: values.QRGATE_REGISTRATION,
    /** What whoever signs up is told until an operator changes it; an empty text says nothing. */
    signUpNotice: {
      purpose: {
        ko: values.QRGATE_SIGN_UP_PURPOSE,
        en: values.QRGATE_SIGN_UP_PURPOSE_EN,
      },
      consent: {
        ko: values.QRGATE_SIGN_UP_CONSENT || values.QRGATE_SIGN_UP_CONSENT_EN,
        en: values.QRGATE_SIGN_UP_CONSENT_EN || values.QRGATE_SIGN_UP_CONSENT,
      },
      privacyUrl: values.QRGATE_PRIVACY_URL,
    },
    /** Origins whose pages may call the API; `*` for any, always without credentials. */
    allowedOrigins: values.QRGATE_ALLOWED_ORIGINS,
    logLevel: values.QRGATE_LOG_LEVEL,
    logLife: {
      days: values.QRGATE_LOG_DAYS,
      visitDays: values.QRGATE_LOG_VISIT_DAYS,
    },
    /** Milliseconds. */
    longestHashWait: values.QRGATE_HASH_WAIT_SECONDS,
    tryRules: {
      perSignIn: values.QRGATE_TRIES_PER_SIGN_IN,
      signInLife: (pending + scanned + approved + visit) / 1000,
      window: values.QRGATE_FAILURES_SECONDS,
      perAccount: values.QRGATE_FAILURES_PER_ACCOUNT,
      perAccountAndDay: values.QRGATE_FAILURES_PER_ACCOUNT_DAY,
      perNetwork: values.QRGATE_FAILURES_PER_NETWORK,
    } satisfies TryRules,
    maxSockets: values.QRGATE_MAX_SOCKETS,
    timings,
    handOffTimings,
    rotation: {
      every: values.QRGATE_FRAME_SECONDS,
      acceptedLate: values.QRGATE_FRAME_ACCEPTED_SECONDS,
      acceptedEarly: values.QRGATE_FRAME_SECONDS,
    } satisfies Rotation,
  }
}

/**
 * Where a gate that listens at `host` may be reached, the best first: the host itself where it is a
 * single address.
 */
function reachableUrls(host: string, port: number): [string, ...string[]] {
  const urlOf = (name: string) =>
    new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}`).origin
  if (host !== '0.0.0.0' && host !== '::') return [urlOf(host)]
  const interfaces = networkInterfaces()
  const route = defaultInterface(interfaces)
  const [first = '127.0.0.1', ...more] = ownAddresses(interfaces, route, host === '::')
  return [urlOf(first), ...more.map(urlOf)]
}
