import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bus } from '../../server/src/bus/bus.ts'
import { redisBus } from '../../server/src/bus/redis.ts'
import { startRedis } from '../support/redis.ts'
import { busSuite } from './bus-suite.ts'

const redis = await startRedis({ after })

async function openBus(t: TestContext, url = redis.url): Promise<Bus> {
  const bus = await redisBus(url, () => {})
  t.after(() => bus.close())
  return bus
}

const openTwo = (t: TestContext, url?: string) => Promise.all([openBus(t, url), openBus(t, url)])

/** Redis is asked once a second whether it is there; a loaded machine takes longer. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000
  while (!condition()) {
    assert.ok(performance.now() < end, what)
    await sleep(5)
  }
}

/** A hint from one node to the other, published until it is heard: the way is open again. */
async function heardAcross(from: Bus, to: Bus): Promise<void> {
  let heard = false
  const stop = to.subscribe('across', () => {
    heard = true
  })
  await until(() => {
    from.publish('across')
    return heard
  }, 'no hint gets across')
  stop()
}

busSuite('Redis bus', openBus)

test('Redis bus: a hint published on one node is heard on the other, as soon as both are open', async t => {
  const [one, other] = await openTwo(t)
  assert.deepEqual([one.lostSince(), other.lostSince()], [null, null])
  const heard: string[] = []
  for (const topic of ['홍길동', 'a', 'A']) other.subscribe(topic, () => heard.push(topic))
  for (const topic of ['홍길동', 'a', 'b']) one.publish(topic)
  await until(() => heard.length >= 2, 'not heard')
  assert.deepEqual(heard.toSorted(), ['a', '홍길동'])
})

test('Redis bus: hints of a thousand topics all get across', async t => {
  const [one, other] = await openTwo(t)
  const heard = new Set<number>()
  for (let n = 0; n < 1_000; n += 1) other.subscribe(`topic ${n}`, () => heard.add(n))
  for (let n = 0; n < 1_000; n += 1) one.publish(`topic ${n}`)
  await until(() => heard.size === 1_000, 'some are missing')
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

    const before = performance.now()
    await fail()
    let local = 0
    one.subscribe('here', () => void local++)
    const began = performance.now()
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    assert.ok(performance.now() - began < 200, `publishing took ${performance.now() - began} ms`)
    await until(() => local > 0, 'this node no longer hears itself')
    await until(() => one.lostSince() !== null && other.lostSince() !== null, 'not noticed')
    const lost = one.lostSince() ?? 0
    assert.ok(lost >= before && lost <= performance.now())
    for (let n = 0; n < 1_000; n += 1) one.publish('here')
    assert.deepEqual(rejoins, [])

    await heal()
    await until(() => one.lostSince() === null && other.lostSince() === null, 'not back')
    assert.deepEqual(rejoins.toSorted(), ['one', 'other'])
    await heardAcross(one, other)
    await heardAcross(other, one)
  })
}

test('Redis bus: a node starts without Redis, and joins when Redis comes', async t => {
  const own = await startRedis(t)
  await own.kill()
  const began = performance.now()
  const [one, other] = await openTwo(t, own.url)
  assert.ok(performance.now() - began < 5_000)
  assert.notEqual(one.lostSince(), null)
  let heard = 0
  let rejoined = 0
  one.subscribe('here', () => void heard++)
  one.onRejoin(() => void rejoined++)
  one.publish('here')
  await until(() => heard > 0, 'a lone node does not hear itself')
  await own.restart()
  await until(() => rejoined === 1 && other.lostSince() === null, 'not joined')
  await heardAcross(one, other)
})

test('Redis bus: a bus closes at once while Redis is frozen or gone', async t => {
  const own = await startRedis(t)
  const [one, other] = await openTwo(t, own.url)
  own.freeze()
  const began = performance.now()
  await one.close()
  own.thaw()
  await own.kill()
  await other.close()
  assert.ok(performance.now() - began < 2_000)
})
