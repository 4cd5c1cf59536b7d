import type { SignInView } from '@qrgate/sdk/protocol'
import type { Observed } from './sign-in.ts'

/** A sign-in in the words of the wire; nothing in it depends on who signed in. */
export function signInView(signIn: Observed, now: number): SignInView {
  const { id, seq, state, reason, deadline, phoneKind, leftBy } = signIn
  return {
    id,
    seq,
    state,
    ...(reason && { reason }),
    ...(deadline !== null && { expires_in_ms: Math.max(0, deadline - now) }),
    ...(phoneKind && { phone: phoneKind }),
    ...(leftBy && { left: leftBy }),
  }
}
