import { createClient } from '@redis/client'

/** A Redis that has not answered by then is as good as gone, in milliseconds. */
export const redisPatience = 500

export type RedisClient = ReturnType<typeof createRedisClient>

/**
 * A client that queues nothing while Redis is away, and is of no use any more once its connection breaks: whoever
 * needs one for long has a RedisConnection.
 * @param patience how long an answer may take, in milliseconds; a connection twice as long.
 */
export function createRedisClient(url: string, patience = redisPatience) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: patience },
    socket: { connectTimeout: 2 * patience, reconnectStrategy: false },
  })
  // Told by whatever is asked of it.
  client.on('error', () => {})
  return client
}

/** What a caller is told that waited for {@link redisPatience}. */
export function redisSilent(ms: number): Error {
  return new Error(`Redis has not answered for ${ms} ms`)
}

/** What Redis itself says first in its errors, and what to do about it. */
export const redisRefusals: Readonly<Record<string, string>> = {
  WRONGPASS: 'Redis refuses the user name or the password; check REDIS_URL',
  NOAUTH: 'Redis wants a password; put it into REDIS_URL',
  NOPERM: 'the Redis user lacks rights: it needs +@all on ~qrgate:* and &qrgate:*',
  READONLY: 'Redis is a replica; name the primary in REDIS_URL',
  LOADING: 'Redis is still loading its data',
  MISCONF: 'Redis cannot write its snapshots; it needs none: set save ""',
  OOM: 'Redis has no memory left; give it more maxmemory',
  NOREPLICAS: 'Redis has too few replicas to write; see min-replicas-to-write',
}

/** Why Redis cannot be used, in words for whoever runs it. */
export function redisWords(error: unknown): string {
  const { message = '', code = '' } = (error ?? {}) as { message?: string; code?: string }
  // A script's error tells of the command's own.
  const [first = ''] = /^(?:ERR .*?: -?|-)?([A-Z]+) /.exec(message)?.slice(1) ?? []
  const known = redisRefusals[first]
  if (known !== undefined) return first === 'NOPERM' ? `${known} (${message})` : known
  if (/CERT|SELF_SIGNED|VERIFY/.test(code)) {
    return `Redis' certificate is not trusted (${code}); name its authority by NODE_EXTRA_CA_CERTS in the environment`
  }
  if (/^ERR /.test(message)) return `Redis refuses what REDIS_URL asks for (${message})`
  return `Redis does not answer (${code || message})`
}

/** What is wrong with a `maxmemory-policy`, if anything: counts have an end, so each kind of eviction takes them. */
export function evictionWords(policy: string | undefined): string | null {
  if (!policy || policy === 'noeviction') return null
  return `maxmemory-policy is ${policy}; set noeviction, or limits may be forgotten`
}

/** The `maxmemory-policy` of a Redis; undefined where this user may not ask for it: it may use Redis all the same. */
export async function evictionPolicy(client: RedisClient): Promise<string | undefined> {
  const asked = client.configGet('maxmemory-policy')
  return (await asked.catch(() => ({}) as Record<string, string>))['maxmemory-policy']
}
