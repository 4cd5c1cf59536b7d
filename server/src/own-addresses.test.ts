import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { test } from 'node:test'
import { defaultInterfaceIn, type Interfaces, ownAddresses } from './own-addresses.ts'

/** @param addresses each `name address/mask`, in the system's order. */
function machine(...addresses: string[]): Interfaces {
  const interfaces: Record<string, NetworkInterfaceInfo[]> = {}
  for (const text of ['lo 127.0.0.1/8', 'lo ::1/128', ...addresses]) {
    const [, name = '', address = '', mask] = /^(.*) (\S+)\/(\d+)$/.exec(text) ?? []
    const common = { address, cidr: null, mac: '3c:7c:3f:00:00:01', internal: name === 'lo' }
    const info: NetworkInterfaceInfo = address.includes(':')
      ? { ...common, family: 'IPv6', netmask: '', scopeid: 0 }
      : { ...common, family: 'IPv4', netmask: mask === '32' ? '255.255.255.255' : '255.255.255.0' }
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

test('N51: of several default routes the one of the least metric counts', () => {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
  const row = (name: string, to: string, flags: string, metric: number, mask = '00000000') =>
    `${name}\t${to}\t0100A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0`
  const lan = row('wlan0', '0000A8C0', '0001', 0, '00FFFFFF')
  const [slow, quick] = [
    row('wlan0', '00000000', '0003', 600),
    row('eth0', '00000000', '0003', 100),
  ]
  assert.equal(defaultInterfaceIn([head, lan, slow, quick].join('\n')), 'eth0')
  assert.equal(defaultInterfaceIn([head, lan].join('\n')), undefined)
  // OpenVPN's half of everything is no default route.
  const half = row('tun0', '00000000', '0003', 0, '00000080')
  assert.equal(defaultInterfaceIn([head, half, slow].join('\n')), 'wlan0')
  assert.equal(defaultInterfaceIn(''), undefined)
})
