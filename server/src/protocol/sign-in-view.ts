import type { SignInView } from '@qrgate/sdk/protocol'
import type { HandOff } from './hand-off.ts'
import { handOffView } from './hand-off-view.ts'
import type { Observed } from './sign-in-row.ts'

/** A sign-in in the words of the wire; nothing in it depends on who signed in. */
export function signInView(signIn: Observed, now: number, handOff?: HandOff | null): SignInView {
  const { id, seq, state, reason, deadline, phoneKind, leftBy, extendedAt } = signIn
  return {
    id,
    seq,
    state,
    ...(reason && { reason }),
    ...(deadline !== null && { expires_in_ms: Math.max(0, deadline - now) }),
    ...(phoneKind && { phone: phoneKind }),
    ...(state === 'scanned' && extendedAt === null && { extendable: true as const }),
    ...(leftBy && { left: leftBy }),
    ...(handOff && { hand_off: handOffView(handOff) }),
  }
}
