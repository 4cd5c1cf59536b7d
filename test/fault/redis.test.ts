import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hintsAreBack, signInAcross } from '../support/across-nodes.ts'
import { until } from '../support/patience.ts'
import { scanPatiently, startPatiently } from '../support/patient-visit.ts'
import { longTimings, startProduction } from '../support/production.ts'
import { readiness, untilReady } from '../support/readiness.ts'
import { startRedis } from '../support/redis.ts'

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
      // What it was before may still be said for a moment, and then that all is well.
      let { status, parts } = await readiness(nodes[0].url)
      await until('it is this that is said', async () => {
        const said = await readiness(nodes[0].url)
        status = said.status
        parts = said.parts
        return parts.bus?.status === 'degraded'
      })
      assert.equal(status, 200, 'sign-ins may be sent here')
      assert.equal(parts.database?.status, 'ok')
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
