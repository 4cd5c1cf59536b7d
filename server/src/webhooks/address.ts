import { promises as dns } from 'node:dns'
import { isIP } from 'node:net'
import { type Reach, reachOf } from '../protocol/address-reach.ts'

/** One address of a name, as `dns.promises.lookup` answers it. */
export interface Address {
  address: string
  family: number
}

/** Every address of a name; throws where there is none. */
export type Lookup = (host: string) => Promise<readonly Address[]>

/** What may be dialled for an endpoint, or in plain words why nothing may. */
export type Destination =
  | { kind: 'allowed'; addresses: readonly Address[] }
  | { kind: 'address_refused'; detail: string }
  | { kind: 'unresolved'; detail: string }

/** The machine's own resolver, /etc/hosts and search domains included. */
export const systemLookup: Lookup = host => dns.lookup(host, { all: true })

/**
 * Where a webhook may go: over https to public addresses. Where the operator has listed the
 * endpoint's `host:port`, also over http and to private ones. Addresses without any reach, never.
 * Each address of a name is judged by itself, and whoever dials must dial these and resolve nothing
 * again: the next answer of a resolver may be another one (DNS rebinding).
 * @param allowed `host:port` as {@link hostAndPort} writes them.
 */
export async function destinationOf(
  url: URL,
  allowed: readonly string[],
  lookup: Lookup = systemLookup,
): Promise<Destination> {
  const isListed = allowed.includes(hostAndPort(url))
  const fault = faultOf(url, isListed)
  if (fault !== undefined) return { kind: 'address_refused', detail: fault }

  const host = bareHost(url)
  let found: readonly Address[]
  try {
    found = isIP(host) > 0 ? [{ address: host, family: isIP(host) }] : await lookup(host)
  } catch (error) {
    return { kind: 'unresolved', detail: codeOf(error) ?? 'no answer' }
  }
  const [first] = found
  if (first === undefined) return { kind: 'unresolved', detail: 'no address' }

  const addresses = found.filter(({ address }) => isWithinReach(reachOf(address), isListed))
  if (addresses.length > 0) return { kind: 'allowed', addresses }
  return { kind: 'address_refused', detail: refusalOf(first.address, hostAndPort(url)) }
}

/** How an endpoint is listed: the port is there also where it is its scheme's own. */
export function hostAndPort({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`
}

/** The host without the brackets of an IPv6 address. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/** The short code of an error of Node, or undefined; its message may repeat what it was given. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

function isWithinReach(reach: Reach, isListed: boolean): boolean {
  return reach === 'public' || (reach === 'private' && isListed)
}

/** What is wrong with it before anything is resolved. */
function faultOf(url: URL, isListed: boolean): string | undefined {
  if (url.username || url.password) return 'it holds a password'
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isListed)) return undefined
  if (url.protocol !== 'http:') return 'it is not https'
  return `it is http, and ${hostAndPort(url)} is not in QRGATE_WEBHOOK_HOSTS`
}

function refusalOf(address: string, host: string): string {
  if (reachOf(address) === 'never') return `${address} is link-local, reserved or no single machine`
  return `${address} is private, and ${host} is not in QRGATE_WEBHOOK_HOSTS`
}
