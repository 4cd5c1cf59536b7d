import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { costOf, hashCost, isImportable, isOutdated, isVerifiable } from './password-hash.ts'

test('bcrypt and argon2id are known, and only today’s argon2id is up to date', async () => {
  for (const version of ['2a', '2b', '2y'] as const) {
    const hash = (await bcrypt('secret', 4)).replace('$2b$', `$${version}$`)
    assert.equal(costOf(hash)?.kind, 'bcrypt')
    assert.ok(isOutdated(hash))
  }
  const present = await argon2('secret', hashCost)
  assert.equal(costOf(present)?.kind, 'argon2id')
  assert.ok(!isOutdated(present))
  const cheap = await argon2('secret', { memoryCost: 8, timeCost: 1, parallelism: 1 })
  assert.equal(costOf(cheap)?.kind, 'argon2id')
  assert.ok(isOutdated(cheap))
})

test('S053: truncated, foreign and unbearably costly hashes are no hashes', async () => {
  const good = await bcrypt('secret', 4)
  const argon = await argon2('secret', hashCost)
  const garbage = ['', 'x', 'secret', good.slice(0, -1), `${good}x`]
  const foreign = ['$2x$'.concat(good.slice(4)), argon.slice(0, 40), `${argon}\n`, '$1$salt$hash']
  const costly = [
    good.replace('$04$', '$31$'),
    argon.replace('m=19456', 'm=4194304'),
    argon.replace('t=2', 't=999'),
  ]
  for (const hash of [...garbage, ...foreign]) assert.equal(costOf(hash), undefined)
  for (const hash of costly) {
    const cost = costOf(hash)
    assert.ok(cost && !isVerifiable(cost) && !isImportable(cost), hash)
  }
})

test('N02: a hash costs what its parameters say, and too much is not imported', async () => {
  const seed = await bcrypt('secret', 4)
  const at = (cost: number) => costOf(seed.replace('$04$', `$${cost}$`))
  assert.ok(at(12) && at(13))
  assert.equal((at(13)?.ms ?? 0) / (at(12)?.ms ?? 1), 2)
  const own = await argon2('secret', hashCost)
  const with_ = (memory: number, passes: number) =>
    costOf(own.replace(/m=.*?,t=\d+/, `m=${memory},t=${passes}`))
  const taken = [
    at(10),
    at(12),
    costOf(own),
    with_(65_536, 4),
    with_(102_400, 2),
    with_(131_072, 3),
  ]
  const refused = [at(13), at(15), with_(262_144, 1), with_(262_144, 16), with_(65_536, 16)]
  assert.deepEqual(
    [...taken, ...refused].map(cost => cost && isImportable(cost)),
    [...taken.map(() => true), ...refused.map(() => false)],
  )
})
