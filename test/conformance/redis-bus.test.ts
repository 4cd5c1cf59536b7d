import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Bus } from '../../server/src/bus/bus.ts'
import { redisBus } from '../../server/src/bus/redis.ts'
import { createRedisClient } from '../../server/src/redis-client.ts'
import { until } from '../support/patience.ts'
import { startRedis } from '../support/redis.ts'
import { busSuite } from './bus-suite.ts'

const redis = await startRedis({ after })

async function openBus(t: TestContext, url = redis.url): Promise<Bus> {
  const bus = await redisBus(url, () => {})
  t.after(() => bus.close())
  return bus
}

const openTwo = (t: TestContext, url?: string) => Promise.all([openBus(t, url), openBus(t, url)])

/** A hint from one node to the other, published until it is heard: the way is open again. */
async function heardAcross(from: Bus, to: Bus): Promise<void> {
  let heard = false
  const stop = to.subscribe('across', () => {
    heard = true
  })
  await until('a hint gets across', () => {
    from.publish('across')
    return heard
  })
  stop()
}

busSuite('Redis bus', openBus)

test('Redis bus: ten thousand waiting kiosks cost Redis nothing', async t => {
  const bus = await openBus(t)
  const client = await createRedisClient(redis.url).connect()
  t.after(() => client.destroy())
  const channels = async () => (await client.pubSubChannels()).length
  const before = await channels()
  for (let n = 0; n < 10_000; n += 1) bus.subscribe(`topic ${n}`, () => {})
  assert.equal(await channels(), before)
})

test('Redis bus: a hint published on one node is heard on the other', async t => {
  const [one, other] = await openTwo(t)
  const heard = new Set<string>()
  for (const topic of ['홍길동', 'a', 'A']) other.subscribe(topic, () => heard.add(topic))
  // Hints may get lost on a machine so busy that Redis seems to be gone.
  await until('they are heard', () => {
    for (const topic of ['홍길동', 'a', 'b']) one.publish(topic)
    return heard.size >= 2
  })
  assert.deepEqual([...heard].toSorted(), ['a', '홍길동'])
})

test('Redis bus: hints of a thousand topics all get across', async t => {
  const [one, other] = await openTwo(t)
  const heard = new Set<number>()
  for (let n = 0; n < 1_000; n += 1) other.subscribe(`topic ${n}`, () => heard.add(n))
  await until('all are heard', () => {
    for (let n = 0; n < 1_000; n += 1) if (!heard.has(n)) one.publish(`topic ${n}`)
    return heard.size === 1_000
  })
})

const faults = {
  killed: (own: Awaited<ReturnType<typeof startRedis>>) => [own.kill, own.restart] as const,
  frozen: (own: Awaited<ReturnType<typeof startRedis>>) => [own.freeze, own.thaw] as const,
}

for (const [fault, ways] of Object.entries(faults)) {
  test(`Redis bus: a Redis that is ${fault} stops nobody, is noticed, and is used again`, async t => {
    const own = await startRedis(t)
    const [fail, heal] = ways(own)
    const [one, other] = await openTwo(t, own.url)
    await heardAcross(one, other)
    const rejoins = new Set<string>()
    one.onRejoin(() => rejoins.add('one'))
    other.onRejoin(() => rejoins.add('other'))

    await fail()
    rejoins.clear()
    let local = 0
    one.subscribe('here', () => void local++)
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    await until('this node hears itself', () => local > 0)
    await until('it is noticed', () => one.lostSince() !== null && other.lostSince() !== null)
    const lost = one.lostSince()
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    assert.equal(one.lostSince(), lost, 'it says since when, and not when it was asked last')
    assert.equal(rejoins.size, 0)

    await heal()
    await until('both are back', () => one.lostSince() === null && other.lostSince() === null)
    assert.deepEqual([...rejoins].toSorted(), ['one', 'other'])
    await heardAcross(one, other)
    await heardAcross(other, one)
  })
}

test('Redis bus: a node starts without Redis, and joins when Redis comes', async t => {
  const own = await startRedis(t)
  await own.kill()
  const [one, other] = await openTwo(t, own.url)
  assert.notEqual(one.lostSince(), null)
  let heard = 0
  let rejoined = 0
  one.subscribe('here', () => void heard++)
  one.onRejoin(() => void rejoined++)
  one.publish('here')
  await until('a lone node hears itself', () => heard > 0)
  await own.restart()
  await until('both have joined', () => rejoined > 0 && other.lostSince() === null)
  await heardAcross(one, other)
})

test('Redis bus: a bus closes at once while Redis is frozen or gone', async t => {
  const own = await startRedis(t)
  const [one, other] = await openTwo(t, own.url)
  own.freeze()
  await one.close()
  own.thaw()
  await own.kill()
  await other.close()
})
