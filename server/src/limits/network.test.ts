import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from './network.ts'

test('an IPv4 address stands for itself, written as IPv6 too', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::FFFF:cb00:7107'), '203.0.113.7')
})

test('S045: an IPv6 address stands for its /64, however it is written', () => {
  const home = '2001:db8:0:7::/64'
  for (const address of ['2001:db8:0:7::1', '2001:0DB8:0:7:ffff::9', '2001:db8::7:1:2:3:4']) {
    assert.equal(networkOf(address), home)
  }
  assert.equal(networkOf('fe80::1%eth0'), 'fe80::/64')
  assert.equal(networkOf('fe80::1%br-lan.7'), 'fe80::/64')
  assert.equal(networkOf('::1'), '::/64')
  assert.notEqual(networkOf('2001:db8:0:8::1'), home)
})

test('a port that a proxy has left on it makes no other network', () => {
  assert.equal(networkOf('203.0.113.7:5678'), '203.0.113.7')
  assert.equal(networkOf('[2001:db8:0:7::1]:5678'), '2001:db8:0:7::/64')
  assert.equal(networkOf('[2001:db8:0:7::1]'), '2001:db8:0:7::/64')
})

test('S071 what is no address stands for itself and breaks nothing', () => {
  for (const text of ['', 'unknown', '1', '1.2.3', '0x7f.1', '::::', '%', ' ']) {
    assert.equal(networkOf(text), text.replace('%', ''))
  }
})
