import type { IncomingHttpHeaders } from 'node:http'
import { ticketPattern } from '../../protocol/ticket.ts'

/** First parts of addresses that people type, scan or are sent, and how they are spelt. */
const spellings = new Map([
  ...['code', 'kiosk', 'demo', 'try', 'reception'].map(name => [name, name]),
  ...['enrol', 'recover', 'invited', 'me', 's', 'q'].map(name => [name, name]),
  ['enroll', 'enrol'],
  ['index', ''],
  // Letters that say a language, in capitals as in a QR.
  ['k', 'K'],
  ['e', 'E'],
] as [string, string][])
/** Pages without anything below them. */
const alone = new Set(['', 'code', 'kiosk', 'demo', 'try'])
/** Below these, too, capitals mean nothing. */
const folded = new Set(['s', 'reception'])
/** The one page of the API; its other addresses are for programs, which take them to the letter. */
const docs = '/api/docs'

/**
 * What keyboards and messengers add to an address: spaces, signs that nobody sees, the full stop of a
 * sentence, a Korean particle. Of ours no part begins or ends so.
 */
const surrounding = /^[^\w-]+|[^\w-]+$/g

/**
 * The address of one of our pages that somebody meant: capitals, doubled slashes and whatever surrounds it
 * do not matter. Always a path of this origin, and spelt as it should be.
 * @param url path and query of a request that nobody answers.
 * @returns undefined where it is none of ours, or is spelt as it should be.
 */
export function meantAddress(url: string): string | undefined {
  const [path = '', query] = url.split(/(?=\?)/, 2)
  if (!path.startsWith('/')) return undefined
  const parts = path
    .split('/')
    .map(part => decoded(part).normalize('NFKC').replace(surrounding, ''))
    .filter(Boolean)
  // A slash that was written otherwise is no border: behind a cache it could be meant to hide something.
  if (parts.some(part => part.includes('/'))) return undefined
  const page = pageAt(parts)
  if (page === undefined) return undefined
  const meant = encodeURI(`/${page.join('/')}`).replace(/[?#]/g, encodeURIComponent)
  return meant === path ? undefined : meant + (query ?? '')
}

/** The parts of a page's address as they are spelt; undefined where it is none of ours. */
function pageAt([first = '', ...rest]: readonly string[]): string[] | undefined {
  const whole = [first, ...rest]
  if (`/${whole.join('/')}`.toLowerCase() === docs) return docs.split('/').slice(1)
  const typed = first.toLowerCase().replace(/\.html?$/, '')
  const spelt = typed === '' ? '' : spellings.get(typed)
  if (spelt === undefined || (alone.has(spelt) && rest.length > 0)) return undefined
  // Both spellings of a ticket's address have a route.
  const name = first === 'Q' ? first : spelt
  return [name, ...rest.map(part => (folded.has(spelt) ? part.toLowerCase() : inCapitals(part)))]
}

/** Tickets of a QR have capitals only; others mean what they say. */
function inCapitals(part: string): string {
  const capitals = part.toUpperCase()
  return ticketPattern.test(capitals) ? capitals : part
}

/** As it is where it cannot be read (RFC 3986 §2.1). */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** A request, as far as it says who sends it. */
interface Asking {
  url: string
  headers: IncomingHttpHeaders
}

/**
 * Where whoever was refused at this address is sent instead. Whoever names no kind of answer is no browser,
 * and takes addresses to the letter.
 */
export function addressToGoTo({ url, headers }: Asking): string | undefined {
  return headers.accept === undefined ? undefined : meantAddress(url)
}

/**
 * Whether whoever asks is a browser that shows a page, by what it takes or by what it says that it is for
 * (Fetch Metadata, `Sec-Fetch-Dest`); programs ask for anything or for JSON.
 */
export function wantsPage({ url, headers }: Asking): boolean {
  if (/^\/+(?:api|oidc)(?:[/?]|$)/i.test(url)) return false
  const shown = /^(?:document|i?frame)$/.test(`${headers['sec-fetch-dest']}`)
  return shown || /(?:^|[\s,])(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.accept ?? '')
}
