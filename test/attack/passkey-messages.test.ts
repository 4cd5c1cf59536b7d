import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createPasskeys } from '../../server/src/accounts/passkeys.ts'
import { Refusal } from '../../server/src/errors.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { passkeyChallenges } from '../../server/src/protocol/passkey-challenge.ts'
import type { Passkey } from '../../server/src/store/passkey.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { passkey } from '../conformance/passkey-promises.ts'
import { account, addAccount, start } from '../conformance/rows.ts'
import { Authenticator } from '../support/authenticator.ts'
import { patiently } from '../support/patience.ts'
import { whole } from '../support/under-attack.ts'

const messages = whole ? 1_000_000 : 2_000
const origin = 'https://gate.test'
const bound = { to: '01890000-0000-7000-8000-000000000000', phoneHash: 'hash' }
const actor = { kind: 'phone', id: 'hash' } as const

type Random = (below: number) => number

/** The same each time for the same seed (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Bytes that a parser of CBOR, JSON or DER may stumble over. */
const awkward = [0x00, 0x1b, 0x3b, 0x5b, 0x5f, 0x7b, 0x7f, 0x9b, 0x9f, 0xbb, 0xbf, 0xc0, 0xd8, 0xff]

function mutated(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length + 1)
  const some = bytes.subarray(random(bytes.length + 1)).subarray(0, random(64))
  switch (random(7)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), some, bytes.subarray(at)])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(16))])
    case 3:
      return Buffer.concat([bytes, Buffer.alloc(random(600), awkward[random(awkward.length)])])
    case 4:
      return Buffer.from(bytes.toString('latin1').replace(/\d/, `${random(10)}e${random(999)}`))
    default: {
      const copy = Buffer.from(bytes)
      for (let times = 1 + random(3); times > 0; times -= 1) {
        const place = random(copy.length || 1)
        const bit = (copy[place] ?? 0) ^ (1 << random(8))
        copy[place] = random(2) === 0 ? bit : (awkward[random(awkward.length)] ?? 0)
      }
      return copy
    }
  }
}

/** A message in which something is not as an authenticator has made it. */
function twisted(text: string, random: Random): string {
  if (random(20) === 0) return mutated(Buffer.from(text), random).toString()
  const message = JSON.parse(text) as Record<string, unknown>
  const names = Object.keys(message)
  for (let times = 1 + random(2); times > 0; times -= 1) {
    const name = names[random(names.length)] ?? ''
    const value = message[name]
    const other = [null, 7, '', [], {}, [value], '=', '\ud800'][random(24)]
    if (other !== undefined || typeof value !== 'string') message[name] = other
    else message[name] = mutated(Buffer.from(value, 'base64url'), random).toString('base64url')
  }
  return JSON.stringify(message)
}

/**
 * What was signed, as a gate reads it: base64url leaves bits at its end that say nothing, and one signature can be
 * written in several ways.
 */
function readOf(text: string): string {
  const { signature: _, ...signed } = JSON.parse(text) as Record<string, unknown>
  const fields = Object.entries(signed)
  return JSON.stringify(
    fields.map(([name, value]) => [name, Buffer.from(`${value}`, 'base64url').toString('hex')]),
  )
}

function isSame(one: string, other: string): boolean {
  try {
    return readOf(one) === readOf(other)
  } catch {
    return false
  }
}

async function setUp(t: TestContext) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const key = deriveKeyring(['a key that only this test knows, 32 bytes long'], 'test')
  const passkeys = createPasskeys({
    records: store.passkeys,
    accounts: store.accounts,
    challenges: passkeyChallenges(key, origin),
    origin,
    domain: 'gate.test',
    clock: () => start,
  })
  const row = account('hong')
  await addAccount(store, row)
  return { store, passkeys, row }
}

/** @returns whether it was taken. @throws AssertionError for any error but the one refusal. */
async function isTaken(work: () => Promise<unknown>, what: () => string): Promise<boolean> {
  for (;;) {
    try {
      await work()
      return true
    } catch (error) {
      const { code, status } = error instanceof Refusal ? error : assert.fail(`${what()}: ${error}`)
      if (code === 'passkey_wrong') return false
      // A machine that stands still for seconds keeps a store busy, too.
      assert.equal(status, 503, what())
    }
  }
}

test('S115: of assertions that are not as they were made none is taken, and nothing breaks', async t => {
  const { store, passkeys } = await setUp(t)
  const authenticator = new Authenticator()
  const { id, publicKey } = authenticator
  authenticator.userHandle = Buffer.from('hong').toString('base64url')
  const next = passkey(id, { account: 'hong', publicKey, synced: true })
  await store.passkeys.update(id, () => ({ next, events: [], quiet: true }))
  const asked = { ...(passkeys.requestOptions(bound) ?? assert.fail()), origin }
  const right = authenticator.get(asked)
  assert.ok(
    await isTaken(
      () => passkeys.recognise(right, bound),
      () => 'as it was made',
    ),
  )
  for (let seed = 0; seed < messages / 2; seed += 1) {
    const sent = twisted(right, randomOf(seed))
    const recognise = () => passkeys.recognise(sent, bound)
    const taken = await isTaken(recognise, () => `${seed}: ${sent}`)
    if (taken) assert.ok(isSame(sent, right), `${seed}: ${sent}`)
  }
})

test('S115: whatever a new passkey is made of, it is added or refused, and nothing breaks', async t => {
  const { store, passkeys, row } = await setUp(t)
  const asked = (await passkeys.creationOptions(row, 'site', bound)) ?? assert.fail()
  const { challenge, user } = asked
  const made = { challenge, rpId: 'gate.test', origin, userHandle: user.id }
  const right = new Authenticator().create(made)
  let added = 0
  for (let seed = 0; seed < messages / 2; seed += 1) {
    const sent = twisted(right, randomOf(seed))
    const add = () => passkeys.add(sent, row, '', bound, actor)
    if (!(await isTaken(add, () => `${seed}: ${sent}`))) continue
    added += 1
    // So that the account has room for the next.
    for (const { id } of await store.passkeys.of('hong')) {
      const remove = (old: Passkey | null) => ({
        next: { ...(old ?? assert.fail()), removedAt: 1 },
        events: [],
        quiet: true as const,
      })
      await patiently(() => store.passkeys.update(id, remove))
    }
    await patiently(() => store.passkeys.purge(2, 20))
  }
  t.diagnostic(`${added} of ${messages / 2} were as good as the one that was made`)
})
