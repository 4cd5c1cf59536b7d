import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { Refusal, type RefusalCode, refusalCodes } from '../errors.ts'
import { networkOf } from '../limits/network.ts'
import type { LogEvent } from '../protocol/log-event.ts'
import { countRefusedTries } from './refused-tries.ts'
import { alarmAbove, mostApart, type WrongPasswords } from './wrong-passwords.ts'

const minute = 60_000
const now = 1_800_000_000_000

/** Counts into a log that does as it is told. */
function start(
  t: TestContext,
  add: (events: readonly LogEvent[]) => Promise<void> = async () => {},
) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const written: LogEvent[][] = []
  const errors: unknown[] = []
  const alarms: WrongPasswords[] = []
  const tries = countRefusedTries({
    log: {
      async add(events) {
        await add(events)
        written.push([...events])
      },
    },
    clock: () => now,
    networkOf,
    onError: error => errors.push(error),
    onAlarm: wrong => alarms.push(wrong),
  })
  const refuse = (code: RefusalCode, address = '', account?: string) =>
    tries.count(Object.assign(new Refusal(code), { account }), address)
  return { tries, refuse, written, errors, alarms }
}

const countOf = ({ detail }: LogEvent) => Number(detail?.count)
const sum = (events: readonly LogEvent[]) => events.reduce((sum, event) => sum + countOf(event), 0)

test('tries are counted by refusal, account and network, and written once a minute', async t => {
  const { tries, refuse, written } = start(t)
  for (let n = 0; n < 3; n += 1) refuse('wrong_credentials', '203.0.113.7', 'the key')
  refuse('wrong_credentials', '203.0.113.8', 'the key')
  refuse('wrong_credentials', '203.0.113.7')
  refuse('ticket_unknown', '2001:db8:1:2:3::4')
  refuse('ticket_unknown', '2001:db8:1:2:ffff::1')
  t.mock.timers.tick(minute - 1)
  assert.deepEqual(written, [])
  t.mock.timers.tick(1)
  const event = (code: string, account: string | null, address: string, count: number) => ({
    event: 'tries.refused',
    at: now,
    actor: { kind: 'system', id: 'gate', address },
    subject: { kind: 'refusal', id: code },
    account,
    detail: { count, seconds: 60 },
  })
  await tries.stop()
  assert.deepEqual(written, [
    [
      event('wrong_credentials', 'the key', '203.0.113.7', 3),
      event('ticket_unknown', null, '2001:db8:1:2::/64', 2),
      event('wrong_credentials', 'the key', '203.0.113.8', 1),
      event('wrong_credentials', null, '203.0.113.7', 1),
    ],
  ])
})

test('a minute in which nobody tries writes nothing', async t => {
  const { tries, refuse, written } = start(t)
  t.mock.timers.tick(10 * minute)
  refuse('not_found', '203.0.113.7')
  t.mock.timers.tick(minute)
  await tries.stop()
  assert.deepEqual(written, [])
})

test('what is left is written when it stops, and nothing afterwards', async t => {
  const { tries, refuse, written } = start(t)
  refuse('link_used', '203.0.113.7')
  await tries.stop()
  assert.equal(sum(written.flat()), 1)
  refuse('link_used', '203.0.113.7')
  t.mock.timers.tick(10 * minute)
  await turn()
  assert.equal(written.length, 1)
})

test('what is no try at anything is not counted', async t => {
  const { tries, refuse, written } = start(t)
  for (const code of refusalCodes) refuse(code, '203.0.113.7')
  await tries.stop()
  const codes = new Set(written.flat().map(({ subject }) => subject.id as RefusalCode))
  assert.deepEqual(
    refusalCodes.filter(code => !codes.has(code)).toSorted(),
    [
      // Time, repetition and chance.
      'already_ended',
      'proof_too_old',
      'expired',
      'not_approved',
      'not_claimable',
      'hand_off_over',
      'service_closed',
      'service_unknown',
      'signed_out',
      'staff_call_off',
      // What is no request of ours, or of nobody's making.
      'headers_too_large',
      'http_method_not_allowed',
      'malformed',
      'not_found',
      'notice_changed',
      'request_timeout',
      'too_large',
      'unsupported_media_type',
      'uri_too_long',
      // A person who chooses an id and a password, and what an operator gives by hand.
      'account_id_invalid',
      'external_id_invalid',
      'external_id_taken',
      'client_exists',
      'client_id_invalid',
      'endpoint_invalid',
      'service_invalid',
      'name_invalid',
      'password_too_common',
      'password_too_long',
      'password_too_short',
      // The gate's own trouble.
      'busy',
      'outcome_unknown',
      'internal',
      'restarting',
      'storage_busy',
    ].toSorted(),
  )
})

