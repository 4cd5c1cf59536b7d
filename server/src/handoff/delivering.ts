import { setTimeout as sleep } from 'node:timers/promises'
import type { Clients } from '../clients/clients.ts'
import { isReachable, whyUnreachable } from '../clients/reachable.ts'
import type { Clock } from '../clock.ts'
import { type LeasedParts, workUnderLease } from '../log/under-lease.ts'
import { advanceDelivery, type Delivery, type DeliveryStep } from '../protocol/delivery.ts'
import { unchanged } from '../store/change.ts'
import type { Client } from '../store/client.ts'
import type { DeliveryRecords } from '../store/delivery.ts'
import { verdictOf, type WebhookAnswer } from '../webhooks/answer.ts'
import { nextTryAt, notificationBackoff } from '../webhooks/backoff.ts'
import { tryLasts, type WebhookPost } from '../webhooks/post.ts'
import type { EndpointHealth } from './endpoint-health.ts'
import { createInFlight } from './in-flight.ts'
import type { NotificationBody } from './notification-body.ts'

export interface DeliveringParts {
  deliveries: DeliveryRecords
  clients: Pick<Clients, 'byId' | 'webhookSecrets'>
  bodyOf(delivery: Delivery, client: Client): Promise<NotificationBody>
  post: WebhookPost
  health: EndpointHealth
  clock: Clock
  random(): number
  /** It never arrived: the operator must know. */
  onGivenUp(delivery: Delivery, why: string): void
}

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
  const inFlight = createInFlight({ onError })
  let stopped = false

  async function sendDue(): Promise<void> {
    const due = await deliveries.due(clock(), batch, inFlight.fullClients())
    if (stopped) return
    for (const { id, client } of due) inFlight.send(id, client, () => sendOrPause(id))
  }

  /** It is due still where nothing can be written: to look at once would never end. */
  async function sendOrPause(id: string): Promise<void> {
    await send(id).catch(async (error: unknown) => {
      onError(error)
      await sleep(pause, undefined, { ref: false })
    })
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
    if (!client || !isReachable(client)) {
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
    const answer = await parts.post({
      client: client.id,
      url: client.endpoint,
      id,
      secrets,
      body: made.body,
    })
    const step = stepAfter(delivery, until, answer)
    if ((await take(id, step)) && step.type === 'give_up') parts.onGivenUp(delivery, step.why)
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
    due: async () =>
      inFlight.ends().length > 0 || (await deliveries.due(clock(), 1, [])).length > 0,
    async work() {
      for (let look = 0; look < looks; look += 1) {
        await sendDue()
        const ends = inFlight.ends()
        if (ends.length === 0) return false
        // One that has ended makes room for others, and lets the next of its subject go.
        await Promise.race([...ends, sleep(pause, undefined, { ref: false })])
      }
      return true
    },
  })

  return async () => {
    stopped = true
    await stop()
    await Promise.all(inFlight.ends())
  }
}

function whyNot(answer: WebhookAnswer): string {
  return answer.kind === 'answered' ? `status ${answer.status}` : `${answer.why}: ${answer.detail}`
}
