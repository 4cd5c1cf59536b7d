import { switchedOff } from '../clients/reachable.ts'
import type { Clock } from '../clock.ts'
import { type LogEvent, system } from '../protocol/log-event.ts'
import { unchanged } from '../store/change.ts'
import type { Client, ClientRecords } from '../store/client.ts'
import type { DeliveryRecords } from '../store/delivery.ts'

export interface EndpointHealthParts {
  clients: Pick<ClientRecords, 'update'>
  deliveries: Pick<DeliveryRecords, 'giveUp'>
  clock: Clock
  /** Nothing is sent there any more: the operator must know. */
  onOff(client: Client): void
}

/** Whether anything gets through to the endpoints of clients. */
export type EndpointHealth = ReturnType<typeof createEndpointHealth>

/** After so long without a single success the notifications of a client are switched off. */
const longestFailure = 3 * 24 * 3_600_000

export function createEndpointHealth({ clients, deliveries, clock, onOff }: EndpointHealthParts) {
  /** @param seen what the endpoint had when it was tried; of another one nothing is known by it. */
  const change = (seen: Client, decide: (row: Client) => Client) =>
    clients.update(seen.id, row => {
      if (!row) throw new Error(`the client ${seen.id} is gone`)
      const next = row.endpoint === seen.endpoint && row.removedAt === null ? decide(row) : row
      if (next === row) return unchanged(row)
      const isOff = next.webhooksOffAt !== row.webhooksOffAt
      return { next, events: isOff ? [offEvent(next)] : [], quiet: true }
    })

  return {
    /** Something got through. */
    async succeeded(client: Client): Promise<void> {
      if (client.failingSince === null) return
      await change(client, row => ({ ...row, failingSince: null }))
    },

    /** Something did not. Nothing has for three days: they are switched off, and what waits is given up. */
    async failed(client: Client): Promise<void> {
      const now = clock()
      const { failingSince, webhooksOffAt } = client
      if (webhooksOffAt !== null) return
      if (failingSince !== null && now - failingSince < longestFailure) return
      const { old, next } = await change(client, row => {
        if (row.webhooksOffAt !== null) return row
        if (row.failingSince === null) return { ...row, failingSince: now }
        const isOver = now - row.failingSince >= longestFailure
        return isOver ? { ...row, webhooksOffAt: now } : row
      })
      if (next.webhooksOffAt === null) return
      await deliveries.giveUp(next.id, switchedOff, now)
      if (old?.webhooksOffAt === null) onOff(next)
    },
  }
}

function offEvent({ id, webhooksOffAt }: Client): LogEvent {
  const subject = { kind: 'client', id } as const
  return { event: 'client.webhooks_off', at: webhooksOffAt ?? 0, actor: system, subject }
}
