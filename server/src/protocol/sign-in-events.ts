import { type Actor, type LogEvent, type LogEventName, system } from './log-event.ts'
import type { Observed, SignIn, Step } from './sign-in-row.ts'

/** What the log calls it when time decides. */
export function overEvent({ state }: Observed): LogEventName {
  if (state === 'ended') return 'visit.ended'
  return state === 'cancelled' ? 'sign_in.cancelled' : 'sign_in.expired'
}

/** What the log keeps of a step: which sign-in, where, who did it, and how. */
export function logged(next: SignIn, event: LogEventName, step: Step): LogEvent {
  const { id, kiosk, account, updatedAt: at } = next
  const actor = actorOf(step, kiosk)
  const subject = { kind: 'sign_in', id } as const
  return { event, at, actor, subject, kiosk, account, ...detailOf(event, next, step) }
}

function detailOf(
  event: LogEventName,
  { phoneKind: phone, amr, client, claims, reason, state }: SignIn,
  step: Step,
): Pick<LogEvent, 'detail'> {
  const agreed = client !== null && { client, claims: claims ?? [] }
  // Whoever is notified of it is named here: the row may be gone before they can be reached.
  const told = client !== null && { client }
  switch (event) {
    case 'sign_in.scanned':
      return phone ? { detail: { phone } } : {}
    case 'sign_in.approved':
      return amr ? { detail: { ...methodOf(step), amr, ...agreed } } : {}
    case 'sign_in.claimed':
      return agreed ? { detail: agreed } : {}
    case 'report.not_me':
      return { detail: { state, ...told } }
    case 'visit.ended':
      return { detail: { ...(reason && { reason }), ...told } }
    default:
      return reason ? { detail: { reason } } : {}
  }
}

/** The seed's one call takes a password, and its log is as it always was. */
function methodOf(step: Step) {
  return step.type === 'approve' && { method: step.method }
}

function actorOf(step: Step, kiosk: number): Actor {
  if (step.type === 'expire') return system
  if (step.type === 'cancel' && step.reason === 'revoked') return system
  if ('actor' in step) return step.actor
  if ('phoneHash' in step) return { kind: 'phone', id: step.phoneHash }
  return { kind: 'kiosk', id: `${kiosk}` }
}
