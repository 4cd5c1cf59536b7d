import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * How far an address reaches: `public` over the Internet, `private` inside a network or a machine of
 * one's own, `never` where no service has any business (link-local with the metadata of clouds,
 * unspecified, multicast, broadcast, reserved). What is `public` is listed, so a range that is new in
 * the registries of IANA (RFC 6890) is refused until somebody looks at it.
 */
export type Reach = 'public' | 'private' | 'never'

const privateRanges = ['private', 'loopback', 'uniqueLocal', 'carrierGradeNat']
/** All of IPv6 that has been given out for the Internet (RFC 4291 §2.4, IANA). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')
/** `::a.b.c.d` (RFC 4291 §2.5.5.1); `::` and `::1` lie in it too and are what they are. */
const compatible = ipaddr.IPv6.parseCIDR('::/96')
/** NAT64 of a network's own (RFC 8215). */
const localNat64 = ipaddr.IPv6.parseCIDR('64:ff9b:1::/48')

/** @param address as resolvers and sockets write it. Anything else, and any zone id, is `never`. */
export function reachOf(address: string): Reach {
  // A zone id names an interface of this machine. Also "1" and "0x7f.1" are addresses to ipaddr.js.
  if (isIP(address) === 0 || address.includes('%')) return 'never'
  const parsed = ipaddr.parse(address)
  return parsed instanceof ipaddr.IPv4 ? reachOf4(parsed) : reachOf6(parsed)
}

function reachOf4(address: ipaddr.IPv4): Reach {
  const range = address.range()
  if (range === 'unicast') return 'public'
  return privateRanges.includes(range) ? 'private' : 'never'
}

/** An address that leads to an IPv4 address reaches as far as that does. */
function reachOf6(address: ipaddr.IPv6): Reach {
  const range = address.range()
  if (privateRanges.includes(range)) return 'private'
  const embedded = embeddedIn(address)
  if (embedded.length > 0) return leastOf(embedded.map(reachOf4))
  return range === 'unicast' && address.match(globalUnicast) ? 'public' : 'never'
}

function leastOf(reaches: readonly Reach[]): Reach {
  if (reaches.includes('never')) return 'never'
  return reaches.includes('private') ? 'private' : 'public'
}

/** Every IPv4 address that it may lead to. */
function embeddedIn(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray()
  const at = (...places: number[]) => new ipaddr.IPv4(places.map(place => bytes[place] ?? 0))
  const last = at(12, 13, 14, 15)
  const range: string = address.range()
  if (range === 'ipv4Mapped' || range === 'rfc6145') return [last]
  if (range === '6to4') return [at(2, 3, 4, 5)]
  // Its relay, and the client behind it with all bits turned over (RFC 4380 §4).
  if (range === 'teredo') {
    const client = [12, 13, 14, 15].map(place => (bytes[place] ?? 0) ^ 0xff)
    return [at(4, 5, 6, 7), new ipaddr.IPv4(client)]
  }
  if (address.match(localNat64)) {
    // How long its prefix is, only that network knows (RFC 6052 §2.2); a wrong reading often begins with 0.
    const readings = [at(6, 7, 9, 10), at(7, 9, 10, 11), at(9, 10, 11, 12), last]
    const real = readings.filter(reading => reading.octets[0] !== 0)
    return real.length > 0 ? real : [last]
  }
  if (range === 'rfc6052') return [last]
  return range === 'unicast' && address.match(compatible) ? [last] : []
}
