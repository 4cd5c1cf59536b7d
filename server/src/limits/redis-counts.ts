import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisClient, redisPatience, redisSilent, redisWords } from '../redis-client.ts'
import { within } from '../within.ts'
import type { Lost, SharedCounts } from './counters.ts'
import type { Counted } from './counts.ts'

const probeEvery = 1_000

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
 * Counts that all nodes share. Redis may be slow, frozen or gone: one sign-in waits half a second
 * for it, and after that nobody does until it answers again.
 */
export function redisCounts(url: string, onError: (error: unknown) => void): SharedCounts {
  const client = createRedisClient(url)
  let lost: Lost | null = null
  let closing = false
  client.connect().catch(error => lose(error))

  const lose = (error: unknown) => {
    if (lost || closing) return
    const why = redisWords(error, client)
    lost = { since: performance.now(), why }
    onError(new Error(why, { cause: error }))
    void probe()
  }
  const probe = async () => {
    while (lost && !closing) {
      await sleep(probeEvery, undefined, { ref: false })
      // A frozen Redis answers this once it thaws, a missing one refuses it at once; and it writes, as a count
      // does.
      const [keys, written] = [['qrgate:failures:probe'], ['1', '1']]
      await client.eval(takeScript, { keys, arguments: written }).then(
        () => {
          lost = null
        },
        () => {},
      )
    }
  }

  return {
    counter({ name, points, duration }) {
      const count = async (key: string, most: number): Promise<Counted> => {
        // The name is that of older gates, which count in the same way.
        const keys = [`qrgate:failures:${name}:${key}`]
        const asked = performance.now()
        const window = `${duration * 1000}`
        const answer = await client.eval(takeScript, { keys, arguments: [`${most}`, window] })
        const [counts, used, left] = answer as [number, number, number]
        if (counts === 0) return { wait: Math.max(1, left), used, undo: () => {} }
        const undo = () => {
          // Otherwise it may be the next window's.
          if (performance.now() < asked + left) client.eval(undoScript, { keys }).catch(lose)
        }
        return { wait: 0, used, undo }
      }
      return async (key, most = points) => {
        if (lost || !client.isReady) return null
        const counted = count(key, most)
        try {
          // The client's own time-out ends when a command is sent, and a frozen Redis takes commands.
          return await within(redisPatience, counted, () => redisSilent(redisPatience))
        } catch (error) {
          lose(error)
          // Whoever asked has gone on without it, and will take nothing back.
          counted.then(
            ({ undo }) => undo(),
            () => {},
          )
          return null
        }
      }
    },
    lost: () => lost,
    close() {
      closing = true
      client.destroy()
    },
  }
}
