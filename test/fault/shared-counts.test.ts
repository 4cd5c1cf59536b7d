import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Refusal } from '../../server/src/errors.ts'
import { createCounters } from '../../server/src/limits/counters.ts'
import { redisCounts } from '../../server/src/limits/redis-counts.ts'
import { createTryLimits, type Try } from '../../server/src/limits/try-limits.ts'
import type { TryRules } from '../../server/src/protocol/try-rules.ts'
import { createRedisClient, redisPatience } from '../../server/src/redis/client.ts'
import { freePort, startGate } from '../support/gate.ts'
import { pause, turns, until } from '../support/patience.ts'
import { startRedis } from '../support/redis.ts'
import { SeedClient } from '../support/seed-client.ts'

const rules: TryRules = {
  perSignIn: 3,
  signInLife: 600,
  window: 900,
  perAccount: 4,
  perAccountAndDay: 100,
  perNetwork: 100_000,
}
const address = '203.0.113.7'
const stranger = 'stranger'
/** A sign-in of its own. */
const payer = () => ({ signIn: crypto.randomUUID(), kiosk: 0, enrolled: false, address })

/** Patience with Redis runs out only where the test says so, however slow the machine is. */
function holdPatience(t: TestContext): () => void {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  return () => t.mock.timers.tick(2 * redisPatience)
}

function startNode(t: TestContext, url: string) {
  const errors: unknown[] = []
  const shared = redisCounts(url, error => errors.push(error))
  const counters = createCounters(() => 0, shared)
  const tries = createTryLimits(rules, counters)
  t.after(() => counters.close())
  return {
    errors,
    /** @param hashing its password. */
    async allowed(id: string, at = payer(), hashing = Promise.resolve()): Promise<boolean> {
      try {
        const tried = await tries.begin(at)
        await tried.look({ id, standing: stranger })
        await tried.told(hashing)
        tried.over()
        return true
      } catch (error) {
        assert.ok(error instanceof Refusal && error.code === 'too_many_tries', String(error))
        return false
      }
    },
    async succeed(id: string): Promise<void> {
      const tried = await tries.begin(payer())
      await tried.look({ id, standing: stranger })
      await tried.told(Promise.resolve())
      tried.right()
      tried.over()
    },
    /** A try that is looked at, but not told yet. */
    async looked(id: string): Promise<Try> {
      const tried = await tries.begin(payer())
      await tried.look({ id, standing: stranger })
      return tried
    },
  }
}

/**
 * Waits until a node has its Redis: then another node's failures count there.
 * @param meanwhile called before each look.
 */
function untilShared(
  one: ReturnType<typeof startNode>,
  other: ReturnType<typeof startNode>,
  meanwhile: () => void = () => {},
): Promise<void> {
  const check = async () => {
    const id = `probe ${Math.random()}`
    for (let failure = 0; failure < rules.perAccount; failure += 1) await one.allowed(id)
    return !(await other.allowed(id))
  }
  return until(
    'the nodes share their counts',
    async () => {
      meanwhile()
      const checked = check()
      // What was asked on a connection that is just being replaced is answered by nobody.
      while ((await Promise.race([checked, pause(500)])) === undefined) meanwhile()
      return checked
    },
    50,
  )
}

test('I16: failures on one node count on every other, and successes take none back', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other, losePatience)
  // From here on nobody's patience runs out.
  for (const { errors } of [one, other]) errors.length = 0
  for (const node of [one, other, one]) assert.ok(await node.allowed('hong'))
  for (let success = 0; success < 5; success += 1) await other.succeed('hong')
  // Redis takes what a node sends in order: once this is counted, the successes are.
  assert.ok(await other.allowed('somebody else'))
  assert.ok(await one.allowed('hong'))
  assert.ok(!(await other.allowed('hong')))
  assert.deepEqual([...one.errors, ...other.errors], [])
})

test('N04: what one scan has tried on one node counts on every other', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other, losePatience)
  const scan = payer()
  const answers = []
  for (const node of [one, other, one, other]) answers.push(await node.allowed('kim', scan))
  assert.deepEqual(answers, [true, true, true, false])
  assert.ok(await other.allowed('kim'))
})

