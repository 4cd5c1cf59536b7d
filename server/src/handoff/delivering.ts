import { setTimeout as sleep } from 'node:timers/promises'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import { type LeasedParts, workUnderLease } from '../log/under-lease.ts'
import { advanceDelivery, type Delivery, type DeliveryStep } from '../protocol/delivery.ts'
import { unchanged } from '../store/change.ts'
import type { Client } from '../store/client.ts'
import type { DeliveryRecords } from '../store/delivery.ts'
import { verdictOf, type WebhookAnswer } from '../webhooks/answer.ts'
import { nextTryAt, notificationBackoff } from '../webhooks/backoff.ts'
import type { WebhookPost } from '../webhooks/post.ts'
import { tryLasts } from './asking.ts'
import type { EndpointHealth } from './endpoint-health.ts'
import type { NotificationBody } from './notification-body.ts'
import { isReachable } from './notifications.ts'

export interface DeliveringParts {
  deliveries: DeliveryRecords
  clients: Pick<Clients, 'byId' | 'webhookSecrets'>
  bodyOf(delivery: Delivery, client: Client): Promise<NotificationBody>
  post: WebhookPost
  health: EndpointHealth
  clock: Clock
  random(): number
}

/** Under way to one client; a receiver that hangs keeps nobody waiting but itself. */
const mostAtOnce = 8
const pause = 250
const batch = 100
/** So many looks for what is due, then the lease is asked for anew. */
const looks = 40

/**
 * Sends notifications until they have arrived or their day is over. One node at a time does so, and goes on
 * where another has died: what is to be sent stands in the rows.
 * @returns how to stop: lets what is under way come to its end.
 */
export function startDelivering(parts: DeliveringParts & LeasedParts): () => Promise<void> {
  const { deliveries, clients, health, clock, onError } = parts
  /** What is being sent, by delivery. */
  const underWay = new Map<string, { client: string; over: Promise<void> }>()
  let stopped = false

  const busyClients = (): string[] => {
    const counts = Map.groupBy(underWay.values(), ({ client }) => client)
    return [...counts].filter(([, { length }]) => length >= mostAtOnce).map(([client]) => client)
  }

  async function sendDue(): Promise<void> {
    for (const { id, client } of await deliveries.due(clock(), batch, busyClients())) {
      if (stopped || underWay.has(id) || busyClients().includes(client)) continue
      const over = send(id)
        .catch(async (error: unknown) => {
          onError(error)
          // It is due still: where nothing can be written, to look at once would never end.
          await sleep(pause, undefined, { ref: false })
        })
        .finally(() => underWay.delete(id))
      underWay.set(id, { client, over })
    }
  }

  async function take(id: string, step: DeliveryStep): Promise<Delivery | null> {
    const { old, next } = await deliveries.update(id, row => {
      if (!row) throw new Error(`the delivery ${id} is gone`)
      const next = advanceDelivery(row, step, clock())
      return next === row ? unchanged(row) : { next, events: [], quiet: true }
    })
    return next === old ? null : next
  }

  async function send(id: string): Promise<void> {
    const until = clock() + tryLasts
    const delivery = await take(id, { type: 'try', until })
    // Another node sends it, or it was given up meanwhile.
    if (!delivery) return
    const client = await clients.byId(delivery.client)
    if (!client || client.endpoint === null || !isReachable(client)) {
      await take(id, { type: 'give_up', until, why: whyUnreachable(client) })
      return
    }
    const made = await parts.bodyOf(delivery, client).catch((error: unknown) => {
      onError(error)
      return null
    })
    if (made && 'why' in made) {
      await take(id, { type: 'give_up', until, why: made.why })
      return
    }
    if (!made) {
      await take(id, retry(delivery, until, 'the gate could not make it'))
      return
    }
    const secrets = clients.webhookSecrets(client)
    const answer = await parts.post({ url: client.endpoint, id, secrets, body: made.body })
    await take(id, stepAfter(delivery, until, answer))
    if (verdictOf(answer) === 'ok') await health.succeeded(client)
    else await health.failed(client)
  }

  function stepAfter(delivery: Delivery, until: number, answer: WebhookAnswer): DeliveryStep {
    switch (verdictOf(answer)) {
      case 'ok':
        return { type: 'deliver', until }
      case 'gave_up':
        return { type: 'give_up', until, why: whyNot(answer) }
      case 'retry':
        return retry(delivery, until, whyNot(answer))
    }
  }

  function retry({ tries, triedSince }: Delivery, until: number, why: string): DeliveryStep {
    const now = clock()
    const tried = { firstAt: triedSince ?? now, tries, now }
    const at = nextTryAt(notificationBackoff, tried, parts.random())
    return at === null ? { type: 'give_up', until, why } : { type: 'retry', until, at, why }
  }

  const stop = workUnderLease(parts, {
    name: 'deliveries',
    pause,
    due: async () => underWay.size > 0 || (await deliveries.due(clock(), 1, [])).length > 0,
    async work() {
      for (let look = 0; look < looks; look += 1) {
        await sendDue()
        if (underWay.size === 0) return false
        // One that has ended makes room for others, and lets the next of its subject go.
        const ends = [...underWay.values()].map(({ over }) => over)
        await Promise.race([...ends, sleep(pause, undefined, { ref: false })])
      }
      return true
    },
  })

  return async () => {
    stopped = true
    await stop()
    await Promise.all([...underWay.values()].map(({ over }) => over))
  }
}

function whyUnreachable(client: Client | null): string {
  if (!client) return 'the client is gone'
  return client.endpoint === null
    ? 'the client has no endpoint'
    : 'the webhooks of this client are switched off'
}

function whyNot(answer: WebhookAnswer): string {
  return answer.kind === 'answered' ? `status ${answer.status}` : `${answer.why}: ${answer.detail}`
}
