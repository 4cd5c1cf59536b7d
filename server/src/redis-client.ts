import { createClient } from '@redis/client'

/** A Redis that has not answered by then is as good as gone, in milliseconds. */
export const redisPatience = 500

/**
 * A client that queues nothing while Redis is away.
 * @param reconnects whether it connects again by itself; if not, the first failure is final and
 * `connect()` says why.
 * @param patience how long an answer may take, in milliseconds; a connection twice as long.
 */
export function createRedisClient(url: string, reconnects = true, patience = redisPatience) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: patience },
    socket: {
      connectTimeout: 2 * patience,
      reconnectStrategy: retries => reconnects && backoff(retries),
    },
  })
  // Reported where a command fails; a connection that keeps failing would fill the log.
  client.on('error', () => {})
  return client
}

/** Milliseconds until the next try; at random, so that all nodes do not come at the same time. */
function backoff(retries: number): number {
  return Math.min(1_000, 50 * 2 ** retries) * (0.5 + Math.random())
}

/** What a caller is told that waited for {@link redisPatience}. */
export function redisSilent(ms: number): Error {
  return new Error(`Redis has not answered for ${ms} ms`)
}