/** One count in Redis, and Redis itself. */
async function startCounting(t: TestContext) {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const client = createRedisClient(redis.url)
  await client.connect()
  const shared = redisCounts(redis.url, () => {})
  t.after(() => {
    shared.close()
    client.destroy()
  })
  const take = shared.counter({ name: 'test', points: 10, duration: 900 })
  await until('the counts have their Redis', async () => (await take('probe')) !== null)
  return { redis, client, take, losePatience }
}

test('N05: however many are refused at once, whoever has a larger share has it', async t => {
  const { take } = await startCounting(t)
  for (let n = 0; n < 5; n += 1) assert.equal((await take('hong', 5))?.wait, 0)
  const refused = Array.from({ length: 50 }, () => take('hong', 5))
  assert.deepEqual([(await take('hong', 10))?.wait, (await take('hong', 10))?.used], [0, 7])
  for (const answer of await Promise.all(refused)) assert.ok(answer && answer.wait > 0)
})

test('what is taken back after its window takes nothing from the next one', async t => {
  const { client, take } = await startCounting(t)
  const counted = await take('hong', 1)
  await client.flushAll()
  counted?.undo()
  assert.equal((await take('hong', 1))?.wait, 0)
  assert.ok(((await take('hong', 1))?.wait ?? 0) > 0)
})

test('an answer that comes too late to be known is taken back', async t => {
  const { redis, client, take, losePatience } = await startCounting(t)
  redis.freeze()
  const late = take('hong')
  losePatience()
  assert.equal(await late, null)
  redis.thaw()
  await until('it is counted', async () => (await client.keys('*hong*')).length > 0)
  const [key = ''] = await client.keys('*hong*')
  await until('it is taken back', async () => (await client.get(key)) === null)
})

test('N06: only what is counted is kept in Redis, whoever else is refused or right', async t => {
  const { redis, client } = await startCounting(t)
  const node = startNode(t, redis.url)
  const at = (address: string) => ({ ...payer(), address })
  await until('a guess counts in Redis', async () => {
    await node.allowed('hong')
    return (await client.keys('*account-day*')).length > 0
  })
  // Strangers have used up what they have of the day.
  for (let n = 0; n < 20; n += 1) {
    for (let guess = 0; guess < 4; guess += 1) await node.allowed('hong', at(`2001:db8:1:${n}::1`))
  }
  const kept = (name: string) => client.keys(`*:${name}:*`)
  const before = (await kept('account')).length
  for (let n = 0; n < 50; n += 1) {
    assert.ok(!(await node.allowed('hong', at(`2001:db8:2:${n}::1`))))
    await node.succeed(`somebody ${n}`)
  }
  // What is sent to take a count back is done before what is sent later.
  await node.allowed('the last')
  assert.equal((await kept('account')).length, before + 1)
  assert.equal((await kept('account-day')).length, 2)
  assert.deepEqual(node.errors, [])
})

test('without Redis each node counts for itself, and waits for nothing', async t => {
  holdPatience(t)
  const node = startNode(t, `redis://127.0.0.1:${await freePort()}`)
  const answers = []
  for (let round = 0; round < 5; round += 1) answers.push(await node.allowed('hong'))
  assert.deepEqual(answers, [true, true, true, true, false])
})

test('F11: a Redis that freezes delays a try by a tenth of a second, and forgets nothing', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  // Nobody's patience runs out meanwhile: it would be told now, and what is told is not told again soon.
  await untilShared(one, other)
  assert.ok(await one.allowed('hong'))
  redis.freeze()

  const delayed = one.allowed('hong')
  await turns(10)
  t.mock.timers.tick(100)
  assert.ok(await delayed)
  t.mock.timers.tick(redisPatience)
  await until('it is noticed', () => one.errors.length > 0)
  // No time passes from here on, so nobody else has waited for Redis.
  assert.ok(await one.allowed('hong'))
  assert.ok(await one.allowed('hong'))
  assert.ok(!(await one.allowed('hong')))
  assert.equal(one.errors.length, 1)

  redis.thaw()
  await untilShared(one, other, losePatience)
  assert.ok(!(await one.allowed('hong')))
})

/** Two nodes with one account whose budget one of them has used up. */
async function startUsedUp(t: TestContext) {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other, losePatience)
  for (let n = 0; n < rules.perAccount; n += 1) assert.ok(await one.allowed('hong'))
  return { redis, one, other }
}

