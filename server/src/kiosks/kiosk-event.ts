import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import type { Kiosk } from '../store/kiosk.ts'

/** What the log keeps of a change to a kiosk. @param at milliseconds since 1970. */
export function kioskEvent(
  { number }: Kiosk,
  event: LogEventName,
  at: number,
  actor: Actor,
): LogEvent {
  return { event, at, actor, subject: { kind: 'kiosk', id: `${number}` }, kiosk: number }
}
