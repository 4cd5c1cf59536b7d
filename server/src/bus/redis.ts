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
  const connection = new RedisConnection(url, {
    begin: client => client.subscribe(channels, topic => local.publish(topic)),
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
      connection.client?.publish(channelOf(topic), topic).catch(error => connection.lose(error))
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
