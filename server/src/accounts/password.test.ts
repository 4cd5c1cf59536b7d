import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { Refusal } from '../errors.ts'
import { createPasswordHasher } from './password.ts'

test('a password matches its own hash, of today and of the seed', async () => {
  const passwords = await createPasswordHasher(10)
  const present = await passwords.hash('correct horse')
  const old = await bcrypt('correct horse', { cost: 4 })
  for (const hash of [present, old]) {
    assert.equal(await passwords.matches('correct horse', hash), true)
    assert.equal(await passwords.matches('correct horsf', hash), false)
  }
})

test('S053: without a hash, or with one that cannot be read, nothing matches', async () => {
  const passwords = await createPasswordHasher(10)
  for (const hash of [
    null,
    '',
    'correct horse',
    '$2b$12$short',
    '$argon2id$v=19$m=19456,t=2,p=1$',
  ]) {
    assert.equal(await passwords.matches('correct horse', hash), false)
    assert.equal(await passwords.matches('nobody has this password', hash), false)
  }
})

test('beyond its queue people are turned away at once, bcrypt or not', async () => {
  const passwords = await createPasswordHasher(1)
  const old = await bcrypt('correct horse', { cost: 8 })
  const tries = Array.from({ length: 20 }, () => passwords.matches('wrong', old))
  const settled = await Promise.allSettled(tries)
  const turnedAway = settled.filter(one => one.status === 'rejected').map(one => one.reason)
  assert.ok(turnedAway.length > 0 && turnedAway.length < tries.length)
  assert.ok(turnedAway.every(error => error instanceof Refusal && error.code === 'busy'))
})
