import pg from 'pg'
import { openPostgresStore } from '../server/src/store/sql/postgres.ts'
import { withoutFakeClocks } from '../test/support/fake-clock.ts'
import type { Scope } from '../test/support/gate.ts'
import { Network } from '../test/support/network.ts'
import { allStarted } from '../test/support/patience.ts'
import { Phone } from '../test/support/phone.ts'
import { PostgresServer } from '../test/support/postgres.ts'
import type { Receiver } from '../test/support/receiver.ts'
import { startRedis } from '../test/support/redis.ts'
import { addCast } from './cast.ts'
import { readFinalState } from './final-state.ts'
import type { GateSet } from './gate-set.ts'
import { type Node, startNode } from './node.ts'
import { publicUrl, settingsOf } from './settings.ts'
import { twoNodeFaults } from './two-node-faults.ts'
import type { Windows } from './violation.ts'

/** Two nodes on Postgres and Redis, each with a network of its own to both. */
export async function startTwoNodes(
  t: Scope,
  receiver: Receiver,
  windows: Windows,
): Promise<GateSet> {
  const [postgres, redis] = await allStarted([
    PostgresServer.start(t, { ownClock: !withoutFakeClocks }),
    startRedis(t),
  ])
  const databaseUrl = await postgres.gateDatabase()
  const settings = settingsOf(windows, receiver.host)
  const nodes = await allStarted([
    startOf(t, settings, databaseUrl, redis.url),
    startOf(t, settings, databaseUrl, redis.url),
  ])
  const urls = nodes.map(({ process }) => process.url)
  const store = await openPostgresStore(databaseUrl)
  const cast = await addCast(store, urls[0] as string, receiver)
  await store.close()
  return {
    name: 'two nodes on Postgres and Redis',
    urls,
    windows,
    ...cast,
    phone: url => new Phone(url, { origin: publicUrl }),
    faults: twoNodeFaults({ nodes, postgres, databaseUrl, redis }),
    output: () => nodes.map(({ process }) => process.output).join('\n'),
    async finalState() {
      const client = new pg.Client(databaseUrl)
      await client.connect()
      try {
        return await readFinalState(async sql => (await client.query(sql)).rows)
      } finally {
        await client.end()
      }
    },
  }
}

async function startOf(
  t: Scope,
  settings: Record<string, string>,
  databaseUrl: string,
  redisUrl: string,
): Promise<Node> {
  const [toPostgres, toRedis] = await allStarted([
    Network.before(t, Number(new URL(databaseUrl).port)),
    Network.before(t, Number(new URL(redisUrl).port)),
  ])
  const addresses = {
    DATABASE_URL: toPostgres.address(databaseUrl),
    REDIS_URL: toRedis.address(redisUrl),
  }
  return { ...(await startNode(t, { ...settings, ...addresses })), toPostgres, toRedis }
}
