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
  // Reported where a command fails, which says only that there is no connection; one that keeps failing
  // would fill the log.
  client.on('error', error => faults.set(client, error))
  client.on('ready', () => faults.delete(client))
  return client
}

/** Why there is no connection, as long as there is none. */
const faults = new WeakMap<object, unknown>()

/** Milliseconds until the next try; at random, so that all nodes do not come at the same time. */
function backoff(retries: number): number {
  return Math.min(1_000, 50 * 2 ** retries) * (0.5 + Math.random())
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

/** Why Redis cannot be used, in words for whoever runs it. @param clients through which it was to be used. */
export function redisWords(error: unknown, ...clients: readonly object[]): string {
  const fault = clients.map(client => faults.get(client)).find(fault => fault !== undefined)
  const { message = '', code = '' } = (fault ?? error ?? {}) as { message?: string; code?: string }
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
