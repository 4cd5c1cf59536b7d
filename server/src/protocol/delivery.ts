import { setBack } from './set-back.ts'

/** One notification to one client, as its row keeps it; its body is made anew for each try. */
export interface Delivery {
  /** The `webhook-id` at every try, and when it is sent again by hand. */
  id: string
  client: string
  /** The event's name in the log. */
  event: string
  /** What it tells of: of one subject the next is sent only when the one before has come to an end. */
  subject: string
  /** Of the event in the log. */
  position: number
  state: 'open' | 'delivered' | 'given_up'
  /** How often it was sent since {@link Delivery.triedSince}. */
  tries: number
  /** When it was sent first, in milliseconds since 1970; null before, and once it is to be sent again. */
  triedSince: number | null
  /** When it is sent next; while it is being sent, when another node may do so. Null: never. */
  nextTryAt: number | null
  /** Why the last try was no success, in plain words; null after a success. */
  why: string | null
  /** When it happened. */
  at: number
  updatedAt: number
}

export type DeliveryStep =
  /** A node sends it now, and nobody else until then. */
  | { type: 'try'; until: number }
  /** What came of the try that was to last until then. */
  | { type: 'deliver'; until: number }
  | { type: 'retry'; until: number; at: number; why: string }
  /** It is sent no more. @param until the try that has shown it; any that is under way where it is missing. */
  | { type: 'give_up'; until?: number; why: string }
  /** An operator wants it to be sent, whatever came of it. */
  | { type: 'resend' }
  /** It may have been written by a clock that has been set back since. */
  | { type: 'set_back' }

/** What a step makes of a delivery; the same object where it is too late for that step. */
export function advanceDelivery(old: Delivery, step: DeliveryStep, now: number): Delivery {
  // Whoever was frozen during a try has nothing to say of what was tried after it.
  const isLate = 'until' in step && step.type !== 'try' && step.until !== old.nextTryAt
  if (step.type !== 'resend' && (old.state !== 'open' || isLate)) return old
  switch (step.type) {
    case 'try': {
      if ((old.nextTryAt ?? 0) > now) return old
      const { tries, triedSince } = old
      const began = { tries: tries + 1, triedSince: triedSince ?? now, nextTryAt: step.until }
      return { ...old, ...began, updatedAt: now }
    }
    case 'deliver':
      return { ...old, state: 'delivered', nextTryAt: null, why: null, updatedAt: now }
    case 'retry':
      return { ...old, nextTryAt: step.at, why: step.why, updatedAt: now }
    case 'give_up':
      return { ...old, state: 'given_up', nextTryAt: null, why: step.why, updatedAt: now }
    case 'set_back':
      return setBack(old, ['triedSince', 'nextTryAt'], now)
    case 'resend':
      return { ...old, state: 'open', tries: 0, triedSince: null, nextTryAt: now, updatedAt: now }
  }
}
