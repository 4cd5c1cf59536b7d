import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { countedBy, type SharedCounts } from './failure-limits.ts'

/** A Redis that has not answered by then is as good as gone, in milliseconds. */
const patience = 500
const probeEvery = 1_000

/**
 * Counts that all nodes share. Redis may be slow, frozen or gone: one sign-in waits half a second
 * for it, and after that nobody does until it answers again.
 */
export function redisCounts(url: string, onError: (error: unknown) => void): SharedCounts {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: patience },
    socket: {
      connectTimeout: 2 * patience,
      reconnectStrategy: retries => Math.min(1_000, 50 * 2 ** retries) * (0.5 + Math.random()),
    },
  })
  // Reported where a command fails; a connection that keeps failing would fill the log.
  client.on('error', () => {})
  let lost = false
  let closing = false
  client.connect().catch(error => {
    if (!closing) onError(error)
  })

  const lose = async (error: unknown) => {
    if (lost || closing) return
    lost = true
    onError(error)
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
      return async key => {
        if (lost || !client.isReady) return null
        try {
          return await within(patience, countedBy(limiter, key, lose))
        } catch (error) {
          void lose(error)
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

/** The client's own time-out ends when a command is sent, and a frozen Redis takes commands. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const aborter = new AbortController()
  const tooLong = sleep(ms, undefined, { signal: aborter.signal, ref: false }).then(() => {
    throw new Error(`Redis has not answered for ${ms} ms`)
  })
  try {
    return await Promise.race([work, tooLong])
  } finally {
    aborter.abort()
    tooLong.catch(() => {})
    work.catch(() => {})
  }
}
