import pg from 'pg'
import { createRedisClient } from '../../server/src/redis/client.ts'
import { startProduction } from '../../test/support/production.ts'
import { untilReady } from '../../test/support/readiness.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { withoutLimits } from '../support/served-gate.ts'

/** P9: a node holds as many connections for many kiosks as for one. */
export async function measureConnections({ scope, of }: Bench): Promise<Measured[]> {
  const production = await startProduction(scope, { env: withoutLimits })
  await untilReady(production.nodes, 'ready')
  const redis = createRedisClient(production.redis.url)
  await redis.connect()
  const database = new pg.Client(production.settings.DATABASE_URL)
  await database.connect()
  const count = async () => {
    const { rows } = await database.query(
      'select count(*) from pg_stat_activity where datname = current_database()',
    )
    const clients = String(await redis.sendCommand(['CLIENT', 'LIST']))
      .trim()
      .split('\n')
    return { redis: clients.length, postgres: Number(rows[0].count) }
  }
  const [a, b] = production.nodes
  const { kiosk } = await production.enrol(a.url)
  const watch = async (url: string) => kiosk.at(url).watch(await kiosk.start())
  const sockets = [await watch(a.url), await watch(b.url)]
  // A pool grows with what is asked at once, not with who waits: it is full before the first count.
  await Promise.all(Array.from({ length: 200 }, () => kiosk.start()))
  const before = await count()
  for (let n = 0; n < of(250, 50); n += 1) {
    sockets.push(...(await Promise.all([watch(a.url), watch(b.url)])))
  }
  const after = await count()
  for (const socket of sockets) socket.cut()
  redis.destroy()
  await database.end()
  return [
    {
      goal: 'P9',
      value:
        Math.max(0, after.redis - before.redis) + Math.max(0, after.postgres - before.postgres),
      parts: { redisOfTwoNodes: after.redis - 1, postgresOfTwoNodes: after.postgres - 1 },
    },
  ]
}
