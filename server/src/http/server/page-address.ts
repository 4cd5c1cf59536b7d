/** First parts of addresses that people type, scan or are sent, and how they are spelt. */
const spellings = new Map([
  ...['code', 'kiosk', 'demo', 'reception', 'enrol', 's', 'q'].map(name => [name, name]),
  // Letters that say a language, in capitals as in a QR.
  ['k', 'K'],
  ['e', 'E'],
] as [string, string][])
/** Pages without anything below them. */
const alone = new Set(['code', 'kiosk', 'demo'])
/** Below these, too, capitals mean nothing. */
const folded = new Set(['s', 'reception'])

/** What keyboards and messengers add to the end of an address. */
const trailing = /(?:%20|[.,;:!)])+$/i

/**
 * The address of one of our pages that somebody meant: capitals, doubled slashes and one at the end do
 * not matter. Always a path of this origin.
 * @param url path and query of a request that nobody answers.
 * @returns undefined where it is none of ours, or is spelt as it should be.
 */
export function meantAddress(url: string): string | undefined {
  const [path = '', query] = url.split(/(?=\?)/, 2)
  const [first = '', ...rest] = path.replace(trailing, '').split('/').filter(Boolean)
  if (!path.startsWith('/')) return undefined
  if (first === '') return path === '/' ? undefined : `/${query ?? ''}`
  const spelt = spellings.get(first.toLowerCase())
  if (spelt === undefined || (alone.has(spelt) && rest.length > 0)) return undefined
  // Both spellings of a ticket's address have a route.
  const name = first === 'Q' ? first : spelt
  const below = rest.map(part => (folded.has(spelt) ? part.toLowerCase() : part))
  const meant = `/${[name, ...below].join('/')}`
  return meant === path ? undefined : meant + (query ?? '')
}

/** Whether whoever asks is a browser that shows a page; programs ask for anything or for JSON. */
export function wantsPage(url: string, accept = ''): boolean {
  return /(?:^|[\s,])text\/html\b/i.test(accept) && !/^\/+(?:api|oidc)(?:[/?]|$)/i.test(url)
}
