import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { test } from 'node:test'
import ipaddr from 'ipaddr.js'
import { defaultInterface, type Interfaces, ownAddresses } from './own-addresses.ts'

/** @param addresses each `name address/mask`, in the system's order; perhaps `~` and a MAC address behind. */
function machine(...addresses: string[]): Interfaces {
  const interfaces: Record<string, NetworkInterfaceInfo[]> = {}
  for (const text of ['lo 127.0.0.1/8', 'lo ::1/128', ...addresses]) {
    const [, name = '', address = '', mask, mac = '3c:7c:3f:00:00:01'] =
      /^(.*) (\S+)\/(\d+)(?:~(\S+))?$/.exec(text) ?? []
    const common = { address, cidr: null, mac, internal: name === 'lo' }
    const netmask = () => ipaddr.IPv4.subnetMaskFromPrefixLength(Number(mask)).toString()
    const info: NetworkInterfaceInfo = address.includes(':')
      ? { ...common, family: 'IPv6', netmask: '', scopeid: 0 }
      : { ...common, family: 'IPv4', netmask: netmask() }
    interfaces[name] = [...(interfaces[name] ?? []), info]
  }
  return interfaces
}

const cases: [what: string, of: Interfaces, route: string | undefined, first: string][] = [
  [
    'Docker’s bridge',
    machine('docker0 172.17.0.1/16', 'eth0 192.168.0.7/24'),
    'eth0',
    '192.168.0.7',
  ],
  [
    'no route known',
    machine('docker0 172.17.0.1/16', 'eth0 192.168.0.7/24'),
    undefined,
    '192.168.0.7',
  ],
  [
    'a compose network',
    machine('br-1a2b3c4d5e6f 172.18.0.1/16', 'wlan0 10.0.0.5/24'),
    undefined,
    '10.0.0.5',
  ],
  [
    'a container’s end',
    machine('veth12ab 172.19.0.1/16', 'wlp2s0 10.0.0.5/24'),
    undefined,
    '10.0.0.5',
  ],
  [
    'Tailscale',
    machine('tailscale0 100.101.102.103/32', 'en0 192.168.1.4/24'),
    undefined,
    '192.168.1.4',
  ],
  [
    'Tailscale on a Mac',
    machine('utun4 100.101.102.103/32', 'en0 192.168.1.4/24'),
    undefined,
    '192.168.1.4',
  ],
  [
    'carrier-grade NAT',
    machine('eth1 100.64.0.9/24', 'eth0 192.168.1.4/24'),
    undefined,
    '192.168.1.4',
  ],
  [
    'WSL',
    machine('vEthernet (WSL (Hyper-V firewall)) 172.28.0.1/20', 'Wi-Fi 172.16.4.4/24'),
    undefined,
    '172.16.4.4',
  ],
  [
    'Hyper-V',
    machine('vEthernet (Default Switch) 172.28.0.1/20', 'Ethernet 10.1.1.9/24'),
    undefined,
    '10.1.1.9',
  ],
  ['no DHCP', machine('eth1 169.254.7.7/16', 'eth0 192.168.1.4/24'), undefined, '192.168.1.4'],
  [
    'nor on the default route',
    machine('eth1 169.254.7.7/16', 'eth0 192.168.1.4/24'),
    'eth1',
    '192.168.1.4',
  ],
  ['a VPN', machine('tun0 10.8.0.6/24', 'wlan0 192.168.1.4/24'), undefined, '192.168.1.4'],
  [
    'a VPN for everything',
    machine('tun0 10.8.0.6/24', 'wlan0 192.168.1.4/24'),
    'tun0',
    '192.168.1.4',
  ],
  [
    'WireGuard by another name',
    machine('office 10.9.0.2/32', 'wlan0 192.168.1.4/24'),
    undefined,
    '192.168.1.4',
  ],
  [
    'a private one before a public one',
    machine('eth0 203.0.114.9/24', 'eth1 192.168.1.4/24'),
    undefined,
    '192.168.1.4',
  ],
  [
    'the default route before either',
    machine('eth1 192.168.1.4/24', 'eth0 8.8.4.4/24'),
    'eth0',
    '8.8.4.4',
  ],
  [
    'virtual machines',
    machine('virbr0 192.168.122.1/24', 'vmnet8 192.168.56.1/24', 'eth0 10.0.0.5/24'),
    undefined,
    '10.0.0.5',
  ],
  [
    'a LAN on a bridge',
    machine('virbr0 192.168.122.1/24', 'br0 192.168.1.4/24'),
    'br0',
    '192.168.1.4',
  ],
  ['a cloud’s /32', machine('ens4 10.128.0.2/32', 'docker0 172.17.0.1/16'), 'ens4', '10.128.0.2'],
  [
    'nothing better',
    machine('docker0 172.17.0.1/16', 'tailscale0 100.64.0.1/32'),
    undefined,
    '172.17.0.1',
  ],
]

