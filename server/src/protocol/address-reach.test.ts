import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reach, reachOf } from './address-reach.ts'

function all(reach: Reach, addresses: readonly string[]) {
  for (const address of addresses) assert.equal(reachOf(address), reach, address)
}

test('what everybody can reach is public', () => {
  all('public', ['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.255.255'])
  all('public', ['100.128.0.0', '223.255.255.255', '2606:4700::1111', '2a00:1450::1'])
})

test('S145 what lies inside a network or machine of one’s own is private', () => {
  all('private', ['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.1'])
  all('private', ['127.0.0.1', '127.255.255.255', '100.64.0.0', '100.127.255.255'])
  all('private', ['::1', 'fc00::1', 'fd00:ec2::254'])
})

test('S146 link-local, unspecified, multicast, broadcast and reserved addresses have no reach', () => {
  all('never', ['169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'febf::1'])
  all('never', ['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'])
  all('never', ['255.255.255.255', '240.0.0.1', '192.0.0.192', '192.0.2.1', '198.18.0.1'])
  all('never', ['198.51.100.1', '203.0.113.1', '2001:db8::1', 'fec0::1', '100::1', '3fff::1'])
  // What IANA has not given out yet.
  all('never', ['4000::1', '8000::1', 'e000::1', '1::1'])
})

test('S147 an address that leads to an IPv4 address reaches as far as that', () => {
  const spellings: Record<string, readonly [string, string, string]> = {
    mapped: ['::ffff:8.8.8.8', '::ffff:10.0.0.1', '::ffff:169.254.169.254'],
    'mapped, hexadecimal': ['::ffff:808:808', '::ffff:7f00:1', '::ffff:a9fe:a9fe'],
    compatible: ['::8.8.8.8', '::127.0.0.1', '::169.254.169.254'],
    'compatible, hexadecimal': ['::808:808', '::7f00:1', '::a9fe:a9fe'],
    translated: ['::ffff:0:8.8.8.8', '::ffff:0:192.168.0.1', '::ffff:0:169.254.169.254'],
    '6to4': ['2002:808:808::1', '2002:a00:1::', '2002:a9fe:a9fe::1'],
    // The client stands in it with all bits turned over.
    'Teredo, client': [
      '2001:0:808:808::f7f7:f7f7',
      '2001:0:808:808::f5ff:fffe',
      '2001:0:808:808::5601:5601',
    ],
    'Teredo, relay': [
      '2001:0:808:808::f7f7:f7f7',
      '2001:0:a00:1::f7f7:f7f7',
      '2001:0:a9fe:a9fe::f7f7:f7f7',
    ],
    NAT64: ['64:ff9b::8.8.8.8', '64:ff9b::10.0.0.1', '64:ff9b::169.254.169.254'],
    'NAT64 of its own, /96': [
      '64:ff9b:1::8.8.8.8',
      '64:ff9b:1::10.0.0.1',
      '64:ff9b:1::169.254.169.254',
    ],
    'NAT64 of its own, /48': [
      '64:ff9b:1:808:8:800::',
      '64:ff9b:1:a00:0:100::',
      '64:ff9b:1:a9fe:a9:fe00::',
    ],
    'NAT64 of its own, /56': ['64:ff9b:1:8:8:808::', '64:ff9b:1:a:0:1::', '64:ff9b:1:a9:fe:a9fe::'],
    'NAT64 of its own, /64': [
      '64:ff9b:1:0:8:808:800:0',
      '64:ff9b:1:0:a:0:100:0',
      '64:ff9b:1:0:a9:fea9:fe00:0',
    ],
  }
  for (const [spelling, [open, own, none]] of Object.entries(spellings)) {
    const reaches = [open, own, none].map(reachOf)
    assert.deepEqual(reaches, ['public', 'private', 'never'], spelling)
  }
  all('never', ['64:ff9b::', '64:ff9b:1::', '2002::1', '::ffff:0.0.0.0', '::ffff:224.0.0.1'])
})

test('S148 what is no plain address, or names an interface, has no reach', () => {
  all('never', ['', 'localhost', '1', '0x7f.1', '2130706433', '010.0.0.1', '8.8.8', '8.8.8.8:80'])
  all('never', ['[::1]', 'fe80::1%eth0', '::1%lo', '2606:4700::1111%eth0', '8.8.8.8 '])
})
