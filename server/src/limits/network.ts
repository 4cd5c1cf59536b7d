import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * The network that an address stands for: an IPv4 address for itself, an IPv6 address for its /64,
 * because one household has all of those.
 */
export function networkOf(address: string): string {
  const [bare = ''] = (isIP(address) > 0 ? address : withoutPort(address)).split('%', 1)
  // Also "1" and "0x7f.1" are IPv4 addresses to ipaddr.js; here they are just other texts.
  if (isIP(bare) === 0) return bare
  const parsed = ipaddr.process(bare)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${bare}/64`)}/64`
}

/** Some proxies forward `203.0.113.7:5678` and `[2001:db8::1]:5678`: a new port is no new network. */
function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
