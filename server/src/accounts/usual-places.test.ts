import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Payer } from '../limits/payer.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import type { Account } from '../store/account.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createUsualPlaces, type UsualPlaces } from './usual-places.ts'

const day = 86_400_000
const hong = { key: 'key of hong' } as Account
const kim = { key: 'key of kim' } as Account
const at = (address: string, phone?: string): Payer => {
  return { signIn: 'sign-in', kiosk: 0, enrolled: false, address, ...(phone && { phone }) }
}

/** The two things that come of a look, and the opposite of one. */
function callable(places: UsualPlaces) {
  return {
    standing: async (account: Account | null, payer: Payer) =>
      (await places.look(account, payer)).standing,
    remember: async (account: Account, payer: Payer) =>
      (await places.look(account, payer)).remember(),
    forgetPhone: (account: Account, payer: Payer) => places.forgetPhone(account.key, payer),
  }
}

async function setUp(t: TestContext) {
  let now = 1_800_000_000_000
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const errors: unknown[] = []
  /** The places as a gate with these keys knows them. */
  const under = (...secretKeys: [string, ...string[]]) =>
    callable(
      createUsualPlaces({
        records: store.usualPlaces,
        keyring: deriveKeyring(secretKeys, 'usual place'),
        clock: () => now,
        onError: error => errors.push(error),
      }),
    )
  const places = under('first key')
  const pass = (ms: number) => {
    now += ms
  }
  return { places, under, records: store.usualPlaces, errors, pass }
}

test('N05: an account is known at the network and on the phone where it signed in', async t => {
  const { places } = await setUp(t)
  assert.equal(await places.standing(hong, at('192.0.2.1', 'own')), 'stranger')
  await places.remember(hong, at('192.0.2.1', 'own'))
  assert.equal(await places.standing(hong, at('198.51.100.1', 'own')), 'usual phone')
  assert.equal(await places.standing(hong, at('192.0.2.1', 'another')), 'usual network')
  assert.equal(await places.standing(hong, at('192.0.2.1')), 'usual network')
  assert.equal(await places.standing(hong, at('198.51.100.1', 'another')), 'stranger')
  assert.equal(await places.standing(kim, at('192.0.2.1', 'own')), 'stranger')
  assert.equal(await places.standing(null, at('192.0.2.1', 'own')), 'stranger')
})

test('N05: a place is a usual one for thirty days, and is written at most once a day', async t => {
  const { places, records, pass } = await setUp(t)
  const remember = t.mock.method(records, 'remember')
  for (let visit = 0; visit < 5; visit += 1) await places.remember(hong, at('192.0.2.1', 'own'))
  assert.equal(remember.mock.callCount(), 1)
  pass(day)
  await places.remember(hong, at('192.0.2.1', 'own'))
  assert.equal(remember.mock.callCount(), 2)
  pass(30 * day - 1)
  assert.equal(await places.standing(hong, at('192.0.2.1')), 'usual network')
  pass(1)
  assert.equal(await places.standing(hong, at('192.0.2.1')), 'stranger')
})

test('N05: a phone on the move stays known, in however many networks it was', async t => {
  const { places, pass } = await setUp(t)
  for (let n = 0; n < 30; n += 1) {
    await places.remember(hong, at(`198.51.100.${n}`, 'own'))
    pass(60_000)
  }
  assert.equal(await places.standing(hong, at('203.0.113.1', 'own')), 'usual phone')
  assert.equal(await places.standing(hong, at('198.51.100.29')), 'usual network')
  assert.equal(await places.standing(hong, at('198.51.100.1')), 'stranger')
})

test('S130: nobody can read from the rows who was where', async t => {
  const { places, records } = await setUp(t)
  const rows: unknown[] = []
  t.mock.method(records, 'remember', async (given: unknown) => {
    rows.push(given)
  })
  for (const account of [hong, kim]) await places.remember(account, at('192.0.2.1', 'own'))
  const text = JSON.stringify(rows)
  assert.ok(!text.includes('192.0.2') && !text.includes('own'))
  const names = [...text.matchAll(/"place":"([^"]+)"/g)].map(([, name]) => name)
  assert.equal(new Set(names).size, 4, 'the same phone has another name for each account')
})

test('whoever has the rows but no SECRET_KEY cannot try every network on them', async t => {
  const { places, under } = await setUp(t)
  await places.remember(hong, at('192.0.2.1', 'own'))
  assert.equal(await under('another key').standing(hong, at('192.0.2.1', 'own')), 'stranger')
})

test('a new SECRET_KEY forgets no place while the old one is accepted', async t => {
  const { places, under } = await setUp(t)
  await places.remember(hong, at('192.0.2.1', 'own'))
  const newer = under('second key', 'first key')
  assert.equal(await newer.standing(hong, at('198.51.100.1', 'own')), 'usual phone')
  assert.equal(await newer.standing(hong, at('192.0.2.1')), 'usual network')
  await newer.remember(hong, at('192.0.2.1', 'own'))
  assert.equal(await under('second key').standing(hong, at('192.0.2.1')), 'usual network')
})

test('a phone that was not its owner’s is a stranger’s again, and its network stays', async t => {
  const { places, under } = await setUp(t)
  for (const account of [hong, kim]) await places.remember(account, at('192.0.2.1', 'own'))
  await places.remember(hong, at('198.51.100.1', 'another'))
  // Whatever SECRET_KEY it was remembered under.
  const newer = under('second key', 'first key')
  await newer.remember(hong, at('192.0.2.1', 'own'))
  await newer.forgetPhone(hong, at('203.0.113.1', 'own'))
  for (const known of [places, newer, under('second key')]) {
    assert.equal(await known.standing(hong, at('203.0.113.1', 'own')), 'stranger')
  }
  assert.equal(await newer.standing(hong, at('192.0.2.1', 'own')), 'usual network')
  assert.equal(await places.standing(hong, at('203.0.113.1', 'another')), 'usual phone')
  assert.equal(await places.standing(kim, at('203.0.113.1', 'own')), 'usual phone')
  await newer.forgetPhone(hong, at('192.0.2.1'))
  assert.equal(await newer.standing(hong, at('192.0.2.1')), 'usual network')
})

test('what cannot be remembered is told, and fails nobody’s sign-in', async t => {
  const { places, records, errors } = await setUp(t)
  t.mock.method(records, 'remember', () => Promise.reject(new Error('the disk is full')))
  await places.remember(hong, at('192.0.2.1'))
  assert.equal(errors.length, 1)
})
