import type { LogEventName } from '../protocol/log-event.ts'
import type { LogRow } from '../store/log.ts'

/** Events that clients are notified of, each under the name that it has in the log. */
export const notifiedEvents = [
  'sign_in.claimed',
  'visit.ended',
  'hand_off.cancelled',
  'hand_off.coming',
  'report.not_me',
  'account.deleted',
  'staff.called',
  'log.checkpoint',
] as const satisfies readonly LogEventName[]

export type NotifiedEvent = (typeof notifiedEvents)[number]

export function isNotified(event: string | null): event is NotifiedEvent {
  return notifiedEvents.some(notified => notified === event)
}

export type Detail = Readonly<Record<string, unknown>>

/** A row that somebody has put there by hand must not stop all that comes behind it. */
export function detailOf({ detail }: Pick<LogRow, 'detail'>): Detail {
  try {
    const read: unknown = JSON.parse(detail ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Detail) : {}
  } catch {
    return {}
  }
}
