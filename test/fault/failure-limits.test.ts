import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import { createFailureLimits } from '../../server/src/limits/failure-limits.ts'
import { redisCounts } from '../../server/src/limits/redis-counts.ts'
import { freePort, startGate } from '../support/gate.ts'
import { until } from '../support/patience.ts'
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

type Node = ReturnType<typeof startNode>

let names = 0
const freshName = () => `visitor ${++names}`

/** Waits until a node has its Redis: then another node's failures count there. */
async function untilShared(one: Node, other: Node) {
  await until('the nodes share their counts', async () => {
    const id = freshName()
    for (let failure = 0; failure < rules.perAccount; failure += 1) await one.allowed(id)
    return !(await other.allowed(id))
  })
}

/** The answers, and whether all of them were there before the event loop had turned once. */
async function atOnce(ask: () => Promise<boolean[]>) {
  let turned = false
  setImmediate(() => {
    turned = true
  })
  return { answers: await ask(), waited: turned }
}

async function fiveTries(node: Node, id: string): Promise<boolean[]> {
  const answers = []
  for (let round = 0; round < 5; round += 1) answers.push(await node.allowed(id))
  return answers
}

test('I16: failures on one node count on every other, and successes take none back', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  const lost = () => one.errors.length + other.errors.length
  // A machine may be so busy that a node gives its Redis up for a while; that is not what counts here.
  for (;;) {
    await untilShared(one, other)
    const before = lost()
    const id = freshName()
    const first = []
    for (const node of [one, other, one]) first.push(await node.allowed(id))
    for (let success = 0; success < 5; success += 1) await other.succeed(id)
    const last = [await one.allowed(id), await other.allowed(id)]
    if (lost() > before) continue
    assert.deepEqual([...first, ...last], [true, true, true, true, false])
    return
  }
})

test('without Redis each node counts for itself, at once', async t => {
  const node = startNode(t, `redis://127.0.0.1:${await freePort()}`)
  const { answers, waited } = await atOnce(() => fiveTries(node, 'hong'))
  assert.deepEqual(answers, [true, true, true, true, false])
  assert.equal(waited, false)
})

test('a Redis that freezes delays one try, and forgets nothing', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other)
  const id = freshName()
  assert.ok(await one.allowed(id))
  const known = one.errors.length
  redis.freeze()

  assert.ok(await one.allowed(id))
  assert.equal(one.errors.length, known + 1, 'it has waited for Redis and given it up')
  const { answers, waited } = await atOnce(async () => [
    await one.allowed(id),
    await one.allowed(id),
    await one.allowed(id),
  ])
  assert.deepEqual(answers, [true, true, false])
  assert.equal(waited, false, 'nobody waits for a Redis that is given up')

  redis.thaw()
  await untilShared(one, other)
  assert.ok(!(await one.allowed(id)))
})

test('a Redis that dies refuses nobody, and is used again once it is back', async t => {
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other)
  await redis.kill()
  assert.ok(await one.allowed('kim'))
  await redis.restart()
  await untilShared(one, other)
})

test('people sign in while Redis is frozen, killed and back, and guesses stay limited', async t => {
  const redis = await startRedis(t)
  const gate = await startGate(t, { REDIS_URL: redis.url })
  const client = new SeedClient(gate.url)
  await client.insert('hong', 'correct horse')
  const signIn = async (id: string, password: string) => {
    return (await client.signIn(id, password)).status
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
  await gate.close()
})
