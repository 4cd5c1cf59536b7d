import type { IncomingHttpHeaders } from 'node:http'
import type { Claims, Localized } from '@qrgate/sdk/protocol'
import { Webhook } from 'standardwebhooks'
import { Refused } from './arrivals.ts'
import type { ArrivalRow } from './database.ts'
import type { Queue } from './queue.ts'
import type { Ticket } from './tickets.ts'

/** What the gate sends, as docs/webhooks.md has it. */
interface Message {
  type: string
  timestamp: string
  data: {
    id: string
    service: string
    kiosk: { number: number; name: Localized }
    claims: Claims
  }
}

const notHere = { ko: '지금은 접수하지 않습니다', en: 'This is not offered now' }
const isOver = { ko: '취소된 접수입니다', en: 'This was cancelled' }

/**
 * @param secrets of the client; two while they are rotated.
 * @returns undefined where none of them has signed it within the last five minutes.
 */
export function verified(
  secrets: readonly string[],
  body: Buffer,
  headers: IncomingHttpHeaders,
): Message | undefined {
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers as Record<string, string>) as Message
    } catch {}
  }
  return undefined
}

export interface Receiving {
  queue: Pick<Queue, 'receive' | 'cancel' | 'coming' | 'staffCalled'>
  ticketOf(row: ArrivalRow): Promise<Ticket | undefined>
}

/**
 * Does what a message says; the same once more changes nothing.
 * @param messageId its `webhook-id`.
 * @returns what is answered.
 */
export async function receive(
  { queue, ticketOf }: Receiving,
  { type, data }: Message,
  messageId: string,
): Promise<Ticket> {
  switch (type) {
    case 'hand_off.requested': {
      const { id, service, claims } = data
      const name = claims.name ?? claims.masked_name ?? null
      const comer = { id, service, name, external_id: claims.external_id ?? null }
      const row = await queue.receive(comer).catch(unlessUnknown)
      if (!row) return { status: 'refused', text: notHere }
      if (row.state === 'cancelled') return { status: 'refused', text: isOver }
      // Whoever asks again when the number has been called hears of that by the next PATCH.
      return { ...(await ticketOf(row)), status: 'accepted' }
    }
    case 'hand_off.cancelled': {
      // It may overtake its request, which is refused then.
      const { id, service } = data
      const row = await queue
        .receive({ id, service, name: null, external_id: null })
        .catch(unlessUnknown)
      if (row) await queue.cancel(id)
      return {}
    }
    case 'hand_off.coming':
      await queue.coming(data.id)
      return {}
    case 'staff.called':
      await queue.staffCalled(messageId, JSON.stringify(data.kiosk.name))
      return {}
    default:
      return {}
  }
}

function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error
}
