import { isIP } from 'node:net'
import { Refusal } from '../errors.ts'
import { reachOf } from '../protocol/address-reach.ts'

const longest = 2_048

/** Names that only a network of one's own gives a meaning (RFC 6761, 6762, 8375, ICANN's .internal). */
const privateName = /^[^.]+$|\.(localhost|local|internal|home\.arpa)$/

/**
 * Where webhooks may go, as it is written down: https anywhere, http only inside one's own network. A
 * password in it would be shown with it, and a fragment is never sent.
 * @throws Refusal `endpoint_invalid`.
 */
export function requireEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.href.length > longest || url.username || url.password || url.hash) {
    throw new Refusal('endpoint_invalid')
  }
  const allowed = url.protocol === 'https:' || (url.protocol === 'http:' && isPrivate(url.hostname))
  if (!allowed) throw new Refusal('endpoint_invalid')
  return url.href
}

function isPrivate(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(bare) === 0) return privateName.test(bare)
  return reachOf(bare) === 'private'
}
