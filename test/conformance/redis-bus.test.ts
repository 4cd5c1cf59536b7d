import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Bus } from '../../server/src/bus/bus.ts'
import { redisBus } from '../../server/src/bus/redis.ts'
import { until as eventually } from '../support/patience.ts'
import { startRedis } from '../support/redis.ts'
import { busSuite } from './bus-suite.ts'

const redis = await startRedis({ after })

async function openBus(t: TestContext, url = redis.url): Promise<Bus> {
  const bus = await redisBus(url, () => {})
  t.after(() => bus.close())
  return bus
}

const openTwo = (t: TestContext, url?: string) => Promise.all([openBus(t, url), openBus(t, url)])

const until = (condition: () => boolean, what: string) => eventually(what, condition, 5)

/** A hint from one node to the other, published until it is heard: the way is open again. */
async function heardAcross(from: Bus, to: Bus): Promise<void> {
  let heard = false
  const stop = to.subscribe('across', () => {
    heard = true
  })
  await until(() => {
    from.publish('across')
    return heard
  }, 'a hint gets across')
  stop()
}

busSuite('Redis bus', openBus)

test('Redis bus: a hint published on one node is heard on the other, as soon as both are open', async t => {
  const [one, other] = await openTwo(t)
  const heard: string[] = []
  for (const topic of ['홍길동', 'a', 'A']) other.subscribe(topic, () => heard.push(topic))
  // On a busy machine Redis may count as lost for a moment; a hint of that moment is nobody's promise.
  await until(() => {
    for (const topic of ['홍길동', 'a', 'b']) one.publish(topic)
    return new Set(heard).size >= 2
  }, 'both topics are heard')
  assert.deepEqual([...new Set(heard)].toSorted(), ['a', '홍길동'])
})

test('Redis bus: hints of a thousand topics all get across', async t => {
  const [one, other] = await openTwo(t)
  const heard = new Set<number>()
  for (let n = 0; n < 1_000; n += 1) other.subscribe(`topic ${n}`, () => heard.add(n))
  await until(() => {
    for (let n = 0; n < 1_000; n += 1) if (!heard.has(n)) one.publish(`topic ${n}`)
    return heard.size === 1_000
  }, 'all topics are heard')
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
    const rejoins: string[] = []
    one.onRejoin(() => rejoins.push('one'))
    other.onRejoin(() => rejoins.push('other'))

    await fail()
    let local = 0
    one.subscribe('here', () => void local++)
    // Nobody waits for Redis: all of this goes on while it answers nothing.
    for (let n = 0; n < 1_000; n += 1) assert.equal(one.publish('here'), undefined)
    await until(() => local > 0, 'this node hears itself')
    await until(() => one.lostSince() !== null && other.lostSince() !== null, 'it is noticed')
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    assert.deepEqual(rejoins, [])

    await heal()
    await until(() => one.lostSince() === null && other.lostSince() === null, 'both are back')
    assert.deepEqual(rejoins.toSorted(), ['one', 'other'])
    await heardAcross(one, other)
    await heardAcross(other, one)
  })
}

test('Redis bus: a node starts without Redis, and joins when Redis comes', async t => {
  const own = await startRedis(t)
  await own.kill()
  // Redis is away all the while: who waited for it would wait for ever.
  const [one, other] = await openTwo(t, own.url)
  assert.notEqual(one.lostSince(), null)
  let heard = 0
  let rejoined = 0
  one.subscribe('here', () => void heard++)
  one.onRejoin(() => void rejoined++)
  one.publish('here')
  await until(() => heard > 0, 'a lone node hears itself')
  await own.restart()
  await until(() => rejoined === 1 && other.lostSince() === null, 'both have joined')
  await heardAcross(one, other)
})

test('Redis bus: a bus closes while Redis is frozen or gone', async t => {
  const own = await startRedis(t)
  const [one, other] = await openTwo(t, own.url)
  own.freeze()
  await one.close()
  own.thaw()
  await own.kill()
  await other.close()
})
