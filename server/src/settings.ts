import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Mode = 'demo' | 'serve'

/** One line of the table of settings: an environment variable. */
export interface Setting<Value = unknown> extends Kind<Value> {
  /** Its text where the variable is missing or empty. */
  default: string
  /** What it is for, for docs/config.md and `.env.example`. */
  about: string
}

/** How a text becomes a value, and which texts do not. */
interface Kind<Value> {
  least?: number
  most?: number
  /** @returns something of the right type even after refusing, so that all faults are found at once. */
  read(text: string, reading: Reading): Value
}

interface Reading {
  name: string
  mode: Mode
  /** Told in a sentence what is wrong and what would be right. */
  refuse(fault: string): void
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** The one table of settings; everything that knows a setting's name or default reads it here. */
export const settings = {
  HOST: { default: '0.0.0.0', about: 'Address to listen on.', ...listenHost() },
  PORT: { default: '8080', about: 'Port. Unset, a demo takes a free one.', ...integer(1, 65_535) },
  PUBLIC_URL: {
    default: '',
    about:
      'How phones and kiosks reach the gate. In demo mode: the address of the default route, or in the LAN.',
    ...publicOrigin(),
  },
  SECRET_KEY: {
    default: '',
    about:
      'At least 32 random bytes that nobody can guess. In demo mode: made at the first start and kept.',
    ...secretKey(),
  },
  SECRET_KEYS_ACCEPTED: {
    default: '',
    about: 'Further keys, by commas, older or next: accepted, never used to sign.',
    ...acceptedKeys(),
  },
  DATABASE_URL: {
    default: '',
    about: '`sqlite:PATH` or `postgres://…`. Default: qrgate.sqlite in the data folder.',
    ...address(),
  },
  REDIS_URL: {
    default: '',
    about: '`redis://…`, so that several nodes tell each other at once. Default: one node alone.',
    ...address(),
  },
  QRGATE_DATA_DIR: {
    default: 'data',
    about: 'The folder for what the gate itself must keep.',
    ...text(),
  },
  QRGATE_SITE_NAME: {
    default: '서울내과의원',
    about: 'The name of the place, in Korean.',
    ...text(),
  },
  QRGATE_SITE_NAME_EN: {
    default: 'Seoul Clinic',
    about: 'The name of the place, in English.',
    ...text(),
  },
  QRGATE_TIME_ZONE: {
    default: '',
    about: 'The IANA time zone of the place, like Asia/Seoul. Default: that of this machine.',
    ...text(),
  },
  QRGATE_OPENING_HOURS: {
    default: '',
    about:
      'When the place is open, like `Mon-Fri 09:00-12:30 13:30-18:00, Sat 09:00-13:00`. Default: always.',
    ...text(),
  },
  QRGATE_REGISTRATION: {
    default: '',
    about: '`open` or `closed`: sign-up on the phone. Open in demo mode, else closed.',
    ...choice({ demo: 'open', serve: 'closed' }, 'open', 'closed'),
  },
  QRGATE_ALLOWED_ORIGINS: {
    default: '',
    about: 'Origins whose pages may call the API, by commas. In demo mode: any.',
    ...origins({ demo: ['*'], serve: [] }),
  },
  QRGATE_TRUSTED_PROXIES: {
    default: '',
    about: 'Addresses or CIDR ranges, by commas, of proxies whose X-Forwarded-For is believed.',
    ...networks(),
  },
  QRGATE_WEBHOOK_HOSTS: {
    default: '',
    about:
      'Each `host:port`, by commas, where webhooks may also go by http or to a private address. Without it: public https only.',
    ...hosts(),
  },
  QRGATE_SEED_API: {
    default: '',
    about: '`1` opens the seed API in serve mode, where anybody may then start a sign-in.',
    ...choice({ demo: '1', serve: '0' }, '0', '1'),
  },
  QRGATE_LOG_LEVEL: {
    default: '',
    // Whoever tries a demo at a terminal wants to read its addresses, not a line for each request.
    about: 'fatal, error, warn, info, debug, trace or silent. In demo mode warn, else info.',
    ...choice({ demo: 'warn', serve: 'info' }, ...logLevels),
  },
  QRGATE_LOG_DAYS: {
    default: '800',
    about: 'How long the event log is kept, in days.',
    ...integer(365, 36_500),
  },
  QRGATE_LOG_VISIT_DAYS: {
    default: '90',
    about: "After how many days visitors' events in it are erased; digests and seals stay.",
    // What goes with its segment could not stay for longer.
    ...integer(1, 365),
  },
  QRGATE_HASH_WAIT_SECONDS: {
    default: '3',
    about:
      'The longest wait for a password check; whoever would wait longer is asked to try again.',
    ...seconds(1, 10),
  },
  QRGATE_TRIES_PER_SIGN_IN: {
    default: '10',
    about: 'How often somebody may try to sign in for one scan; then the kiosk shows a new QR.',
    ...integer(1, 1_000_000),
  },
  QRGATE_FAILURES_PER_ACCOUNT: {
    default: '10',
    about: 'Wrong passwords for one account from one network in one window; then it waits there.',
    ...integer(1, 1_000),
  },
  QRGATE_FAILURES_PER_ACCOUNT_DAY: {
    default: '100',
    about:
      'Wrong passwords for one account in 24 hours; two fifths are kept for where it signed in lately, and as much as three tenths more for first tries at enrolled kiosks.',
    ...integer(1, 100_000),
  },
  QRGATE_FAILURES_PER_NETWORK: {
    default: '300',
    about:
      'Wrong passwords at one enrolled kiosk, or from one network where anybody may start, in one window; then the first try of each scan is looked at there, or one try in 3 s.',
    ...integer(1, 1_000_000),
  },
  QRGATE_FAILURES_SECONDS: {
    default: '900',
    about: 'How long the window for counting wrong passwords is.',
    ...integer(1, 86_400),
  },
  QRGATE_MAX_SOCKETS: {
    default: '20000',
    about:
      'Kiosk sockets at once on this node. A fifth is kept for enrolled screens; one network holds five eighths at most, and an eighth where nothing is watched.',
    ...integer(1, 1_000_000),
  },
  QRGATE_PENDING_SECONDS: {
    default: '300',
    about: 'How long a QR waits for its scan; also the life of the JWT.',
    ...seconds(1, 3_600),
  },
  QRGATE_SCANNED_SECONDS: {
    default: '180',
    about: 'How long a visitor may take to sign in.',
    ...seconds(1, 3_600),
  },
  QRGATE_APPROVED_SECONDS: {
    default: '120',
    about: 'How long an approval waits for its kiosk.',
    ...seconds(1, 3_600),
  },
  QRGATE_CLAIM_AGAIN_SECONDS: {
    default: '120',
    about: 'How long the same kiosk may repeat its claim.',
    ...seconds(1, 3_600),
  },
  QRGATE_VISIT_SECONDS: {
    default: '600',
    about: 'The longest visit after a claim.',
    ...seconds(1, 86_400),
  },
  QRGATE_HAND_OFF_SECONDS: {
    default: '600',
    about: 'How long a client is asked for a visitor’s number before staff must help.',
    ...seconds(1, 3_600),
  },
  QRGATE_FRAME_SECONDS: {
    default: '3',
    about: 'How often the QR changes.',
    ...seconds(1, 30),
  },
  QRGATE_FRAME_ACCEPTED_SECONDS: {
    default: '30',
    about: 'How old a QR may be when it is scanned.',
    // Whoever scans a late one has the rest of a receipt's minute to open the page.
    ...seconds(12, 45),
  },
} satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

/** The value of each setting. */
export type Values = { [Name in SettingName]: ReturnType<(typeof settings)[Name]['read']> }

/** @param refuse told of each text that is wrong; then the values must not be used. */
export function readSettings(
  env: NodeJS.ProcessEnv,
  mode: Mode,
  refuse: (fault: string) => void,
): Values {
  const rows: [string, Setting][] = Object.entries(settings)
  const values = rows.map(([name, { default: preset, read }]) => {
    return [name, read(env[name] || preset, { name, mode, refuse })]
  })
  // No type follows an object through its entries and back.
  return Object.fromEntries(values) as Values
}

function text(): Kind<string> {
  return { read: text => text }
}

/** A name that a URL reads as a number would lead elsewhere, and no URL holds a zone (RFC 6874). */
function listenHost(): Kind<string> {
  return {
    read(text, { name, refuse }) {
      const host = text.replace(/^\[(.*)\]$/, '$1')
      const url = URL.parse(isIP(host) === 6 ? `http://[${host}]` : `http://${host}`)
      if (isIP(host) === 6 ? url : url?.hostname === host.toLowerCase()) return host
      refuse(`${name} must be an address or a name of this machine like 127.0.0.1, not "${text}".`)
      return text
    },
  }
}

function integer(least: number, most: number) {
  const read = (text: string, { name, refuse }: Reading) => {
    const value = Number(text)
    const good = /^\d+$/.test(text) && value >= least && value <= most
    if (!good) refuse(`${name} must be a whole number from ${least} to ${most}, not "${text}".`)
    return value
  }
  return { least, most, read }
}

/** Written in seconds, read in milliseconds. */
function seconds(least: number, most: number) {
  const whole = integer(least, most)
  return { ...whole, read: (text: string, reading: Reading) => whole.read(text, reading) * 1000 }
}

/** One of a few words; in each mode another may stand for none. */
function choice<Word extends string>(presets: Record<Mode, Word>, ...words: Word[]): Kind<Word> {
  return {
    read(text, { name, mode, refuse }) {
      const preset = presets[mode]
      if (text === '') return preset
      const chosen = words.find(word => word === text)
      if (chosen !== undefined) return chosen
      const known = [...new Set([preset, ...words])].join(', ')
      refuse(`${name} must be one of ${known}, not "${text}".`)
      return preset
    },
  }
}

/** An URL that may hold a password, so no message repeats it. */
function address(): Kind<string> {
  return {
    read(text, { name, refuse }) {
      const good = text === '' || text.startsWith('sqlite:') || URL.canParse(text)
      if (!good) refuse(`${name} is no URL; write special characters of its password as %XX.`)
      return text
    },
  }
}

/** The origin under which others reach the gate; in serve mode it must be there, and https. */
function publicOrigin(): Kind<string | undefined> {
  return {
    read(text, { name, mode, refuse }) {
      const origin = originOf(text)
      if (text !== '' && !origin) {
        refuse(`${name} must be like https://gate.example.org, not "${text}".`)
      } else if (mode === 'serve' && !origin?.startsWith('https:')) {
        refuse(`${name} must be the https address under which phones reach this gate.`)
      }
      return origin
    },
  }
}

/** @param presets what counts where there is none, for each mode. */
function origins(presets: Record<Mode, string[]>): Kind<string[]> {
  return {
    read(text, { name, mode, refuse }) {
      const origins = listOf(text)
      for (const origin of origins.filter(text => text !== '*' && originOf(text) !== text)) {
        refuse(`${name} must be like https://www.example.org, not "${origin}".`)
      }
      return origins.length === 0 ? presets[mode] : origins
    },
  }
}

/** Addresses and CIDR ranges. */
function networks(): Kind<string[]> {
  return {
    read(text, { name, refuse }) {
      const ranges = listOf(text)
      for (const range of ranges.filter(range => !isNetwork(range))) {
        refuse(`${name} takes addresses and ranges like 10.0.0.0/8, not "${range}".`)
      }
      return ranges
    },
  }
}

/** Never a range of everybody: then each client could say where it comes from. */
function isNetwork(range: string): boolean {
  const [address = '', prefix] = range.split('/')
  // Also "1" and "0x7f.1" are IPv4 addresses to ipaddr.js.
  if (isIP(address) === 0) return false
  return prefix === undefined || (ipaddr.isValidCIDR(range) && Number(prefix) > 0)
}

/** `host:port` as URLs write them: lower case, `xn--` names, addresses in their one spelling. */
function hosts(): Kind<string[]> {
  return {
    read(text, { name, refuse }) {
      return listOf(text).flatMap(entry => {
        const host = hostOf(entry)
        if (host !== undefined) return [host]
        refuse(`${name} takes hosts with their port like emr.internal:8443, not "${entry}".`)
        return []
      })
    },
  }
}

/** Undefined where it has no port, is a pattern, or more than a host and its port. */
function hostOf(entry: string): string | undefined {
  const [, host, port] = /^(\[[^[\]]+\]|[^:[\]/?#@\\*%\s]+):(\d{1,5})$/.exec(entry) ?? []
  const hostname = host && URL.parse(`http://${host}`)?.hostname
  const isPort = Number(port) > 0 && Number(port) <= 65_535
  return hostname && isPort ? `${hostname}:${Number(port)}` : undefined
}

const shortestKey = 32

export function isShort(key: string): boolean {
  return Buffer.byteLength(key) < shortestKey
}

function secretKey(): Kind<string> {
  return {
    read(text, { name, refuse }) {
      if (text !== '' && isShort(text)) refuse(`${name} must have at least ${shortestKey} bytes.`)
      if (text.includes(',')) {
        refuse(`${name} must not hold a comma, or it could not move to SECRET_KEYS_ACCEPTED.`)
      }
      return text
    },
  }
}

function acceptedKeys(): Kind<string[]> {
  return {
    read(text, { name, refuse }) {
      const keys = listOf(text)
      if (keys.some(isShort)) refuse(`${name}: each key must have at least ${shortestKey} bytes.`)
      return keys
    },
  }
}

function listOf(text: string): string[] {
  const parts = text.split(',').map(part => part.trim())
  return parts.filter(Boolean)
}

/** The origin, or undefined for anything that is more or less than one. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text)
  const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/'
  return plain && !url.search && !url.hash && !url.username ? url.origin : undefined
}
