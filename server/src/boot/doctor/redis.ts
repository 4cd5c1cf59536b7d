import type { Config } from '../../config.ts'
import { within } from '../../within.ts'
import type { Add } from './finding.ts'

/** How long Redis may take for each answer, in milliseconds: a person is waiting, no visitor. */
const patience = 2_000

/** Looks at Redis by the rights that hints and counts need. */
export async function checkRedis({ redisUrl }: Config, add: Add): Promise<void> {
  if (redisUrl === '') {
    add('ok', 'redis', 'not used: a single node')
    return
  }
  // Most gates are single nodes, whose commands need not load it.
  const { createRedisClient, evictionPolicy, evictionWords, redisSilent, redisWords } =
    await import('../../redis/client.ts')
  const client = createRedisClient(redisUrl, patience)
  const listener = createRedisClient(redisUrl, patience)
  // A frozen Redis accepts connections and commands, and answers none of them.
  const answered = <T>(work: Promise<T>) => within(patience, work, () => redisSilent(patience))
  try {
    await answered(Promise.all([client.connect(), listener.connect()]))
    const asked = performance.now()
    await answered(client.ping())
    const trip = performance.now() - asked
    await answered(listener.subscribe('qrgate:0', () => {}))
    await answered(client.publish('qrgate:0', ''))
    // As counts are written: a replica, and one without memory, still answer whoever reads.
    const count = { keys: ['qrgate:failures:doctor'], arguments: [] }
    await answered(client.eval("return redis.call('set', KEYS[1], 1, 'PX', 1)", count))
    add('ok', 'redis', `answers in ${trip.toFixed(1)} ms, publishes, and tells what is published`)
    const evicts = evictionWords(await answered(evictionPolicy(client)))
    if (evicts !== null) add('warn', 'redis', evicts)
  } catch (error) {
    add('fail', 'redis', `REDIS_URL cannot be used: ${redisWords(error)}`)
  } finally {
    client.destroy()
    listener.destroy()
  }
}
