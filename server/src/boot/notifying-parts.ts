import type { Claims } from '@qrgate/sdk/protocol'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import { startDelivering } from '../handoff/delivering.ts'
import { createEndpointHealth, type EndpointHealth } from '../handoff/endpoint-health.ts'
import { notificationBodies } from '../handoff/notification-body.ts'
import { notificationsReader } from '../handoff/notifications.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import { follow } from '../log/follow.ts'
import type { LeasedParts } from '../log/under-lease.ts'
import type { EventLog } from '../logger.ts'
import type { ClaimName } from '../protocol/claims.ts'
import type { Delivery } from '../protocol/delivery.ts'
import type { Client } from '../store/client.ts'
import type { Store } from '../store/store.ts'
import type { WebhookPost } from '../webhooks/post.ts'

export interface NotifyingNeeds {
  store: Store
  clients: Clients
  kiosks: Kiosks
  /** What a client is told of an account; null where the account is gone. */
  claimsOf(account: string, agreed: readonly ClaimName[], client: Client): Promise<Claims | null>
  post: WebhookPost
  health: EndpointHealth
  clock: Clock
  logger: EventLog
}

/** Clients are told of what has happened. */
export interface Notifying {
  /** @returns how to stop. */
  start(leased: LeasedParts): Promise<() => Promise<void>>
}

export function createHealth(store: Store, clock: Clock, logger: EventLog): EndpointHealth {
  const { clients, deliveries } = store
  const onOff = ({ id: client, failingSince }: Client) => {
    const words =
      'nothing has got through to a client for three days: its webhooks are switched off'
    logger.warn({ client, failingSince }, words)
  }
  return createEndpointHealth({ clients, deliveries, clock, onOff })
}

export function createNotifying(needs: NotifyingNeeds): Notifying {
  const { store, clients, kiosks, claimsOf, post, health, clock } = needs
  const { log, deliveries } = store
  const kiosk = (number: number) => kiosks.known(number)
  const reader = notificationsReader({ ...store, kiosk, clock })
  const bodyOf = notificationBodies({ log, kiosk, claimsOf })
  const onGivenUp = ({ id, client, event, tries }: Delivery, why: string) => {
    needs.logger.warn({ delivery: { id, client, event, tries, why } }, 'a client was never told')
  }
  const random = Math.random
  const sending = { deliveries, clients, bodyOf, post, health, clock, random, onGivenUp }

  return {
    async start(leased) {
      // What happened before anybody could be notified is told to nobody.
      await log.beginAtEnd(reader.name)
      const stopReading = follow({ ...leased, log }, reader)
      const stopDelivering = startDelivering({ ...leased, ...sending })
      return async () => {
        await stopReading()
        await stopDelivering()
      }
    },
  }
}
