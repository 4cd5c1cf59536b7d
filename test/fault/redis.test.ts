import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRedisClient } from '../../server/src/redis-client.ts'
import type { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import { longTimings, type Production, password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'

const account = 'visitor-0'

/** From start to claim, kiosk on A and phone on B; the kiosk learns of each step before the next. */
async function signInAcross(production: Production, kiosk: Kiosk): Promise<string> {
  const [a, b] = production.nodes
  const screen = kiosk.at(a.url)
  const signIn = await startPatiently(screen)
  const socket = await screen.watch(signIn)
  await socket.state(signIn.id, 'pending')
  const phone = production.phone(b.url)
  await scanPatiently(screen, signIn, phone)
  await socket.state(signIn.id, 'scanned')
  await signInPatiently(phone, signIn, account, password)
  await socket.state(signIn.id, 'approved')
  const { account: who } = await claimPatiently(kiosk.at(b.url), signIn)
  assert.equal(who.name, '홍*동')
  socket.cut()
  return signIn.id
}

/** Waits until both nodes listen to Redis, and what happens on B is published there. */
async function hintsAreBack(production: Production, kiosk: Kiosk): Promise<void> {
  const client = createRedisClient(production.redis.url)
  await client.connect()
  const listener = createRedisClient(production.redis.url)
  await listener.connect()
  try {
    const channels = Array.from({ length: 64 }, (_, shard) => `qrgate:${shard}`)
    await until('both nodes listen to every channel', async () => {
      const listeners = Object.values(await client.pubSubNumSub(channels))
      return listeners.every(count => count === production.nodes.length)
    })
    const heard = new Set<string>()
    await listener.pSubscribe('qrgate:*', id => heard.add(id))
    await until('a sign-in is hinted at', async () =>
      heard.has(await signInAcross(production, kiosk)),
    )
  } finally {
    client.destroy()
    listener.destroy()
  }
}

test('Redis is killed, frozen and restarted while people sign in, and all of them get through', async t => {
  const production = await startProduction(t, { env: longTimings })
  const { nodes, redis } = production
  await production.addAccounts(['홍길동'])
  const { kiosk } = await production.enrol(nodes[0].url)
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, () => signInAcross(production, kiosk)))

  await t.test('F09: Redis restarts empty while sign-ins wait: none is lost', async () => {
    const waiting = await Promise.all(Array.from({ length: 30 }, () => startPatiently(kiosk)))
    const sockets = await Promise.all(waiting.map(signIn => kiosk.watch(signIn)))
    await redis.restart()
    for (const [n, signIn] of waiting.entries()) {
      await scanPatiently(kiosk, signIn, production.phone(nodes[1].url))
      await sockets[n]?.state(signIn.id, 'scanned')
      sockets[n]?.cut()
    }
    await untilReady(nodes, 'ready')
  })

  for (const [fault, fail, heal] of [
    ['F10: Redis is down', redis.kill, redis.restart],
    ['F11: Redis is frozen', redis.freeze, redis.thaw],
  ] as const) {
    await t.test(`${fault}: sign-ins go on, and the kiosk learns all the same`, async () => {
      await untilReady(nodes, 'ready')
      const meanwhile = many(3)
      await fail()
      await meanwhile
      await untilReady(nodes, 'degraded')
      const { status, parts } = await readiness(nodes[0].url)
      assert.equal(status, 200, 'sign-ins may be sent here')
      assert.deepEqual([parts.database?.status, parts.bus?.status], ['ok', 'degraded'])
      assert.ok((parts.bus?.for_ms ?? -1) >= 0)
      assert.match(parts.bus?.reason ?? '', /Redis/)
      await many(4)
      await untilReady(nodes, 'degraded')
    })

    await t.test(`${fault} no more: hints are back by themselves`, async () => {
      await heal()
      await untilReady(nodes, 'ready')
      await hintsAreBack(production, kiosk)
    })
  }

  await t.test('F07: with every hint lost the sweep alone tells', async () => {
    // Each node has a Redis and believes that all is well, but no hint reaches the other one.
    const elsewhere = await startRedis(t)
    await nodes[1].kill('SIGTERM')
    await nodes[1].boot({ REDIS_URL: elsewhere.url })
    await untilReady(nodes, 'ready')
    await many(4)
  })
})
