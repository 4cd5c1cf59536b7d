import type { FinalReason, PhoneKind } from '../protocol.ts'
import type { Connection } from '../socket.ts'

/** What the kiosk shows; reflected in the element's `state` attribute, so that pages can style by it. */
export type KioskState =
  | 'idle'
  | 'starting'
  | 'pending'
  | 'scanned'
  | 'approved'
  | 'claimed'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'trouble'

/** The `detail` of `qrgate-state`. */
export interface KioskStep {
  state: KioskState
  /** The sign-in, once there is one. */
  id?: string
  /** Why it ended. */
  reason?: FinalReason
  /** What kind of phone scanned. */
  phone?: PhoneKind
  /** What the QR on the screen says; absent when there is none. */
  qr?: string
  /** Whether the gate is heard, while a sign-in is watched. */
  connection?: Connection
  /** Milliseconds until this state runs out by itself. */
  remaining_ms?: number
  /** Masked name of the account, in `claimed`. */
  name?: string
  /** What is wrong, in `trouble`: a code of the gate, or `offline`, `unreachable` or `slow`. */
  code?: string
}
