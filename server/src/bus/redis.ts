import { createHash } from 'node:crypto'
import { redisPatience } from '../redis/client.ts'
import { RedisConnection } from '../redis/connection.ts'
import { within } from '../within.ts'
import type { Bus } from './bus.ts'
import { localBus } from './local.ts'

/** Channels that all nodes subscribe to at boot, so that a waiting kiosk costs Redis nothing. */
const shards = 64

/**
 * Hints between nodes by Redis PUBLISH and SUBSCRIBE, on one connection: no node speaks and is deaf. This node's own
 * listeners are told directly. Redis may be slow, frozen or gone: nobody waits for it, nothing is queued for it.
 */
export async function redisBus(url: string, onError: (error: unknown) => void): Promise<Bus> {
  const local = localBus()
  const rejoined: (() => void)[] = []
  const channels = Array.from({ length: shards }, (_, shard) => `qrgate:${shard}`)
  /** Hints of this node that Redis brings back to it: who waits here has read by then, and need not read again. */
  const echoes = new Map<string, number>()
  /** @returns whether this topic was expected. One of two alike is as good as the other, whoever has sent it. */
  const takeEcho = (topic: string): boolean => {
    const expected = echoes.get(topic) ?? 0
    if (expected > 1) echoes.set(topic, expected - 1)
    else echoes.delete(topic)
    return expected > 0
  }
  const connection = new RedisConnection(url, {
    begin(client) {
      echoes.clear()
      return client.subscribe(channels, topic => {
        if (!takeEcho(topic)) local.publish(topic)
      })
    },
    // Who may connect may not yet publish: so it is a hint about nothing that asks.
    ask: client => client.publish(channelOf(''), ''),
    onLost: onError,
    onBack() {
      for (const listener of rejoined) listener()
    },
  })

  // A gate starts without Redis too; it is told when Redis comes.
  await within(2 * redisPatience, connection.tried, () => new Error()).catch(() => {})

  return {
    publish(topic) {
      local.publish(topic)
      const { client } = connection
      if (!client) return
      echoes.set(topic, (echoes.get(topic) ?? 0) + 1)
      client.publish(channelOf(topic), topic).catch(error => {
        takeEcho(topic)
        connection.lose(error)
      })
    },
    subscribe: local.subscribe,
    lost: () => connection.lost,
    onRejoin: listener => rejoined.push(listener),
    async close() {
      connection.close()
      await local.close()
    },
  }
}

function channelOf(topic: string): string {
  const shard = createHash('sha1').update(topic).digest().readUInt8(0) % shards
  return `qrgate:${shard}`
}
