import { isDeepStrictEqual } from 'node:util'
import { spoken, waitingIn } from './arrivals.ts'
import type { ArrivalRow, Database } from './database.ts'
import type { TicketChange } from './gate.ts'
import { paceOf, waitMinutes } from './pace.ts'
import { deskPlace, lineOf, placeOf, type Site } from './site.ts'

/** All that the gate is to show for somebody; a field that is not there is not to be shown. */
export type Ticket = Omit<TicketChange, 'id'>

/**
 * What everybody's ticket says at this moment, from one look at who waits.
 * @returns undefined for who is over and was never told of: there is nothing to show.
 */
export async function ticketsNow(
  { db, site }: { db: Database; site: Site },
  day: string,
  now: number,
): Promise<(row: ArrivalRow) => Ticket | undefined> {
  const waiting = await waitingIn(db).select(['id', 'service']).orderBy('turn').execute()
  const before = new Map<string, number>()
  const soFar = new Map<string, number>()
  for (const { id, service } of waiting) {
    const counts = lineOf(site, service).map(one => soFar.get(one) ?? 0)
    before.set(
      id,
      counts.reduce((sum, count) => sum + count, 0),
    )
    soFar.set(service, (soFar.get(service) ?? 0) + 1)
  }
  const paces = new Map<string, number | undefined>()
  for (const service of soFar.keys()) {
    paces.set(service, await paceOf(db, lineOf(site, service), day, now))
  }

  return row => {
    const service = site.services.find(({ id }) => id === row.service)
    const desk = row.state === 'called' && site.desks.find(({ id }) => id === row.desk)
    const place = desk ? deskPlace(desk) : service && placeOf(site, service)
    const ticket = {
      number: spoken(row),
      // Where to go says it all; a kiosk has room for one of them beside its arrow.
      ...(place ? { place } : service && { title: service.name }),
    }
    const ahead = before.get(row.id) ?? 0
    const pace = paces.get(row.service)
    switch (row.state) {
      case 'waiting': {
        const wait = pace === undefined ? {} : { wait_minutes: waitMinutes(pace, ahead) }
        return { status: 'accepted', ...ticket, ahead, ...wait }
      }
      case 'called':
        return { status: 'called', ...ticket }
      case 'cancelled':
        return undefined
      default:
        // Whoever asks only now gets the number all the same.
        return { status: row.state, number: ticket.number }
    }
  }
}

/** What is another than what the gate was told; undefined where nothing is. */
export function difference(ticket: Ticket, told: string | null): Ticket | undefined {
  const before = JSON.parse(told ?? '{}') as Ticket
  const changed: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(ticket)) {
    if (!isDeepStrictEqual(value, before[name as keyof Ticket])) changed[name] = value
  }
  // Nothing is taken off a ticket that is over.
  const isOver = ticket.status === 'done' || ticket.status === 'no_show'
  if (!isOver) for (const name of Object.keys(before)) if (!(name in ticket)) changed[name] = null
  return Object.keys(changed).length > 0 ? (changed as Ticket) : undefined
}

/** What is kept of what the gate was told while it may have heard this or not: all of it is told anew. */
export function unsure(ticket: Ticket, told: string | null): string {
  const names = Object.keys({ ...JSON.parse(told ?? '{}'), ...ticket })
  return JSON.stringify(Object.fromEntries(names.map(name => [name, null])))
}
