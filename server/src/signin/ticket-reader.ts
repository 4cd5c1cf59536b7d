import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import type { Ticket, Tickets } from '../protocol/ticket.ts'
import type { Kiosk } from '../store/kiosk.ts'

export type ReadTicket = (text: string) => Promise<{ ticket: Ticket; kiosk: Kiosk }>

/**
 * Reads what a kiosk's QR holds.
 * @throws Refusal `ticket_unknown` for all that is not ours.
 */
export function ticketReader(tickets: Tickets, kiosks: Kiosks): ReadTicket {
  return async text => {
    const ticket = tickets.read(text)
    if (!ticket) throw new Refusal('ticket_unknown')
    return { ticket, kiosk: await kiosks.usable(ticket.kiosk) }
  }
}