/** Each stands before the LAN in the system's own order, and no route is known. */
const noLan: [what: string, address: string][] = [
  ['VirtualBox on Windows', 'Ethernet 2 192.168.56.1/24~0a:00:27:00:00:0b'],
  ['VirtualBox with DHCP of its own', 'Ethernet 2 192.168.56.7/24~0A:00:27:00:00:0B'],
  ['VMware on Windows', 'Ethernet 3 192.168.81.5/24~00:50:56:c0:00:08'],
  ['a hotspot of Windows’ own', 'Local Area Connection* 2 192.168.137.1/24'],
  ['a hotspot of Linux’ own', 'wlan1 10.42.0.1/24'],
  ['Parallels', 'vnic0 10.211.55.2/24'],
  ['Parallels on a bridge', 'bridge1 10.211.55.2/24~00:1c:42:00:00:08'],
  ['Multipass', 'mpqemubr0 10.30.42.1/24'],
  ['a container network by a name of its own', 'shop 172.20.0.1/16~6e:1d:44:00:00:01'],
  ['a smaller container network', 'shop 192.168.16.1/20~6e:1d:44:00:00:01'],
  ['a network in the middle of a prefix', 'shop 10.1.2.129/25~6e:1d:44:00:00:01'],
  ['Nebula', 'nebula1 192.168.100.4/24'],
  ['Outline', 'outline-tun0 10.0.85.5/24'],
  ['NetBird', 'wt0 10.77.0.4/16'],
  ['a GRE tunnel', 'gre1 10.9.0.2/24'],
  ['a tunnel that hides behind a name', 'office 10.9.0.2/24~00:00:00:00:00:00'],
  ['a phone’s cable', 'usb0 192.168.42.2/30'],
  ['a point to point of RFC 3021', 'link0 192.168.42.3/31'],
  ['a proxy that catches all', 'Meta 198.18.0.9/16'],
]
const lan = 'eth0 192.168.1.4/24'
for (const [what, address] of noLan) {
  cases.push([what, machine(address, lan), undefined, '192.168.1.4'])
}
cases.push(
  ['a proxy that has caught all', machine('Meta 198.19.0.3/16', lan), 'Meta', '192.168.1.4'],
  ['WireGuard for everything', machine('office 10.9.0.2/32', lan), 'office', '192.168.1.4'],
  [
    'a tunnel for everything',
    machine('office 10.9.0.2/24~00:00:00:00:00:00', lan),
    'office',
    '192.168.1.4',
  ],
  [
    'a router’s own network',
    machine('docker0 172.17.0.1/16', 'lan 192.168.1.1/24'),
    'lan',
    '192.168.1.1',
  ],
  [
    'a hotspot and nothing else',
    machine('wlan0 10.42.0.1/24', 'tun0 10.8.0.6/24'),
    undefined,
    '10.42.0.1',
  ],
)

for (const [what, interfaces, route, first] of cases) {
  test(`N51: a phone reaches ${first}: ${what}`, () => {
    const addresses = ownAddresses(interfaces, route, false)
    assert.equal(addresses[0], first)
    const all = Object.values(interfaces).flatMap(infos => infos ?? [])
    assert.equal(addresses.length, all.filter(({ internal }) => !internal).length, 'none is lost')
  })
}

test('N51: a bridge that Docker was told to call something else is known by its MAC address', () => {
  const interfaces = machine('services 172.17.0.1/16', 'eth0 192.168.0.7/24')
  for (const info of interfaces.services ?? []) info.mac = '02:42:AC:11:00:02'
  assert.equal(ownAddresses(interfaces, undefined, false)[0], '192.168.0.7')
  // A container's own interface has such a one too.
  assert.equal(ownAddresses(interfaces, 'services', false)[0], '172.17.0.1')
})

test('N51: IPv6 stands behind IPv4 where the gate listens there, and link-local never', () => {
  const interfaces = machine(
    'eth0 fe80::1/64',
    'eth0 2001:4860::7/64',
    'eth0 fd00::7/64',
    'eth0 10.0.0.5/24',
  )
  assert.deepEqual(ownAddresses(interfaces, 'eth1', false), ['10.0.0.5'])
  assert.deepEqual(ownAddresses(interfaces, 'eth1', true), ['10.0.0.5', 'fd00::7', '2001:4860::7'])
})

test('N51: a machine without any network has no address', () => {
  assert.deepEqual(ownAddresses(machine(), undefined, true), [])
})

test('N51: the default route is the interface that the system would send by, asked without a wait', async t => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  socket.connect(53, '198.41.0.4')
  const [error] = (await Promise.race([once(socket, 'connect'), once(socket, 'error')])) as [
    unknown,
  ]
  const interfaces = networkInterfaces()
  const own = error ? undefined : socket.address().address
  const expected = Object.keys(interfaces).find(name =>
    interfaces[name]?.some(({ address }) => address === own),
  )
  assert.equal(defaultInterface(interfaces), expected)
})

test('N51: without any interface there is no default route', () => {
  assert.equal(defaultInterface({}), undefined)
})
