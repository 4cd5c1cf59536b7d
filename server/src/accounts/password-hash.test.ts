import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { hashCost, hashKind, isOutdated } from './password-hash.ts'

test('bcrypt and argon2id are known, and only today’s argon2id is up to date', async () => {
  for (const version of ['2a', '2b', '2y'] as const) {
    const hash = await bcrypt('secret', { cost: 4, version })
    assert.equal(hashKind(hash), 'bcrypt')
    assert.ok(isOutdated(hash))
  }
  const present = await argon2('secret', hashCost)
  assert.equal(hashKind(present), 'argon2id')
  assert.ok(!isOutdated(present))
  const cheap = await argon2('secret', { memoryCost: 8, timeCost: 1, parallelism: 1 })
  assert.equal(hashKind(cheap), 'argon2id')
  assert.ok(isOutdated(cheap))
})

test('S053: truncated, foreign and unbearably costly hashes are no hashes', async () => {
  const good = await bcrypt('secret', { cost: 4 })
  const argon = await argon2('secret', hashCost)
  const garbage = ['', 'x', 'secret', good.slice(0, -1), `${good}x`, good.replace('$04$', '$31$')]
  const foreign = ['$2x$'.concat(good.slice(4)), argon.slice(0, 40), `${argon}\n`, '$1$salt$hash']
  const costly = [argon.replace('m=19456', 'm=4194304'), argon.replace('t=2', 't=99')]
  for (const hash of [...garbage, ...foreign, ...costly]) assert.equal(hashKind(hash), undefined)
})
