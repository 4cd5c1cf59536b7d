import { createSocket } from 'node:dgram'
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
  if (isOfVpn(own)) return behind + 5
  // Two machines or a tunnel; on the default route it may also be how a cloud gives addresses out.
  if (isBetweenTwo(own)) return behind + (isDefault ? 3 : 5)
  if (isDefault) return behind
  if (isOfGuests(own)) return behind + 4
  if (range === 'private' || range === 'uniqueLocal') return behind + 1
  return behind + (range === 'unicast' ? 2 : 3)
}

const vpn =
  /^(tap|wg|wt|ppp|ipsec|gre|erspan|sit|ip6|vti|zt|ham|gpd|nordlynx|proton|feth|gif|stf)\d*|tun|tailscale|netbird|nebula|zerotier|wireguard|mullvad|outline|tap-windows|warp|anyconnect|hamachi|vpn/i

/**
 * Carrier-grade NAT (RFC 6598) is what Tailscale gives out, networks for benchmarks (RFC 2544) what proxies
 * take that catch all traffic.
 */
function isOfVpn({ name, info: { address } }: Own): boolean {
  if (vpn.test(name) || rangeOf(address) === 'carrierGradeNat') return true
  return /^198\.1[89]\./.test(address)
}

/** A tunnel has no hardware, and room for one address on each side; a cable to a phone has no more. */
function isBetweenTwo({ info: { family, netmask, mac } }: Own): boolean {
  const isTiny = family === 'IPv4' && /^255\.255\.255\.25[245]$/.test(netmask)
  return isTiny || mac === '00:00:00:00:00:00'
}

const guests =
  /^(docker|podman|cni|flannel|cali|kube|lxcbr|lxdbr|incusbr|virbr|mpqemubr|vnet|vnic|vmnet|vboxnet|veth|br-[\da-f]{6,}|bridge1\d\d|awdl|llw|anpi)|wsl|default switch|hyper-v|docker|virtualbox|vmware|parallels|multipass|\bnat\b/i

/** What Docker gives its bridges, whatever they are called; VirtualBox, VMware and Parallels their hosts. */
const guestMac = /^(02:42|0a:00:27|00:50:56:c0:00|00:1c:42:00:00):/i

function isOfGuests(own: Own): boolean {
  return guests.test(own.name) || guestMac.test(own.info.mac) || isRouter(own)
}

/** The first address of a network is its router's: whoever has it gives the network out, as to guests. */
function isRouter({ info: { family, address, netmask } }: Own): boolean {
  if (family !== 'IPv4') return false
  const mask = ipaddr.IPv4.parse(netmask).octets
  const host = ipaddr.IPv4.parse(address).octets.map((octet, n) => octet & ~(mask[n] ?? 255) & 255)
  return host.join('.') === '0.0.0.1'
}

function rangeOf(address: string) {
  return ipaddr.parse(address).range()
}

/** A root server of the DNS, whose address has not changed in decades; nothing is sent to it. */
const faraway = { host: '198.41.0.4', port: 53 }

/**
 * @returns the interface that this system would send by to the world, on every system; undefined where it
 * knows of no way there.
 */
export function defaultInterface(interfaces: Interfaces): string | undefined {
  // Connecting UDP only chooses a route. An address needs no lookup, so it is chosen before this returns.
  const socket = createSocket({ type: 'udp4', lookup: (name, _, done) => done(null, name, 4) })
  socket.on('error', () => {})
  try {
    socket.connect(faraway.port, faraway.host)
    const { address: own } = socket.address()
    const names = Object.keys(interfaces)
    return names.find(name => interfaces[name]?.some(({ address }) => address === own))
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}
