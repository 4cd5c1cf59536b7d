import { isIP } from 'node:net'

/**
 * The network that an address stands for: an IPv4 address for itself, an IPv6 address for its /64,
 * because one household has all of those.
 */
export function networkOf(address: string): string {
  const bare = isIP(address) > 0 ? address : withoutPort(address)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return mapped
  if (!bare.includes(':')) return bare
  const [head = '', tail] = bare.split('%', 1).join().split('::')
  const groups = (part: string) => part.split(':').filter(Boolean)
  const gap = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...Array(Math.max(0, gap)).fill('0'), ...groups(tail ?? '')]
  const prefix = all.slice(0, 4).map(group => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/64`
}

/** Some proxies forward `203.0.113.7:5678` and `[2001:db8::1]:5678`: a new port is no new network. */
function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
