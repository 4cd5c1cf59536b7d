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
  return { event, at, actor, subject, kiosk, account, ...detailOf(event, next) }
}

function detailOf(
  event: LogEventName,
  { phoneKind: phone, amr, client, claims, reason, state }: SignIn,
): Pick<LogEvent, 'detail'> {
  if (event === 'sign_in.scanned') return phone ? { detail: { phone } } : {}
  if (event === 'sign_in.approved') {
    const agreed = client !== null && { client, claims: claims ?? [] }
    return amr ? { detail: { amr, ...agreed } } : {}
  }
  if (event === 'report.not_me') return { detail: { state } }
  return reason ? { detail: { reason } } : {}
}

function actorOf(step: Step, kiosk: number): Actor {
  if (step.type === 'expire') return system
  if (step.type === 'cancel' && step.reason === 'revoked') return system
  if ('phoneHash' in step) return { kind: 'phone', id: step.phoneHash }
  return { kind: 'kiosk', id: `${kiosk}` }
}