test('I16 F12: beyond what all nodes allow nobody is told what came of a look, right or wrong', async t => {
  const { other } = await startUsedUp(t)
  const refused = { code: 'too_many_tries' }
  const wrong = Promise.reject(new Error('wrong'))
  wrong.catch(() => {})
  const early = await Promise.all([other.looked('hong'), other.looked('hong')])
  const looks = [Promise.resolve('right'), wrong]
  const told = early.map((tried, n) => assert.rejects(tried.told(looks[n] ?? wrong), refused))
  await Promise.all(told)
  for (const tried of early) tried.over()
  await assert.rejects(other.looked('hong'), refused, 'and the next one is not even hashed')
  assert.ok(await other.allowed('kim'))
})

test('F12: what is known to be used up is waited for, however slow Redis is', async t => {
  const { redis, other } = await startUsedUp(t)
  assert.ok(!(await other.allowed('hong')))
  redis.freeze()
  let isTold = false
  const allowed = other.allowed('hong').finally(() => {
    isTold = true
  })
  await turns(10)
  t.mock.timers.tick(200)
  await turns(10)
  assert.ok(!isTold, 'it waits for longer than other tries')
  redis.thaw()
  assert.ok(!(await allowed))
})

test('F12: what tries under way have used up is waited for, and not told of meanwhile', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other, losePatience)
  for (let n = 1; n < rules.perAccount; n += 1) assert.ok(await one.allowed('hong'))
  const last = await other.looked('hong')
  await last.told(Promise.resolve())
  const beyond = await other.looked('hong')
  let isTold = false
  const told = beyond.told(Promise.resolve()).finally(() => {
    isTold = true
  })
  // Redis answers in order: by now it has said that all is used up.
  assert.ok(await other.allowed('kim'))
  t.mock.timers.tick(200)
  await turns(10)
  assert.ok(!isTold, 'the last one may still be right')
  last.over()
  await assert.rejects(told, { code: 'too_many_tries' })
  beyond.over()
})

for (const [outcome, left] of [
  ['right', null],
  ['wrong', '1'],
] as const) {
  test(`F12: a count that comes after its try was told as ${outcome} is kept as it must be`, async t => {
    const { redis, client } = await startCounting(t)
    const node = startNode(t, redis.url)
    await until('the node counts in Redis', async () => {
      await node.allowed(`somebody ${Math.random()}`)
      return (await client.keys('*:account-day:*')).length > 0
    })
    const before = new Set(await client.keys('*:account-day:*'))
    redis.freeze()
    const tried = await node.looked('hong')
    const told = tried.told(Promise.resolve())
    await turns(10)
    t.mock.timers.tick(100)
    await told
    if (outcome === 'right') tried.right()
    tried.over()
    redis.thaw()
    await node.allowed('the last')
    const wanted = left === null ? ['1'] : ['1', left]
    await until('only what was wrong counts', async () => {
      const keys = (await client.keys('*:account-day:*')).filter(key => !before.has(key))
      const counts = await Promise.all(keys.map(key => client.get(key)))
      return isDeepStrictEqual(counts.toSorted(), wanted)
    })
  })
}

test('a Redis that dies refuses nobody, and is used again once it is back', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const [one, other] = [startNode(t, redis.url), startNode(t, redis.url)]
  await untilShared(one, other, losePatience)
  await redis.kill()
  assert.ok(await one.allowed('kim'))
  await redis.restart()
  await untilShared(one, other, losePatience)
})

test('people sign in while Redis is frozen, killed and back, and guesses stay limited', async t => {
  const losePatience = holdPatience(t)
  const redis = await startRedis(t)
  const gate = await startGate(t, { REDIS_URL: redis.url })
  const client = new SeedClient(gate.url)
  await client.insert('hong', 'correct horse')
  const signIn = async (id: string, password: string) => (await client.signIn(id, password)).status
  assert.equal(await signIn('hong', 'correct horse'), 200)
  redis.freeze()
  const delayed = signIn('hong', 'correct horse')
  let answered = false
  void delayed.then(() => {
    answered = true
  })
  while (!answered) {
    await pause(20)
    losePatience()
  }
  assert.equal(await delayed, 200)
  // No time passes from here on, so nobody else has waited for Redis.
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
