import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedisClient, redisPatience, redisSilent, redisWords } from '../redis-client.ts'
import { within } from '../within.ts'
import type { Bus, Lost } from './bus.ts'
import { localBus } from './local.ts'

/** Channels that all nodes subscribe to at boot, so that a waiting kiosk costs Redis nothing. */
const shards = 64
const probeEvery = 1_000

/**
 * Hints between nodes by Redis PUBLISH and SUBSCRIBE; this node's own listeners are told directly.
 * Redis may be slow, frozen or gone: nobody waits for it, nothing is queued for it.
 */
export async function redisBus(url: string, onError: (error: unknown) => void): Promise<Bus> {
  const local = localBus()
  const rejoined: (() => void)[] = []
  let lost: Lost | null = { since: performance.now(), why: 'Redis has not answered yet' }
  let subscribed = false
  let closing = false

  const publisher = createRedisClient(url)
  const subscriber = createRedisClient(url)

  const lose = (error: unknown) => {
    if (closing) return
    // It may first be gone, and then refuse the password.
    const why = redisWords(error, publisher, subscriber)
    if (lost?.why === why) return
    lost = { since: lost?.since ?? performance.now(), why }
    onError(new Error(why, { cause: error }))
  }
  const rejoin = () => {
    if (lost === null) return
    lost = null
    for (const listener of rejoined) listener()
  }

  // Each connects once and from then on again by itself.
  const connected = Promise.all([publisher.connect(), subscriber.connect()])
  const join = async () => {
    await connected
    const channels = Array.from({ length: shards }, (_, shard) => `qrgate:${shard}`)
    await subscriber.subscribe(channels, topic => local.publish(topic))
    subscribed = true
    rejoin()
  }

  // A frozen Redis keeps its connections open; only asking shows that nobody is there. And who may connect
  // may not yet publish: so it is a hint about nothing that asks.
  const probe = async () => {
    if (!subscribed) await answered(join())
    await answered(Promise.all([publisher.publish(channelOf(''), ''), subscriber.ping()]))
  }
  const watch = async () => {
    while (!closing) {
      await probe().then(rejoin).catch(lose)
      await sleep(probeEvery, undefined, { ref: false })
    }
  }

  // A gate starts without Redis too; it is told when Redis comes.
  await answered(join(), 2 * redisPatience).catch(lose)
  void watch()

  return {
    publish(topic) {
      local.publish(topic)
      if (lost !== null) return
      publisher.publish(channelOf(topic), topic).catch(lose)
    },
    subscribe: local.subscribe,
    lost: () => lost,
    onRejoin: listener => rejoined.push(listener),
    async close() {
      closing = true
      publisher.destroy()
      subscriber.destroy()
      await local.close()
    },
  }
}

function channelOf(topic: string): string {
  const shard = createHash('sha1').update(topic).digest().readUInt8(0) % shards
  return `qrgate:${shard}`
}

/** The client's own time-out ends when a command is sent, and a frozen Redis takes commands. */
function answered<T>(work: Promise<T>, ms = redisPatience): Promise<T> {
  return within(ms, work, () => redisSilent(ms))
}