test('N06: a hundred thousand addresses fill neither the log nor the memory', async t => {
  const { set } = Map.prototype
  let largest = 0
  t.mock.method(
    Map.prototype,
    'set',
    function (this: Map<unknown, unknown>, ...entry: [unknown, unknown]) {
      set.apply(this, entry)
      largest = Math.max(largest, this.size)
      return this
    },
  )
  const { tries, refuse, written } = start(t)
  for (let n = 0; n < 20; n += 1) refuse('wrong_credentials', '203.0.113.7', 'the key')
  for (let n = 0; n < 100_000; n += 1) {
    const address = `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`
    refuse(n % 2 ? 'wrong_credentials' : 'ticket_unknown', address, `account ${n}`)
  }
  await tries.stop()
  const events = written.flat()
  assert.ok(largest < 2_000, `${largest} are kept`)
  assert.equal(sum(events), 100_020)
  assert.ok(events.length <= 10 + 2, `${events.length} rows`)
  const mine = events.find(({ account }) => account === 'the key')
  assert.equal(mine && countOf(mine), 20, 'who tried most before is still to be seen')
  // Those that are summed up name nobody.
  for (const { account, actor } of events.filter(event => countOf(event) > 20)) {
    assert.deepEqual([account, actor.address], [null, undefined])
  }
})

test('those who try most have rows of their own, all others share one of each refusal', async t => {
  const { tries, refuse, written } = start(t)
  for (let n = 1; n <= 30; n += 1) {
    for (let count = 0; count < n; count += 1) refuse('wrong_credentials', `203.0.113.${n}`)
  }
  refuse('cross_site', '203.0.113.1')
  await tries.stop()
  const rows = written.flat().map(event => [event.actor.address, countOf(event)])
  const own = Array.from({ length: 10 }, (_, n) => [`203.0.113.${30 - n}`, 30 - n])
  // 1 + 2 + … + 20
  assert.deepEqual(rows, [...own, [undefined, 210], [undefined, 1]])
})

test('a log that is busy just then loses no count, and counts none twice', async t => {
  let busy = true
  const { tries, refuse, written, errors } = start(t, async () => {
    if (!busy) return
    // Meanwhile somebody goes on.
    refuse('wrong_credentials', '198.51.0.0')
    throw new Refusal('storage_busy')
  })
  for (let n = 0; n < 1_500; n += 1) refuse('wrong_credentials', `198.51.${n >> 8}.${n & 255}`)
  for (let round = 0; round < 3; round += 1) {
    t.mock.timers.tick(minute)
    await turn()
    refuse('wrong_credentials', '198.51.0.0')
  }
  assert.equal(errors.length, 3)
  assert.deepEqual(written, [])
  busy = false
  t.mock.timers.tick(minute)
  await turn()
  assert.equal(sum(written.flat()), 1_506)
  await tries.stop()
  assert.equal(sum(written.flat()), 1_506)
})

test('what comes while a write is under way is counted, and stopping waits for both', async t => {
  const waiting: { go(): void; fail(): void }[] = []
  const { tries, refuse, written } = start(t, () => {
    return new Promise<void>((go, fail) => waiting.push({ go, fail: () => fail(new Error('no')) }))
  })
  refuse('wrong_credentials', '203.0.113.7')
  t.mock.timers.tick(minute)
  await turn()
  refuse('wrong_credentials', '203.0.113.7')
  let stopped = false
  const stopping = tries.stop().then(() => {
    stopped = true
  })
  await turn()
  assert.equal(stopped, false, 'the first write is still under way')
  waiting[0]?.fail()
  await turn()
  assert.equal(stopped, false)
  waiting[1]?.go()
  await stopping
  // What the first could not write is in the second.
  assert.equal(sum(written.flat()), 2)
})

