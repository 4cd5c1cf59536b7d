import type { Config } from '../../config.ts'
import { within } from '../../within.ts'
import { type Add, messageOf } from './finding.ts'

/** How long Redis may take for each answer, in milliseconds: a person is waiting, no visitor. */
const patience = 2_000

export async function checkRedis({ redisUrl }: Config, add: Add): Promise<void> {
  if (redisUrl === '') {
    add('ok', 'redis', 'not used: a single node')
    return
  }
  try {
    await askRedis(redisUrl, add)
  } catch (error) {
    add('fail', 'redis', `cannot be used: ${messageOf(error)}. Check REDIS_URL.`)
  }
}

/** @throws whatever kept Redis from answering. */
async function askRedis(url: string, add: Add): Promise<void> {
  // Most gates are single nodes, whose commands need not load it.
  const { createRedisClient, redisSilent } = await import('../../redis-client.ts')
  const client = createRedisClient(url, false, patience)
  // A frozen Redis accepts connections and commands, and answers none of them.
  const answered = <T>(work: Promise<T>) => within(patience, work, () => redisSilent(patience))
  try {
    await answered(client.connect())
    const asked = performance.now()
    await answered(client.ping())
    add('ok', 'redis', `answers in ${(performance.now() - asked).toFixed(1)} ms`)
    const { 'maxmemory-policy': policy } = await answered(client.configGet('maxmemory-policy'))
    if (policy && policy !== 'noeviction') {
      const words = `maxmemory-policy is ${policy}; set noeviction, or limits may be forgotten`
      add('warn', 'redis', words)
    }
  } finally {
    client.destroy()
  }
}
