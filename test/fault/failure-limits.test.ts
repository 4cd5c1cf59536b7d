import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../server/src/errors.ts'
import { createFailureLimits } from '../../server/src/limits/failure-limits.ts'
import { redisCounts } from '../../server/src/limits/redis-counts.ts'
import { freePort, startGate } from '../support/gate.ts'
import { startRedis } from '../support/redis.ts'
import { SeedClient } from '../support/seed-client.ts'

const rules = { window: 900, perAccount: 4, perAccountAndDay: 100, perNetwork: 100_000 }
const here = '203.0.113.7'

function startNode(t: { after(end: () => void): void }, url: string) {
  const errors: unknown[] = []
  const limits = createFailureLimits(
    rules,
    redisCounts(url, error => errors.push(error)),
  )
  t.after(() => limits.close())
  return {
    errors,
    async allowed(id: string): Promise<boolean> {
      try {
        await limits.count(id, here)
        return true
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'too_many_tries', String(error))
        return false
      }
    },
    succeed: async (id: string) => (await limits.count(id, here))(),
  }
}

/** Waits until a node has its Redis: then another node's failures count there. */
async function untilShared(one: ReturnType<typeof startNode>, other: ReturnType<typeof startNode>) {
  for (let round = 0; round < 100; round += 1) {
    const id = `probe ${Math.random()}`
    for (let failure = 0; failure < rules.perAccount; failure += 1) await one.allowed(id)
    if (!(await other.allowed(id))) return
    await sleep(50)
  }
  assert.fail('the nodes share no counts')
}

test('I16: failures on one node count on every other, and successes take none back', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other)
  for (const node of [one, other, one]) assert.ok(await node.allowed('hong'))
  for (let success = 0; success < 5; success += 1) await other.succeed('hong')
  await sleep(20)
  assert.ok(await one.allowed('hong'))
  assert.ok(!(await other.allowed('hong')))
  assert.deepEqual([...one.errors, ...other.errors], [])
})

test('without Redis each node counts for itself, at once', async t => {
  const node = startNode(t, `redis://127.0.0.1:${await freePort()}`)
  const began = performance.now()
  const answers = []
  for (let round = 0; round < 5; round += 1) answers.push(await node.allowed('hong'))
  assert.deepEqual(answers, [true, true, true, true, false])
  assert.ok(performance.now() - began < 200)
})

test('a Redis that freezes delays one try by half a second, and forgets nothing', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other)
  assert.ok(await one.allowed('hong'))
  redis.freeze()

  const began = performance.now()
  assert.ok(await one.allowed('hong'))
  assert.ok(performance.now() - began < 700)
  const later = performance.now()
  assert.ok(await one.allowed('hong'))
  assert.ok(await one.allowed('hong'))
  assert.ok(!(await one.allowed('hong')))
  assert.ok(performance.now() - later < 100)
  assert.equal(one.errors.length, 1)

  redis.thaw()
  await untilShared(one, other)
  assert.ok(!(await one.allowed('hong')))
})

test('a Redis that dies refuses nobody, and is used again once it is back', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other)
  await redis.kill()
  const began = performance.now()
  assert.ok(await one.allowed('kim'))
  assert.ok(performance.now() - began < 700)
  await redis.restart()
  await untilShared(one, other)
})

test('people sign in while Redis is frozen, killed and back, and guesses stay limited', async t => {
  const redis = await startRedis(t)
  const gate = await startGate(t, { REDIS_URL: redis.url })
  const client = new SeedClient(gate.url)
  await client.insert('hong', 'correct horse')
  const signIn = async (id: string, password: string) => {
    const began = performance.now()
    const { status } = await client.signIn(id, password)
    assert.ok(performance.now() - began < 900, `${performance.now() - began} ms`)
    return status
  }
  assert.equal(await signIn('hong', 'correct horse'), 200)
  redis.freeze()
  for (let round = 0; round < 3; round += 1) {
    assert.equal(await signIn('hong', 'correct horse'), 200)
  }
  for (let guess = 0; guess < 6; guess += 1) assert.equal(await signIn('hong', 'guess'), 401)
  await redis.restart()
  for (let guess = 0; guess < 4; guess += 1) assert.equal(await signIn('hong', 'guess'), 401)
  assert.equal(await signIn('hong', 'correct horse'), 429)
  await redis.kill()
  assert.equal(await signIn('hong', 'correct horse'), 429)
  const began = performance.now()
  await gate.close()
  assert.ok(performance.now() - began < 1_000)
})
