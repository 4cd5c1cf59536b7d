import type { LogEvent, LogEventName } from '../protocol/log-event.ts'

/** What the log keeps of a change to an account. @param at milliseconds since 1970. */
export function accountEvent(
  key: string,
  event: LogEventName,
  at: number,
  { actor, detail }: Pick<LogEvent, 'actor'> & { detail?: LogEvent['detail'] | undefined },
): LogEvent {
  const subject = { kind: 'account', id: key } as const
  return { event, at, actor, subject, account: key, ...(detail && { detail }) }
}
