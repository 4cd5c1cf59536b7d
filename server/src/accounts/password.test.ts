import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createPasswordHasher } from './password.ts'

const passwords = await createPasswordHasher(4)
const busy = (error: unknown) => error instanceof Refusal && error.code === 'busy'

test('a hash is argon2id with the cost that OWASP asks for, and salted', async () => {
  const hash = await passwords.hash('correct horse battery')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(await passwords.hash('correct horse battery'), hash)
  assert.equal(await passwords.matches('correct horse battery', hash), true)
  assert.equal(await passwords.matches('correct horse batterz', hash), false)
})

test('S050: passwords that share their first 72 bytes or a NUL are told apart', async () => {
  const long = 'x'.repeat(72)
  const hash = await passwords.hash(`${long}a`)
  assert.equal(await passwords.matches(`${long}b`, hash), false)
  assert.equal(await passwords.matches(long, hash), false)
  const withNul = await passwords.hash('secret\0one')
  assert.equal(await passwords.matches('secret\0two', withNul), false)
  assert.equal(await passwords.matches('secret', withNul), false)
})

test('without a hash nothing matches, not even the password of nobody', async () => {
  assert.equal(await passwords.matches('nobody has this password', null), false)
})

test('S053: a hash that cannot be read matches nothing and nothing throws', async () => {
  for (const hash of ['', 'plain', '$argon2id$', '$2b$12$short', '$argon2id$v=19$m=1,t=1,p=1$$']) {
    assert.equal(await passwords.matches('', hash), false)
    assert.equal(await passwords.matches('plain', hash), false)
  }
})

test('S054: a full queue says busy at once, and the ones before it all get their answer', async () => {
  const atOnce = Math.max(1, availableParallelism() - 1)
  const asked = atOnce + 4 + 6
  const results = await Promise.allSettled(
    Array.from({ length: asked }, () => passwords.hash('correct horse battery')),
  )
  const refused = results.filter(result => result.status === 'rejected')
  assert.equal(refused.length, 6)
  for (const { reason } of refused) assert.ok(busy(reason))
})

test('S054: after a rush the queue takes work again', async () => {
  assert.match(await passwords.hash('correct horse battery'), /^\$argon2id/)
  assert.equal(await passwords.matches('whatever', null), false)
})

test('S054: the event loop goes on while passwords are hashed', async () => {
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  await Promise.all(Array.from({ length: 5 }, () => passwords.hash('correct horse battery')))
  clearInterval(timer)
  assert.ok(longest < 200, `${longest} ms`)
})
