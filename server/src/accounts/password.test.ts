import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { Refusal } from '../errors.ts'
import { createPasswordHasher, hashesAtOnce, type PasswordHasher } from './password.ts'

const mine = ['kiosk 101', '192.0.2.1', 'sign-in']
const longest = 60_000

test('a password matches its own hash, of today and of the seed', async () => {
  const passwords = await createPasswordHasher(longest)
  const present = await passwords.hash('correct horse', mine)
  const old = await bcrypt('correct horse', 4)
  for (const hash of [present, old]) {
    assert.equal(await passwords.matches('correct horse', hash, mine), true)
    assert.equal(await passwords.matches('correct horsf', hash, mine), false)
  }
})

test('S053: without a hash, or with one that cannot be read, nothing matches', async () => {
  const passwords = await createPasswordHasher(longest)
  for (const hash of [
    null,
    '',
    'correct horse',
    '$2b$12$short',
    '$argon2id$v=19$m=19456,t=2,p=1$',
  ]) {
    assert.equal(await passwords.matches('correct horse', hash, mine), false)
    assert.equal(await passwords.matches('nobody has this password', hash, mine), false)
  }
})

test('N02: hashes leave a core to others, and a thread to files and names, however large the machine', () => {
  assert.deepEqual([hashesAtOnce(1, 4), hashesAtOnce(2, 4), hashesAtOnce(4, 4)], [1, 1, 3])
  assert.equal(hashesAtOnce(64, 4), 3)
  assert.deepEqual([hashesAtOnce(16, 32), hashesAtOnce(64, 32)], [15, 31])
})

async function settled(tries: Promise<unknown>[]) {
  const all = await Promise.allSettled(tries)
  const turnedAway = all.filter(one => one.status === 'rejected').map(({ reason }) => reason)
  for (const error of turnedAway) {
    assert.ok(error instanceof Refusal && error.code === 'busy', String(error))
    assert.ok((error.retryAfter ?? 0) >= 1)
  }
  return { turnedAway: turnedAway.length, done: all.length - turnedAway.length }
}

const costly = await bcrypt('correct horse', 10)

/** Guesses at costly hashes, each at a sign-in of its own. */
const guesses = (passwords: PasswordHasher, kiosk: string, network: string) =>
  Array.from({ length: 30 }, (_, n) =>
    passwords.matches('wrong', costly, [kiosk, network, `sign-in ${n}`]),
  )

test('N02: beyond the time that it may take people are turned away, each with an answer', async () => {
  const passwords = await createPasswordHasher(100)
  const { turnedAway, done } = await settled(guesses(passwords, 'open', '203.0.113.7'))
  assert.ok(turnedAway > 0 && done > 0)
})

test('N03: for one sign-in two passwords wait at most, whoever else is there', async () => {
  const passwords = await createPasswordHasher(longest)
  const own = Array.from({ length: 20 }, () => passwords.matches('wrong', costly, mine))
  const { turnedAway } = await settled(own)
  assert.ok(turnedAway >= 20 - 2 - 16, `${turnedAway} of 20 were turned away`)
  assert.equal(passwords.fullSince(), null, 'nobody else has to know')
})

test('N02: whoever has used less comes in, and before the others, on the same network too', async () => {
  for (const visitor of [
    ['kiosk 102', '192.0.2.9', 'mine'],
    ['kiosk 101', '192.0.2.9', 'mine'],
  ]) {
    const passwords = await createPasswordHasher(longest)
    const others = guesses(passwords, 'kiosk 101', '203.0.113.7')
    let waiting = others.length
    for (const other of others) {
      void other
        .catch(() => {})
        .finally(() => {
          waiting -= 1
        })
    }
    assert.equal(await passwords.matches('correct horse', costly, visitor), true)
    assert.ok(waiting > 0, 'it had to wait for all of them')
    await settled(others)
  }
})
