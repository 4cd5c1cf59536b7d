import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import type { Ticket, Tickets } from '../protocol/ticket.ts'
import type { Kiosk } from '../store/kiosk.ts'

/** One way of writing tickets for each kind that a kiosk's QR may hold. */
export type TicketKinds = Record<Kiosk['ticket'], Tickets>

export type ReadTicket = (text: string) => Promise<{ ticket: Ticket; kiosk: Kiosk }>

/**
 * Reads what a QR holds.
 * @throws Refusal `ticket_unknown` for all that is not ours or not of the kind that its kiosk shows.
 */
export function ticketReader(tickets: TicketKinds, kiosks: Kiosks): ReadTicket {
  return async text => {
    for (const kind of ['compact', 'jwt'] as const) {
      const ticket = tickets[kind].read(text)
      if (!ticket) continue
      const kiosk = await kiosks.usable(ticket.kiosk)
      if (kiosk.ticket === kind) return { ticket, kiosk }
    }
    throw new Refusal('ticket_unknown')
  }
}