test('S131: nothing of a forged address stands in the log, whatever it is', async t => {
  const { tries, refuse, written } = start(t)
  const forged = [
    '<script>alert(1)</script>',
    '203.0.113.7, evil',
    '::1%evil',
    'evil/64',
    '/64',
    '',
  ]
  for (const address of [...forged, '203.0.113.7/64', '[2001:db8::1]:443', '::ffff:203.0.113.9']) {
    refuse('wrong_credentials', address)
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => refuse('wrong_credentials', text)))
  fc.assert(
    fc.property(fc.ipV6(), fc.string(), (ip, text) => refuse('wrong_credentials', `${ip}%${text}`)),
  )
  await tries.stop()
  const addresses = written.flat().map(({ actor: { address = '::' } }) => address)
  for (const address of addresses) {
    assert.ok(isIP(address.replace(/\/64$/, '')) > 0, `no network: ${address}`)
    assert.match(address, /^[\da-f.:]+(\/64)?$/)
  }
})

test('N17: more wrong passwords in a minute than people mistype raise one alarm, which names nobody', async t => {
  const { tries, refuse, alarms } = start(t)
  for (let n = 0; n < alarmAbove; n += 1) refuse('wrong_credentials', '203.0.113.7', `key ${n % 4}`)
  for (let n = 0; n < 5; n += 1) refuse('ticket_unknown', '203.0.113.7')
  t.mock.timers.tick(minute)
  assert.deepEqual(alarms, [], `${alarmAbove} are not too many yet`)

  for (let n = 0; n < 20; n += 1) refuse('wrong_credentials', '203.0.113.7', `key ${n % 4}`)
  for (let n = 0; n < 10; n += 1) refuse('too_many_tries', '2001:db8:1:2:3::4', 'key 1')
  refuse('wrong_credentials', '2001:db8:1:2:ffff::1')
  t.mock.timers.tick(minute - 1)
  assert.deepEqual(alarms, [])
  t.mock.timers.tick(1)
  const expected: WrongPasswords = {
    count: 31,
    seconds: 60,
    accounts: 4,
    networks: 2,
    largest: { network: '203.0.113.7', count: 20 },
  }
  assert.deepEqual(alarms, [expected])
  assert.doesNotMatch(JSON.stringify(alarms), /key \d/)

  t.mock.timers.tick(10 * minute)
  assert.equal(alarms.length, 1, 'a quiet minute raises none')
  await tries.stop()
})

test('N17: an attack that goes on is one alarm a minute, also where the log cannot be written', async t => {
  const { tries, refuse, alarms, errors } = start(t, () => Promise.reject(new Error('disk full')))
  for (let round = 1; round <= 3; round += 1) {
    for (let n = 0; n < 100; n += 1) refuse('wrong_credentials', `198.51.100.${n}`)
    t.mock.timers.tick(minute)
    await turn()
    assert.equal(alarms.length, round)
    assert.deepEqual([alarms.at(-1)?.count, alarms.at(-1)?.networks], [100, 100])
  }
  assert.equal(errors.length, 3)
  for (let n = 0; n < 100; n += 1) refuse('wrong_credentials', '198.51.100.1')
  await tries.stop()
  assert.equal(alarms.length, 4, 'a gate that stops says what it has counted')
})

test('N17: accounts and networks without number cost no memory without number', async t => {
  const { tries, refuse, alarms } = start(t)
  for (let n = 0; n < 3 * mostApart; n += 1) {
    refuse('wrong_credentials', `2001:db8:0:${n.toString(16)}::1`, `key ${n}`)
  }
  for (let n = 0; n < 50; n += 1) refuse('wrong_credentials', '<script>', 'key')
  t.mock.timers.tick(minute)
  const { count, accounts, networks, largest } = alarms[0] ?? assert.fail()
  assert.deepEqual([count, accounts, networks], [3 * mostApart + 50, mostApart, mostApart])
  assert.match(largest?.network ?? '', /^2001:db8:/)
  await tries.stop()
})

/** Lets what is ready happen. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
