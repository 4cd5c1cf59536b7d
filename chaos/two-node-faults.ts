import pg from 'pg'
import { createRedisClient } from '../server/src/redis/client.ts'
import type { Network, Way } from '../test/support/network.ts'
import type { Ending, Fault } from './gate-set.ts'
import type { Node, TwoNodes } from './node.ts'
import { hour, minute, nodeFaults, short } from './node-faults.ts'
import type { Dice } from './plan.ts'

/** All that befalls two nodes on Postgres and Redis. */
export function twoNodeFaults(all: TwoNodes): Fault[] {
  return [
    ...all.nodes.flatMap((node, n) => nodeFaults(node, `node ${n}`)),
    ...postgresFaults(all),
    ...redisFaults(all),
  ]
}

/** One of the nodes, or both. */
function some(nodes: readonly Node[], dice: Dice): readonly Node[] {
  return dice.chance(0.5) ? nodes : [dice.one(nodes)]
}

/** What a network does meanwhile; then all is well again. */
function networkFault(networks: readonly Network[], fail: (network: Network) => void): Ending {
  for (const network of networks) fail(network)
  return async () => {
    for (const network of networks) network.heal()
  }
}

/** What was lost on a connection meanwhile is not sent again here, so that one stays lost. */
function isolate(network: Network): void {
  network.forget()
  network.blackHole()
}

function postgresFaults({ nodes, postgres, databaseUrl }: TwoNodes): Fault[] {
  const part = 'postgres'
  const fault = (kind: string, share: number, lasts: Fault['lasts'], begin: Fault['begin']) => {
    return { kind, part, share, lasts, begin }
  }
  const alone = (kind: string, lasts: Fault['lasts'], begin: Fault['begin']) => {
    return { ...fault(kind, 1, lasts, begin), isAlone: true }
  }
  const networks = (dice: Dice) => some(nodes, dice).map(({ toPostgres }) => toPostgres)
  const slowed = (name: string, lasts: Fault['lasts'], delays: Record<string, number>) =>
    fault(name, 2, lasts, async dice =>
      networkFault(networks(dice), network => {
        if (delays.to !== undefined) network.toServer = { delayMs: delays.to }
        if (delays.from !== undefined) network.fromServer = { delayMs: delays.from }
      }),
    )
  const clockFault = (name: string, by: number) =>
    // A node that starts meanwhile knows no other time.
    alone(name, [5_000, 25_000], async () => {
      postgres.clock?.set(by)
      return async () => postgres.clock?.set(0)
    })
  const clockFaults = [
    clockFault('clock of Postgres 5 min ahead', 5 * minute),
    clockFault('clock of Postgres 5 min back', -5 * minute),
    clockFault('clock of Postgres 2 h ahead', 2 * hour),
    clockFault('clock of Postgres 2 h back', -2 * hour),
  ]
  return [
    fault('Postgres restarted', 2, [0, 4_000], async () => {
      await postgres.stop()
      return () => postgres.boot()
    }),
    fault('Postgres killed', 2, [0, 4_000], async () => {
      await postgres.kill()
      return () => postgres.boot()
    }),
    fault('Postgres frozen', 2, [2_000, 8_000], async () => {
      postgres.freeze()
      return async () => postgres.thaw()
    }),
    fault('Postgres in a black hole', 2, [2_000, 12_000], async dice =>
      networkFault(networks(dice), isolate),
    ),
    fault('connections to Postgres forgotten', 2, [0, 0], async dice => {
      for (const network of networks(dice)) network.forget()
      return async () => {}
    }),
    fault('connections to Postgres cut', 2, [0, 0], async dice => {
      for (const network of networks(dice)) network.cut()
      return async () => {}
    }),
    slowed('answers of Postgres late', [500, 3_000], { from: 4_500 }),
    slowed('Postgres slow', short, { to: 150, from: 150 }),
    fault('Postgres read-only', 2, short, async () => {
      await setReadOnly(databaseUrl, 'on')
      return () => setReadOnly(databaseUrl, 'off')
    }),
    fault('Postgres out of connections', 2, short, async dice => {
      const held = await holdConnections(databaseUrl)
      for (const network of networks(dice)) network.cut()
      held.push(...(await holdConnections(databaseUrl)))
      return () => Promise.all(held.map(client => client.end().catch(() => {})))
    }),
    fault('tables of Postgres locked', 2, short, async () => {
      const client = await connected(databaseUrl)
      await client.query('begin; lock table sign_ins, log in exclusive mode')
      return () => client.end()
    }),
    ...(postgres.clock === undefined ? [] : clockFaults),
  ]
}

function redisFaults({ nodes, redis }: TwoNodes): Fault[] {
  const part = 'redis'
  const fault = (kind: string, lasts: Fault['lasts'], begin: Fault['begin']) => {
    return { kind, part, share: 1, lasts, begin }
  }
  const networks = (dice: Dice) => some(nodes, dice).map(({ toRedis }) => toRedis)
  const slow: Way = { delayMs: 200 }
  return [
    fault('Redis killed', short, async () => {
      await redis.kill()
      return () => redis.restart()
    }),
    fault('Redis frozen', short, async () => {
      redis.freeze()
      return async () => redis.thaw()
    }),
    fault('Redis in a black hole', [2_000, 12_000], async dice =>
      networkFault(networks(dice), isolate),
    ),
    fault('connections to Redis forgotten', [0, 0], async dice => {
      for (const network of networks(dice)) network.forget()
      return async () => {}
    }),
    fault('Redis slow', short, async dice =>
      networkFault(networks(dice), network => {
        network.toServer = slow
        network.fromServer = slow
      }),
    ),
    fault('Redis out of memory', short, async () => {
      await configure(redis.url, { maxmemory: '1', 'maxmemory-policy': 'noeviction' })
      return () => configure(redis.url, { maxmemory: '0' })
    }),
  ]
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  // Other faults may end it first.
  client.on('error', () => {})
  await client.connect()
  return client
}

async function setReadOnly(url: string, is: 'on' | 'off'): Promise<void> {
  const client = await connected(url)
  try {
    await client.query('set default_transaction_read_only = off')
    await client.query(`alter system set default_transaction_read_only = ${is}`)
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}

/** Takes every place that is left. */
async function holdConnections(url: string): Promise<pg.Client[]> {
  const held: pg.Client[] = []
  for (;;) {
    const client = await connected(url).catch(() => undefined)
    if (client === undefined) return held
    held.push(client)
  }
}

async function configure(url: string, settings: Record<string, string>): Promise<void> {
  const client = createRedisClient(url)
  await client.connect()
  try {
    for (const [name, value] of Object.entries(settings)) await client.configSet(name, value)
  } finally {
    client.destroy()
  }
}
