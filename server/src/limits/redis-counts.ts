import { setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createRedisClient, redisPatience, redisSilent } from '../redis-client.ts'
import { within } from '../within.ts'
import type { SharedCounts } from './counters.ts'
import type { Counted } from './counts.ts'

const probeEvery = 1_000

/**
 * Counts that all nodes share. Redis may be slow, frozen or gone: one sign-in waits half a second
 * for it, and after that nobody does until it answers again.
 */
export function redisCounts(url: string, onError: (error: unknown) => void): SharedCounts {
  const client = createRedisClient(url)
  let lost = false
  let closing = false
  client.connect().catch(error => {
    if (!closing) onError(error)
  })

  const lose = (error: unknown) => {
    if (lost || closing) return
    lost = true
    onError(error)
    void probe()
  }
  const probe = async () => {
    while (lost && !closing) {
      await sleep(probeEvery, undefined, { ref: false })
      // A frozen Redis answers this once it thaws, a missing one refuses it at once.
      lost = await client.ping().then(
        () => false,
        () => true,
      )
    }
  }

  return {
    counter({ name, points, duration }) {
      const limiter = new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        keyPrefix: `qrgate:failures:${name}`,
        points,
        duration,
      })
      const count = async (key: string, most: number): Promise<Counted> => {
        const { consumedPoints: used, msBeforeNext } = await limiter.penalty(key)
        const undo = () => {
          limiter.reward(key).catch(lose)
        }
        if (used <= most) return { wait: 0, used, undo }
        undo()
        return { wait: Math.max(1, msBeforeNext), used: most, undo: () => {} }
      }
      return async (key, most = points) => {
        if (lost || !client.isReady) return null
        try {
          // The client's own time-out ends when a command is sent, and a frozen Redis takes commands.
          const counted = count(key, most)
          return await within(redisPatience, counted, () => redisSilent(redisPatience))
        } catch (error) {
          lose(error)
          return null
        }
      }
    },
    close() {
      closing = true
      client.destroy()
    },
  }
}
