import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgedAddress } from './ask-gate.ts'
import { addressFindings, openRanges } from './proxy.ts'

test('N49: ranges of proxies in which anybody may be are named', () => {
  const closed = [
    '127.0.0.1',
    '203.0.113.7',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '::1',
    'fc00::/7',
    'fe80::/10',
    '203.0.113.0/24',
    '2001:db8::/48',
    '::ffff:10.0.0.0/104',
  ]
  assert.deepEqual(openRanges(closed), [])
  const open = [
    '0.0.0.0/1',
    '128.0.0.0/1',
    '10.0.0.0/4',
    '172.16.0.0/8',
    '203.0.112.0/23',
    '8.0.0.0/8',
    '2000::/3',
    '2001:db8::/32',
    '::/1',
    '::ffff:8.0.0.0/104',
  ]
  for (const range of open) {
    const [finding, ...more] = openRanges([range])
    assert.equal(finding?.mark, 'warn', range)
    assert.ok(finding.words.includes(range), finding.words)
    assert.deepEqual(more, [])
  }
})

/** What a gate with these proxies sees, and what is said of it. */
const seen = (address: string, peer: string, forwarded: string | null) => {
  return { address, peer, forwarded, publicUrl: 'https://gate.example.org', at: 0 }
}
const mine = '198.51.100.4'
const proxied: [ReturnType<typeof seen>, trusted: string[], mark: string, words: RegExp][] = [
  [seen(mine, '127.0.0.1', mine), ['127.0.0.1'], 'ok', /sees visitors' addresses \(here: 198/],
  [seen(mine, '::ffff:10.0.0.5', mine), ['10.0.0.0/8'], 'ok', /sees visitors/],
  [seen(mine, '10.0.0.5', mine), ['::ffff:10.0.0.0/104'], 'ok', /sees visitors/],
  [seen(mine, 'fe80::1%eth0', mine), ['fe80::/10'], 'ok', /sees visitors/],
  [seen(mine, '127.0.0.1', `${forgedAddress}, ${mine}`), ['127.0.0.1'], 'ok', /sees visitors/],
  // Doctor and proxy on one machine.
  [seen('127.0.0.1', '127.0.0.1', '127.0.0.1'), ['127.0.0.1'], 'ok', /sees visitors/],
  [
    seen('127.0.0.1', '127.0.0.1', '127.0.0.1'),
    [],
    'warn',
    /127\.0\.0\.1 is not in QRGATE_TRUSTED/,
  ],
  [
    seen('10.0.0.5', '10.0.0.5', mine),
    ['10.0.0.4'],
    'warn',
    /10\.0\.0\.5 is not in QRGATE_TRUSTED/,
  ],
  [seen('10.0.0.5', '10.0.0.5', null), ['10.0.0.5'], 'warn', /sends no X-Forwarded-For/],
  [seen(forgedAddress, '10.0.0.5', forgedAddress), ['10.0.0.5'], 'fail', /the gate believes it/],
  [
    seen(forgedAddress, '10.0.0.5', `${forgedAddress}, 10.0.0.9`),
    ['10.0.0.0/8'],
    'fail',
    /the gate believes it; set it there anew/,
  ],
  [
    seen('10.0.0.5', '10.0.0.5', forgedAddress),
    [],
    'warn',
    /as visitors send it; set it there anew/,
  ],
]

test('N49: what a proxy makes of visitors’ addresses is judged by what the gate sees', () => {
  for (const [what, trusted, mark, words] of proxied) {
    const [finding] = addressFindings(what, trusted)
    assert.equal(finding?.mark, mark, JSON.stringify(what))
    assert.match(finding?.words ?? '', words)
  }
})
