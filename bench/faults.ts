// `npm run bench:faults`: how long faults are felt. The tests hold the gate to what must happen; these
// are the times it takes on this machine, beside what was aimed at.
import { redisBus } from '../server/src/bus/redis.ts'
import { createFailureLimits } from '../server/src/limits/failure-limits.ts'
import { redisCounts } from '../server/src/limits/redis-counts.ts'
import { qrgate } from '../test/support/command.ts'
import type { Scope } from '../test/support/gate.ts'
import type { Kiosk } from '../test/support/kiosk.ts'
import { until } from '../test/support/patience.ts'
import { type Production, password, startProduction } from '../test/support/production.ts'
import { untilReady } from '../test/support/readiness.ts'
import { startRedis } from '../test/support/redis.ts'
import { Figures, timed } from './figures.ts'
import { measureLockedSqlite } from './locked-sqlite.ts'

const ends: (() => unknown)[] = []
const scope: Scope = { after: letGo => ends.push(letGo) }
const figures = new Figures()
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** Kiosk on A and phone on B: how long the news of scan and approval took to the kiosk. */
async function newsAcross({ nodes, phone }: Production, kiosk: Kiosk): Promise<number[]> {
  const [a, b] = nodes
  const signIn = await kiosk.at(a.url).start()
  const socket = await kiosk.at(a.url).watch(signIn)
  await socket.state(signIn.id, 'pending')
  const visitor = phone(b.url)
  await visitor.scan(signIn.frame.url)
  const scanned = await timed(() => socket.state(signIn.id, 'scanned'))
  await visitor.signIn(signIn.id, 'visitor-0', password)
  const approved = await timed(() => socket.state(signIn.id, 'approved'))
  socket.cut()
  return [scanned, approved]
}

async function measureNodes(): Promise<void> {
  const production = await startProduction(scope)
  const { nodes, redis, postgres, settings } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동'])
  const { kiosk, row } = await production.enrol(a.url)
  const news = async (rounds: number) => {
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      times.push(...(await newsAcross(production, kiosk)))
    }
    return times
  }

  figures.add('news to the other node, by hint (median)', median(await news(20)), '< 300 ms', 'F23')
  for (const [fault, fail, heal, caseId] of [
    ['down', redis.kill, redis.restart, 'F10'],
    ['frozen', redis.freeze, redis.thaw, 'F11'],
  ] as const) {
    await fail()
    const noticed = await timed(() => untilReady(nodes, 'degraded'))
    figures.add(`Redis ${fault}: noticed`, noticed, '< 3000 ms', caseId)
    const slowest = Math.max(...(await news(5)))
    figures.add('  news to the other node (slowest)', slowest, '< 2000 ms', caseId)
    await heal()
    figures.add('  back again', await timed(() => untilReady(nodes, 'ready')), '< 3000 ms', caseId)
    figures.add('  news by hint again (median)', median(await news(7)), '< 300 ms', caseId)
  }

  const signIn = await kiosk.at(b.url).start()
  const phone = production.phone(b.url)
  await phone.scan(signIn.frame.url)
  postgres.freeze()
  const told = await timed(() => phone.signIn(signIn.id, 'visitor-0', password))
  figures.add('Postgres frozen: a visitor is asked to try again', told, '< 8000 ms', 'F16')
  postgres.thaw()
  figures.add('  back again', await timed(() => untilReady(nodes, 'ready')), '< 8000 ms', 'F16')

  const elsewhere = await startRedis(scope)
  await b.kill('SIGTERM')
  await b.boot({ REDIS_URL: elsewhere.url })
  await untilReady(nodes, 'ready')
  figures.add('every hint lost: news (slowest)', Math.max(...(await news(5))), '< 2000 ms', 'F07')

  const last = await kiosk.start()
  const sockets = await Promise.all(nodes.map(({ url }) => kiosk.at(url).watch(last)))
  for (const socket of sockets) await socket.state(last.id, 'pending')
  await qrgate(['kiosk', 'revoke', `${row.number}`], settings, a.dataDir)
  const out = await timed(() => Promise.all(sockets.map(({ closed }) => closed)))
  figures.add('a revoked kiosk: its sockets are closed', out, '< 5000 ms', 'S033')
}

async function measureRedisClients(): Promise<void> {
  const redis = await startRedis(scope)
  const bus = await redisBus(redis.url, () => {})
  const counts = redisCounts(redis.url, () => {})
  const rules = { window: 900, perAccount: 1_000, perAccountAndDay: 1_000, perNetwork: 1_000 }
  const limits = createFailureLimits(rules, counts)
  await until('the bus is there', () => bus.lostSince() === null)
  const tryOnce = () => limits.count('hong', '203.0.113.7')
  for (let warm = 0; warm < 20; warm += 1) await tryOnce()
  redis.freeze()
  const published = await timed(() => {
    for (let hint = 0; hint < 1_000; hint += 1) bus.publish('topic')
  })
  figures.add('Redis frozen: a thousand hints published', published, '< 200 ms', 'F11')
  figures.add('  the first try at a password waits', await timed(tryOnce), '< 700 ms', 'I16')
  figures.add('  the next one', await timed(tryOnce), '< 100 ms', 'I16')
  const closed = await timed(async () => {
    limits.close()
    await bus.close()
  })
  figures.add('  bus and counts are closed', closed, '< 1000 ms', 'F11')
}

await measureLockedSqlite(scope, figures)
await measureRedisClients()
await measureNodes()
for (const end of ends) await end()
figures.print()
process.exit()
