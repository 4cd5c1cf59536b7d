import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** Kinds of settings: which texts are good, and what they become. */

export type Mode = 'demo' | 'serve'

/** How a text becomes a value, and which texts do not. */
export interface Kind<Value> {
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

export function text(): Kind<string> {
  return { read: text => text }
}

/** A name that a URL reads as a number would lead elsewhere, and no URL holds a zone (RFC 6874). */
export function listenHost(): Kind<string> {
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

export function integer(least: number, most: number) {
  const read = (text: string, { name, refuse }: Reading) => {
    const value = Number(text)
    const good = /^\d+$/.test(text) && value >= least && value <= most
    if (!good) refuse(`${name} must be a whole number from ${least} to ${most}, not "${text}".`)
    return value
  }
  return { least, most, read }
}

/** Written in seconds, read in milliseconds. */
export function seconds(least: number, most: number) {
  const whole = integer(least, most)
  return { ...whole, read: (text: string, reading: Reading) => whole.read(text, reading) * 1000 }
}

/** One of a few words; in each mode another may stand for none. */
export function choice<const Word extends string>(
  presets: Record<Mode, Word>,
  ...words: Word[]
): Kind<Word> {
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
const noUrl =
  'is no URL; check its host and port, and write special characters of its password as %XX'

/** @returns the scheme in lower case, and the rest as it is. */
function parted(text: string): [scheme: string, rest: string] {
  const [, scheme = '', rest = ''] = /^([a-z][\w+.-]*):(.*)$/is.exec(text) ?? []
  return [scheme.toLowerCase(), rest]
}

/** `sqlite:PATH` or `postgres://…`; empty for the default. */
export function databaseAddress(): Kind<string> {
  return {
    read(text, { name, mode, refuse }) {
      const [scheme, rest] = parted(text)
      if (text === '') return text
      if (scheme === 'sqlite') {
        if (rest.trim() === '') refuse(`${name} names no file; write sqlite:PATH.`)
        else if (rest.startsWith('//')) {
          refuse(`${name} must be like sqlite:PATH, with no // before the path.`)
        } else if (rest === ':memory:' && mode === 'serve') {
          refuse(`${name} must name a file: what is only in memory is gone at the next start.`)
        } else if (rest.includes('?')) {
          refuse(`${name} takes no options behind a "?"; write sqlite:PATH.`)
        }
      } else if (!/^postgres(ql)?$/.test(scheme) || !rest.startsWith('//')) {
        refuse(`${name} must be like sqlite:PATH or postgres://user:password@host/database.`)
      } else if (!URL.canParse(text)) refuse(`${name} ${noUrl}.`)
      else if (!isReadable(URL.parse(text)?.password ?? '')) {
        refuse(`${name} has a % that begins no %XX; write it as %25.`)
      } else if (!isSslMode(text)) {
        refuse(`${name}: its sslmode must be one of ${sslModes.join(', ')}.`)
      }
      for (const option of unknownOptions(text)) {
        refuse(`${name}: ${option} is no option of it; there are ${postgresOptions.join(', ')}.`)
      }
      return `${scheme}:${rest}`
    },
  }
}

/** What `pg` takes in an address; it passes over all others. */
const postgresOptions = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'uselibpqcompat',
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'application_name',
  'client_encoding',
  'connect_timeout',
  'channel_binding',
]

/** Those that are none, and those that stand twice: of two only one would count. */
function unknownOptions(url: string): string[] {
  const parsed = url.startsWith('sqlite:') ? null : URL.parse(url)
  const names = [...(parsed?.searchParams.keys() ?? [])]
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  const unknown = names.filter(name => !postgresOptions.includes(name))
  return [...new Set([...unknown, ...twice.map(name => `a second ${name}`)])]
}

/** Each but the first two looks at the server's certificate and its name. */
const sslModes = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full']

function isSslMode(url: string): boolean {
  const mode = URL.parse(url)?.searchParams.get('sslmode') ?? null
  return mode === null || sslModes.includes(mode)
}

function isReadable(encoded: string): boolean {
  try {
    decodeURIComponent(encoded)
    return true
  } catch {
    return false
  }
}

/** `redis://…`, or `rediss://…` for TLS; empty for none. */
export function redisAddress(): Kind<string> {
  return {
    read(text, { name, refuse }) {
      const [scheme, rest] = parted(text)
      if (text === '') return text
      const url = URL.parse(text)
      if (!/^rediss?$/.test(scheme) || !rest.startsWith('//')) {
        refuse(`${name} must be like redis://host:6379, or rediss:// for TLS.`)
      } else if (!url) refuse(`${name} ${noUrl}.`)
      else if (!url.hostname) refuse(`${name} names no host.`)
      else if (!isReadable(url.username) || !isReadable(url.password)) {
        refuse(`${name} has a % that begins no %XX; write it as %25.`)
      } else if (!/^(\/\d*)?$/.test(url.pathname)) {
        refuse(`${name} may end with the number of a database, like /0, and with nothing else.`)
      }
      return `${scheme}:${rest}`
    },
  }
}

/** The address of a page that people open. */
export function pageAddress(): Kind<string> {
  return {
    read(text, { name, refuse }) {
      const good = text === '' || /^https?:$/.test(URL.parse(text)?.protocol ?? '')
      if (!good) refuse(`${name} must be like https://www.example.org/privacy, not "${text}".`)
      return text
    },
  }
}

/** The origin under which others reach the gate; in serve mode it must be there, and https. */
export function publicOrigin(): Kind<string | undefined> {
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
export function origins(presets: Record<Mode, string[]>): Kind<string[]> {
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
export function networks(): Kind<string[]> {
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
  const [address = '', prefix, ...more] = range.split('/')
  const family = isIP(address)
  // Also "1" and "0x7f.1" are IPv4 addresses to ipaddr.js.
  if (family === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  const bits = Number(prefix)
  if (!/^\d{1,3}$/.test(prefix) || !ipaddr.isValidCIDR(range)) return false
  const parsed = ipaddr.parse(address)
  // Where IPv6 writes IPv4, its first 96 bits are the same for all.
  const fixed = parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress() ? 96 : 0
  return bits > fixed
}

/** `host:port` as URLs write them: lower case, `xn--` names, addresses in their one spelling. */
export function hosts(): Kind<string[]> {
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

export function secretKey(): Kind<string> {
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

export function acceptedKeys(): Kind<string[]> {
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
  // URLs let `*` and `$` stand in a host; they are somebody's pattern, or a name that was not filled in.
  const isHost = /^([\w.-]+|\[[\da-f:.]+\])$/i.test(url?.hostname ?? '')
  const plain = url && isHost && /^https?:$/.test(url.protocol) && url.pathname === '/'
  return plain && !url.search && !url.hash && !url.username ? url.origin : undefined
}
