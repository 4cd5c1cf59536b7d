import { createClient } from '@redis/client'

/** A Redis that has not answered by then is as good as gone, in milliseconds. */
export const redisPatience = 500

/** A client that queues nothing while Redis is away, and connects again by itself. */
export function createRedisClient(url: string) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: redisPatience },
    socket: {
      connectTimeout: 2 * redisPatience,
      reconnectStrategy: retries => Math.min(1_000, 50 * 2 ** retries) * (0.5 + Math.random()),
    },
  })
  // Reported where a command fails; a connection that keeps failing would fill the log.
  client.on('error', () => {})
  return client
}

/** What a caller is told that waited for {@link redisPatience}. */
export function redisSilent(ms: number): Error {
  return new Error(`Redis has not answered for ${ms} ms`)
}
