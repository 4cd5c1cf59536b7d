import { allRows } from '../log/found-rows.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { LogQuery } from '../store/log.ts'
import type { Store } from '../store/store.ts'

/** What a demo makes for whoever tries it out, as the log says. */
export const demoActor: Actor = { kind: 'system', id: 'demo' }

/** The client that a demo's own process serves. */
export const demoClient = 'demo-reception'

/**
 * Whether a demo has made something and nobody has changed it since: all that the log has of it is by a
 * demo. What an operator has made, or made their own by a change, is never touched.
 */
export async function isMadeByDemo(
  { log }: Pick<Store, 'log'>,
  { kind, id }: LogEvent['subject'],
  query: Pick<LogQuery, 'account'> = {},
): Promise<boolean> {
  let isDemos = false
  for await (const row of allRows(log, { ...query, event: kind })) {
    if (row.subjectKind !== kind || row.subject !== id) continue
    // The gate itself may switch a client's webhooks off, and a client says what its services are.
    if (row.actorKind !== demoActor.kind && row.actorKind !== 'client') return false
    isDemos ||= row.actor === demoActor.id
  }
  return isDemos
}
