import { createHash } from 'node:crypto'
import { isReachable } from '../clients/reachable.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Reader } from '../log/follow.ts'
import type { Delivery } from '../protocol/delivery.ts'
import type { Client, ClientRecords } from '../store/client.ts'
import type { DeliveryRecords } from '../store/delivery.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { SealedRow } from '../store/log.ts'
import { tryLasts } from '../webhooks/post.ts'
import { type Detail, detailOf, isNotified, type NotifiedEvent } from './notified-events.ts'

export interface NotificationsParts {
  clients: Pick<ClientRecords, 'all'>
  /** @throws Refusal where there is none. */
  kiosk(number: number): Promise<Pick<Kiosk, 'client'>>
  deliveries: Pick<DeliveryRecords, 'add'>
  clock: Clock
}

type Notified = SealedRow & { event: NotifiedEvent; at: number }

/**
 * Makes of each event one delivery for each client that is notified of it. Their ids follow from the event,
 * so that reading it twice adds nothing.
 */
export function notificationsReader(parts: NotificationsParts): Reader {
  const { clients, kiosk: known, deliveries, clock } = parts

  async function clientAt(kiosk: number): Promise<string | null> {
    try {
      return (await known(kiosk)).client
    } catch (error) {
      // A kiosk of a demo, under `serve`: nobody is told, and what comes after is.
      if (error instanceof Refusal && error.code === 'kiosk_not_enrolled') return null
      throw error
    }
  }

  async function toldOf(row: Notified, reachable: readonly Client[]): Promise<readonly Client[]> {
    const { event, kiosk } = row
    if (event === 'log.checkpoint') return reachable
    if (event === 'staff.called') {
      const client = kiosk === null ? null : await clientAt(kiosk)
      return reachable.filter(({ id, staffCalls }) => id === client && staffCalls)
    }
    const { client, tries } = detailOf(row)
    // A client that was never asked has no such hand-off.
    const isUnheardOf = row.subjectKind === 'hand_off' && tries === 0
    return isUnheardOf ? [] : reachable.filter(({ id }) => id === client)
  }

  return {
    name: 'notifications',
    async read(rows) {
      const notified = rows.filter(isNotifiedRow)
      if (notified.length === 0) return
      const now = clock()
      const reachable = (await clients.all()).filter(isReachable)
      const added: Delivery[] = []
      for (const row of notified) {
        const told = await toldOf(row, reachable)
        added.push(...told.map(({ id }) => deliveryOf(row, id, now)))
      }
      await deliveries.add(added)
    },
  }
}

/** What is erased has no event, and what only a newer version knows is passed over. */
function isNotifiedRow(row: SealedRow): row is Notified {
  return isNotified(row.event) && row.at !== null
}

function deliveryOf(row: Notified, client: string, now: number): Delivery {
  const { event, position, at } = row
  return {
    id: deliveryId(row, client),
    client,
    event,
    subject: subjectOf(row),
    position,
    state: 'open',
    tries: 0,
    triedSince: null,
    nextTryAt: event === 'hand_off.cancelled' ? afterAsking(now, detailOf(row)) : now,
    why: null,
    at,
    updatedAt: now,
  }
}

/**
 * The same for the same event and client, always. Positions come again once a database was restored, seals
 * do not.
 */
function deliveryId({ position, seal }: SealedRow, client: string): string {
  const digest = createHash('sha256').update(`${seal} ${client}`).digest('hex')
  return `evt-${position}-${digest.slice(0, 16)}`
}

/**
 * What must be told in the order in which it happened. A call for staff waits for no other call, and that
 * something is void waits for nobody who was on the way: a number would stand for as long as that is tried.
 */
function subjectOf({ event, position, subjectKind, subject }: Notified): string {
  if (event === 'hand_off.coming') return `coming ${subject}`
  return event === 'staff.called' ? `staff_call ${position}` : `${subjectKind} ${subject}`
}

/** A request that is under way must not come after its own cancelling. */
function afterAsking(now: number, { asked_until: until }: Detail): number {
  return typeof until === 'number' && until > now ? Math.min(until, now + tryLasts) : now
}
