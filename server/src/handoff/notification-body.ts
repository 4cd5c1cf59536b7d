import type { Claims } from '@qrgate/sdk/protocol'
import { type ClaimName, knownClaims } from '../protocol/claims.ts'
import type { Delivery } from '../protocol/delivery.ts'
import type { Client } from '../store/client.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { LogRecords, SealedRow } from '../store/log.ts'
import { type Detail, detailOf, isNotified, type NotifiedEvent } from './notified-events.ts'

export interface NotificationBodyParts {
  log: Pick<LogRecords, 'after'>
  kiosk(number: number): Promise<Pick<Kiosk, 'number' | 'name'>>
  /** What a client is told of an account; null where the account is gone. */
  claimsOf(account: string, agreed: readonly ClaimName[], client: Client): Promise<Claims | null>
}

/** What is sent, or in plain words why there is nothing to send any more. */
export type NotificationBody = { body: string } | { why: string }

/** Makes the body of a notification at the time of its sending, of what there is to tell by then. */
export function notificationBodies({ log, kiosk, claimsOf }: NotificationBodyParts) {
  /** Who it is about; undefined where the event is about nobody who is there. */
  async function claims({ event, account }: SealedRow, detail: Detail, client: Client) {
    if (event === 'staff.called' || event === 'log.checkpoint') return undefined
    if (event === 'account.deleted') return undefined
    const agreed = event === 'sign_in.claimed' ? detail.claims : []
    const names = knownClaims(Array.isArray(agreed) ? agreed : [])
    return account === null ? null : claimsOf(account, names, client)
  }

  return async ({ position }: Delivery, client: Client): Promise<NotificationBody> => {
    const [row] = await log.after(position - 1, 1)
    if (row?.position !== position || row.at === null || !isNotified(row.event)) {
      return { why: 'the event is erased' }
    }
    const detail = detailOf(row)
    const told = await claims(row, detail, client)
    // What is void or over is news all the same; that somebody who is gone has come is none.
    if (told === null && row.event === 'sign_in.claimed') return { why: 'the account is gone' }
    const at = row.kiosk === null ? undefined : await kiosk(row.kiosk)
    const where = at && { number: at.number, name: at.name }
    const data = dataOf[row.event]({ id: row.subject, where, told: told ?? undefined, detail })
    return {
      body: JSON.stringify({ type: row.event, timestamp: new Date(row.at).toISOString(), data }),
    }
  }
}

interface Told {
  /** Of the subject. */
  id: string | null
  where: Pick<Kiosk, 'number' | 'name'> | undefined
  told: Claims | undefined
  detail: Detail
}

const ofSignIn = ({ id, where, told, detail: { reason } }: Told) => ({
  sign_in: id,
  kiosk: where,
  reason,
  claims: told,
})
const ofHandOff = ({ id, where, told, detail: { service, reason } }: Told) => ({
  id,
  service,
  kiosk: where,
  reason,
  claims: told,
})

/** The `data` of each; fields that are not there are left out. */
const dataOf: Record<NotifiedEvent, (told: Told) => object> = {
  'sign_in.claimed': ofSignIn,
  'visit.ended': ofSignIn,
  'report.not_me': ofSignIn,
  'hand_off.cancelled': ofHandOff,
  'hand_off.coming': ofHandOff,
  // Its subject is the `sub` itself, which leads to nobody any more.
  'account.deleted': ({ id }) => ({ claims: { sub: id } }),
  'staff.called': ({ where }) => ({ kiosk: where }),
  'log.checkpoint': ({ detail: { position, seal, at, key, signature } }) => {
    return { position, seal, at, key, signature }
  },
}
