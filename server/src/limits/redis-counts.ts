import {
  evictionPolicy,
  evictionWords,
  type RedisClient,
  redisPatience,
  redisSilent,
} from '../redis/client.ts'
import { RedisConnection } from '../redis/connection.ts'
import { within } from '../within.ts'
import type { SharedCounts } from './counters.ts'
import type { Counted } from './counts.ts'

/**
 * Counts one if fewer are counted, in one step: those who are refused must not count even for a moment,
 * or they would take from whoever has a larger share.
 */
const takeScript = `
local used = tonumber(redis.call('get', KEYS[1]) or '0')
local counts = used < tonumber(ARGV[1])
if counts then
  used = redis.call('incr', KEYS[1])
  if used == 1 then redis.call('pexpire', KEYS[1], ARGV[2]) end
end
return {counts and 1 or 0, used, redis.call('pttl', KEYS[1])}`

/**
 * Takes one back, and begins no window with less than nothing where the one it counted in is over. A key
 * of nothing is not kept: a flood of refused tries must not fill Redis either.
 */
const undoScript = `
local used = tonumber(redis.call('get', KEYS[1]) or '0')
if used > 1 then redis.call('decr', KEYS[1]) elseif used == 1 then redis.call('del', KEYS[1]) end`

/**
 * Counts that all nodes share. Redis may be slow, frozen or gone: nobody waits longer than half a second for it, and
 * after that nobody does until it answers again.
 * @param onWarning told what Redis is set to that lets it forget counts.
 */
export function redisCounts(
  url: string,
  onError: (error: unknown) => void,
  onWarning: (words: string) => void = () => {},
): SharedCounts {
  let warned: string | null = null
  const connection = new RedisConnection(url, {
    async begin(client) {
      const words = evictionWords(await evictionPolicy(client))
      if (words !== null && words !== warned) onWarning(words)
      warned = words
    },
    // It writes, as a count does: a replica, and one without memory, still answer whoever reads.
    ask: client =>
      client.eval(takeScript, { keys: ['qrgate:failures:probe'], arguments: ['1', '1'] }),
    onLost: onError,
  })

  return {
    counter({ name, points, duration }) {
      const count = async (client: RedisClient, key: string, most: number): Promise<Counted> => {
        // The name is that of older gates, which count in the same way.
        const keys = [`qrgate:failures:${name}:${key}`]
        const asked = performance.now()
        const window = `${duration * 1000}`
        const answer = await client.eval(takeScript, { keys, arguments: [`${most}`, window] })
        const [counts, used, left] = answer as [number, number, number]
        if (counts === 0) return { wait: Math.max(1, left), used, undo: () => {} }
        const undo = () => {
          // Otherwise it may be the next window's.
          if (performance.now() >= asked + left) return
          // In the order of its coming, if that connection is still there.
          const by = client.isReady ? client : connection.client
          const undone = by?.eval(undoScript, { keys })
          undone?.catch(error => connection.lose(error))
        }
        return { wait: 0, used, undo }
      }
      return async (key, most = points) => {
        const { client } = connection
        if (client === null) return null
        const counted = count(client, key, most)
        try {
          // The client's own time-out ends when a command is sent, and a frozen Redis takes commands.
          return await within(redisPatience, counted, () => redisSilent(redisPatience))
        } catch (error) {
          connection.lose(error)
          // Whoever asked has gone on without it, and will take nothing back.
          counted.then(
            ({ undo }) => undo(),
            () => {},
          )
          return null
        }
      }
    },
    lost: () => connection.lost,
    close: () => connection.close(),
  }
}
