import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createRedisClient } from '../../server/src/redis-client.ts'
import type { Kiosk } from '../support/kiosk.ts'
import { unlessBusy, until } from '../support/patience.ts'
import { type Production, password, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'

const account = 'visitor-0'

/** From start to claim, kiosk on A and phone on B; returns once the kiosk has learned all of it. */
async function signInAcross(production: Production, kiosk: Kiosk): Promise<string> {
  const [a, b] = production.nodes
  const signIn = await kiosk.at(a.url).start()
  const socket = await kiosk.at(a.url).watch(signIn)
  await socket.state(signIn.id, 'pending')
  const phone = production.phone(b.url)
  const scan = await phone.scan(signIn.frame.url)
  assert.equal(scan.answer.status, 200)
  await socket.state(signIn.id, 'scanned')
  const answer = await unlessBusy(() => phone.signIn(signIn.id, account, password))
  assert.equal(answer.status, 200, await answer.text())
  await socket.state(signIn.id, 'approved')
  const { account: who } = await kiosk.at(b.url).claimed(signIn)
  assert.equal(who.name, '홍*동')
  socket.cut()
  return signIn.id
}

/** What the nodes tell each other, and how many of them listen. */
async function eavesdrop(t: TestContext, url: string) {
  const client = await createRedisClient(url).connect()
  const listener = await createRedisClient(url).connect()
  t.after(() => {
    client.destroy()
    listener.destroy()
  })
  const channel = 'qrgate:0'
  const nodesListening = async () => (await client.pubSubNumSub([channel]))[channel]
  const hints: string[] = []
  await listener.pSubscribe('qrgate:*', hint => hints.push(hint))
  return { hints, nodesListening }
}

test('Redis is killed, frozen and restarted while people sign in, and all of them get through', async t => {
  const production = await startProduction(t)
  const { nodes, redis } = production
  await production.addAccounts(['홍길동'])
  const { kiosk } = await production.enrol(nodes[0].url)
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, () => signInAcross(production, kiosk)))

  await t.test('F09: Redis restarts empty while sign-ins wait: none is lost', async () => {
    const waiting = await Promise.all(Array.from({ length: 30 }, () => kiosk.start()))
    const sockets = await Promise.all(waiting.map(signIn => kiosk.watch(signIn)))
    await redis.restart()
    for (const [n, signIn] of waiting.entries()) {
      const { answer } = await production.phone(nodes[1].url).scan(signIn.frame.url)
      assert.equal(answer.status, 200)
      await sockets[n]?.state(signIn.id, 'scanned')
      sockets[n]?.cut()
    }
    await untilReady(nodes, 'ready')
  })

  for (const [fault, fail, heal] of [
    ['F10: Redis is down', redis.kill, redis.restart],
    ['F11: Redis is frozen', redis.freeze, redis.thaw],
  ] as const) {
    await t.test(
      `${fault}: sign-ins go on, and the kiosk learns of them by the sweep`,
      async () => {
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
        await many(4)
      },
    )

    await t.test(`${fault} no more: hints are back by themselves`, async () => {
      await heal()
      await untilReady(nodes, 'ready')
      const { hints, nodesListening } = await eavesdrop(t, redis.url)
      await until('both nodes listen', async () => (await nodesListening()) === 2)
      await until('hints go through Redis', async () => {
        const id = await signInAcross(production, kiosk)
        return hints.filter(hint => hint === id).length >= 3
      })
    })
  }

  await t.test('F07: with every hint lost the sweep alone tells', async () => {
    // Each node has a Redis and believes that all is well, but no hint reaches the other one.
    const elsewhere = await startRedis(t)
    await nodes[1].kill('SIGTERM')
    await nodes[1].boot({ REDIS_URL: elsewhere.url })
    await untilReady(nodes, 'ready')
    await many(4)
    await many(4)
  })
})
