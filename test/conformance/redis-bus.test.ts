import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Bus } from '../../server/src/bus/bus.ts'
import { redisBus } from '../../server/src/bus/redis.ts'
import { createRedisClient, redisPatience } from '../../server/src/redis/client.ts'
import { Network } from '../support/network.ts'
import { turns, until } from '../support/patience.ts'
import { startRedis } from '../support/redis.ts'
import { busSuite } from './bus-suite.ts'

const redis = await startRedis({ after })

/** Patience with Redis runs out only where the test says so, however slow the machine is. */
function holdPatience(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const losePatience = () => t.mock.timers.tick(2 * redisPatience)
  return {
    losePatience,
    /** Waits for what only a failure or a new connection brings. */
    untilTold: (what: string, holds: () => boolean) =>
      until(
        what,
        () => {
          losePatience()
          return holds()
        },
        200,
      ),
  }
}

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

busSuite('Redis bus', async t => {
  holdPatience(t)
  const [bus, other] = await openTwo(t)
  const settled = async () => {
    // Hints keep their order on each connection: to Redis first, and then back from it.
    await heardAcross(bus, other)
    await heardAcross(other, bus)
  }
  return { bus, settled }
})

test('Redis bus: ten thousand waiting kiosks cost Redis no subscription', async t => {
  holdPatience(t)
  const bus = await openBus(t)
  const client = createRedisClient(redis.url)
  await client.connect()
  t.after(() => client.destroy())
  const before = await client.pubSubChannels('*')
  assert.ok(before.length > 0)
  for (let n = 0; n < 10_000; n += 1) bus.subscribe(`topic ${n}`, () => {})
  await turns(10)
  assert.deepEqual((await client.pubSubChannels('*')).toSorted(), before.toSorted())
  assert.equal(await client.pubSubNumPat(), 0)
})

test('N73: Redis bus: a node hears its own hints once, and those of others that are alike', async t => {
  holdPatience(t)
  const [one, other] = await openTwo(t)
  // Once both are open, and no hint is on the way.
  const settled = async () => {
    await heardAcross(one, other)
    await heardAcross(other, one)
  }
  await settled()
  let heard = 0
  one.subscribe('topic', () => void heard++)
  for (let n = 0; n < 5; n += 1) one.publish('topic')
  await settled()
  assert.equal(heard, 5)
  for (let n = 0; n < 5; n += 1) {
    one.publish('topic')
    other.publish('topic')
  }
  await settled()
  assert.equal(heard, 15)
  for (let n = 0; n < 5; n += 1) other.publish('topic')
  await settled()
  assert.equal(heard, 20)
})

test('Redis bus: a hint published on one node is heard on the other, as soon as both are open', async t => {
  holdPatience(t)
  const [one, other] = await openTwo(t)
  assert.deepEqual([one.lost(), other.lost()], [null, null])
  const heard: string[] = []
  for (const topic of ['홍길동', 'a', 'A']) other.subscribe(topic, () => heard.push(topic))
  for (const topic of ['홍길동', 'a', 'b']) one.publish(topic)
  await until('both are heard', () => heard.length >= 2)
  assert.deepEqual(heard.toSorted(), ['a', '홍길동'])
})

test('Redis bus: hints of a thousand topics all get across', async t => {
  holdPatience(t)
  const [one, other] = await openTwo(t)
  const heard = new Set<number>()
  for (let n = 0; n < 1_000; n += 1) other.subscribe(`topic ${n}`, () => heard.add(n))
  for (let n = 0; n < 1_000; n += 1) one.publish(`topic ${n}`)
  await until('all are heard', () => heard.size === 1_000)
})

const faults = {
  killed: (own: Awaited<ReturnType<typeof startRedis>>) => [own.kill, own.restart] as const,
  frozen: (own: Awaited<ReturnType<typeof startRedis>>) => [own.freeze, own.thaw] as const,
}

for (const [fault, ways] of Object.entries(faults)) {
  test(`Redis bus: a Redis that is ${fault} stops nobody, is noticed, and is used again`, async t => {
    const { untilTold } = holdPatience(t)
    const own = await startRedis(t)
    const [fail, heal] = ways(own)
    const [one, other] = await openTwo(t, own.url)
    await heardAcross(one, other)
    const rejoins: string[] = []
    one.onRejoin(() => rejoins.push('one'))
    other.onRejoin(() => rejoins.push('other'))

    await fail()
    let local = 0
    one.subscribe('here', () => void local++)
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    // Nobody's patience has run out, and yet all of this node is told.
    await turns()
    assert.equal(local, 1_000)
    const lost = () => one.lost() !== null && other.lost() !== null
    await untilTold('both notice', lost)
    let stale = 0
    other.subscribe('stale', () => void stale++)
    for (let n = 0; n < 1_000; n += 1) one.publish('stale')
    assert.deepEqual(rejoins, [])

    await heal()
    const back = () => one.lost() === null && other.lost() === null
    await untilTold('both are back', back)
    assert.deepEqual([...new Set(rejoins)].toSorted(), ['one', 'other'])
    await heardAcross(one, other)
    await heardAcross(other, one)
    assert.equal(stale, 0, 'nothing was queued for it meanwhile')
  })
}

const vanishings = {
  'forgotten by a firewall': (network: Network) => network.forget(),
  'lost with its network': (network: Network) => network.blackHole(),
}

for (const [how, vanish] of Object.entries(vanishings)) {
  test(`N86: Redis bus: a connection that is ${how} is replaced, and hears all channels`, async t => {
    const { untilTold } = holdPatience(t)
    const network = await Network.before(t, Number(new URL(redis.url).port))
    const url = network.address(redis.url)
    const [one, other] = await Promise.all([openBus(t, url), openBus(t)])
    await heardAcross(one, other)
    await heardAcross(other, one)
    let rejoined = 0
    one.onRejoin(() => void rejoined++)

    vanish(network)
    await untilTold('it is noticed', () => one.lost() !== null)
    assert.match(one.lost()?.why ?? '', /^Redis does not answer/)
    network.heal()
    await untilTold('it is replaced', () => rejoined > 0 && one.lost() === null)
    const heard = new Set<number>()
    for (let n = 0; n < 1_000; n += 1) one.subscribe(`topic ${n}`, () => heard.add(n))
    for (let n = 0; n < 1_000; n += 1) other.publish(`topic ${n}`)
    await until('hints of all channels are heard', () => heard.size === 1_000)
    await heardAcross(one, other)
  })
}

test('Redis bus: a node starts without Redis, and joins when Redis comes', async t => {
  const { untilTold } = holdPatience(t)
  const own = await startRedis(t)
  await own.kill()
  const [one, other] = await openTwo(t, own.url)
  assert.notEqual(one.lost(), null)
  let heard = 0
  let rejoined = 0
  one.subscribe('here', () => void heard++)
  one.onRejoin(() => void rejoined++)
  one.publish('here')
  await until('a lone node hears itself', () => heard > 0)
  await own.restart()
  await untilTold('both have joined', () => rejoined > 0 && other.lost() === null)
  await heardAcross(one, other)
})

test('Redis bus: a bus closes without any patience while Redis is frozen or gone', async t => {
  holdPatience(t)
  const own = await startRedis(t)
  const [one, other] = await openTwo(t, own.url)
  own.freeze()
  await one.close()
  own.thaw()
  await own.kill()
  await other.close()
})
