import { readFileSync } from 'node:fs'
import type { NetworkInterfaceInfo } from 'node:os'
import ipaddr from 'ipaddr.js'

export type Interfaces = Partial<Record<string, NetworkInterfaceInfo[]>>

/** An address of an interface, and what is known of that. */
interface Own {
  name: string
  info: NetworkInterfaceInfo
}

/**
 * This machine's addresses but for loopback, the one first that a phone in the same network most likely
 * reaches: of the default route, then of a private network, then public. Those that only containers,
 * virtual machines or a VPN know come last, and then those that nobody has given out (RFC 3927).
 * @param interfaces as `os.networkInterfaces()` gives them.
 * @param defaultInterface the one of the default route, where it is known.
 * @param withIPv6 whether the gate listens there too; they stand behind all of IPv4.
 */
export function ownAddresses(
  interfaces: Interfaces,
  defaultInterface: string | undefined,
  withIPv6: boolean,
): string[] {
  const own = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info): Own => ({ name, info })),
  )
  const usable = own.filter(({ info: { internal, family, address } }) => {
    if (internal || !ipaddr.isValid(address)) return false
    // A link-local one needs the name of an interface behind it, which no URL can hold (RFC 6874).
    return family === 'IPv4' || (withIPv6 && rangeOf(address) !== 'linkLocal')
  })
  const ranked = usable.map(one => ({
    address: one.info.address,
    rank: rank(one, defaultInterface),
  }))
  return [...new Set(ranked.sort((a, b) => a.rank - b.rank).map(({ address }) => address))]
}

/** Less is better; sorting keeps the system's own order among equals. */
function rank(own: Own, defaultInterface: string | undefined): number {
  const { family, address } = own.info
  const behind = family === 'IPv4' ? 0 : 10
  const range = rangeOf(address)
  if (range === 'linkLocal') return behind + 6
  const isDefault = own.name === defaultInterface
  // A VPN may have taken the default route, and is still no network of phones.
  if (isOfVpn(own, isDefault)) return behind + 5
  if (isDefault) return behind
  if (isOfGuests(own)) return behind + 4
  if (range === 'private' || range === 'uniqueLocal') return behind + 1
  return behind + (range === 'unicast' ? 2 : 3)
}

const vpn =
  /^(tun|tap|wg|utun|ppp|ipsec|zt|ham|gpd|nordlynx|proton|cscotun|feth)\d*|tailscale|zerotier|wireguard|openvpn|tap-windows|warp|anyconnect|hamachi|vpn/i

/** Carrier-grade NAT (RFC 6598) is what Tailscale gives out; a tunnel has one address on each side. */
function isOfVpn({ name, info: { address, netmask } }: Own, isDefault: boolean): boolean {
  if (vpn.test(name) || rangeOf(address) === 'carrierGradeNat') return true
  return !isDefault && netmask === '255.255.255.255'
}

const guests =
  /^(docker|podman|cni|flannel|cali|kube|lxcbr|lxdbr|incusbr|virbr|vnet|vmnet|vboxnet|veth|br-[\da-f]{6,}|bridge1\d\d|awdl|llw|anpi)|wsl|default switch|hyper-v|docker|virtualbox|vmware|\bnat\b/i

/** Docker gives its bridges such a MAC address, whatever they are called. */
function isOfGuests({ name, info: { mac } }: Own): boolean {
  return guests.test(name) || mac.toLowerCase().startsWith('02:42:')
}

function rangeOf(address: string) {
  return ipaddr.parse(address).range()
}

/** @returns the interface of the default route; undefined where this system does not say in a file. */
export function defaultInterface(): string | undefined {
  try {
    return defaultInterfaceIn(readFileSync('/proc/net/route', 'utf8'))
  } catch {
    return undefined
  }
}

/** @param routes Linux' table: interface, destination, gateway, flags, …, metric, mask (hexadecimal). */
export function defaultInterfaceIn(routes: string): string | undefined {
  const isUp = (flags = '') => (Number.parseInt(flags, 16) & 1) === 1
  const [best] = routes
    .split('\n')
    .slice(1)
    .map(line => line.split('\t').map(cell => cell.trim()))
    .filter(
      ([, to, , flags, , , , mask]) => Number.parseInt(`${to}${mask}`, 16) === 0 && isUp(flags),
    )
    .sort((a, b) => Number(a[6]) - Number(b[6]))
  return best?.[0]
}
