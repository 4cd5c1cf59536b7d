import type { IncomingHttpHeaders } from 'node:http'
import { Webhook } from 'standardwebhooks'
import Type, { type Static, type TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Refused } from './arrivals.ts'
import type { ArrivalRow } from './database.ts'
import type { Queue } from './queue.ts'
import type { Ticket } from './tickets.ts'

/** What of the gate's messages is read here; docs/webhooks.md has them whole. */
const id = Type.String({ format: 'uuid' })
const service = Type.String()
const claim = Type.Optional(Type.String())
// Null where none is known.
const externalId = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const claims = Type.Object({ name: claim, masked_name: claim, external_id: externalId })
const kiosk = Type.Object({ name: Type.Object({ ko: Type.String(), en: Type.String() }) })
const message = <Data extends TSchema>(data: Data) => Compile(Type.Object({ data }))
const any = Compile(Type.Object({ type: Type.String() }))
const requested = message(Type.Object({ id, service, claims }))
const cancelled = message(Type.Object({ id, service }))
const coming = message(Type.Object({ id }))
const staffCalled = message(Type.Object({ kiosk }))

const notHere = { ko: '지금은 접수하지 않습니다', en: 'Closed right now' }
const isOver = { ko: '취소된 접수입니다', en: 'This was cancelled' }

/**
 * @param secrets of the client; two while they are rotated.
 * @returns undefined where none of them has signed it within the last five minutes.
 */
export function verified(
  secrets: readonly string[],
  body: Buffer,
  headers: IncomingHttpHeaders,
): unknown {
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers as Record<string, string>)
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
 * @throws Refused where it lacks something, though it is signed.
 */
export async function receive(
  { queue, ticketOf }: Receiving,
  said: unknown,
  messageId: string,
): Promise<Ticket> {
  switch (read(any, said).type) {
    case 'hand_off.requested': {
      const { id, service, claims } = read(requested, said).data
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
      const { id, service } = read(cancelled, said).data
      const row = await queue
        .receive({ id, service, name: null, external_id: null })
        .catch(unlessUnknown)
      if (row) await queue.cancel(id)
      return {}
    }
    case 'hand_off.coming':
      await queue.coming(read(coming, said).data.id)
      return {}
    case 'staff.called':
      await queue.staffCalled(messageId, JSON.stringify(read(staffCalled, said).data.kiosk.name))
      return {}
    default:
      return {}
  }
}

function read<Schema extends TSchema>(
  schema: Validator<Record<never, never>, Schema>,
  said: unknown,
): Static<Schema> {
  if (schema.Check(said)) return said as Static<Schema>
  throw new Refused('malformed', 'This is no message as the gate sends them.')
}

function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof Refused)) throw error
}
