import type { Connection } from './connection.ts'
import type { FinalReason, PhoneKind } from './protocol.ts'

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
  | 'ended'
  | 'trouble'

/** Whole seconds until a visit ends because nobody touches the screen. */
export interface IdleCountdown {
  seconds: number
  /** How many there are after a touch. */
  of: number
}

/** What a kiosk's screen is to show now; the `detail` of `qrgate-state`. */
export interface ScreenUpdate {
  state: KioskState
  /** The sign-in, once there is one. */
  id?: string
  /** Why it ended. */
  reason?: FinalReason
  /** What kind of phone scanned. */
  phone?: PhoneKind
  /** The content of the QR on the screen; absent when there is none. */
  qr?: string
  /** Whether the gate is heard, while a sign-in is watched. */
  connection?: Connection
  /** Milliseconds until this state runs out by itself. */
  remaining_ms?: number
  /** Masked name of the account, in `claimed`: `홍*동`, `J*** D**`, never whole. */
  name?: string
  /** In `claimed`, where the visit ends by itself. */
  countdown?: IdleCountdown
  /** What is wrong, in `trouble`: a code of the gate, or `offline`, `unreachable` or `slow`. */
  code?: string
}

/** The screens that people tell apart; the element's slots have the same names. */
export type ScreenName = 'idle' | 'pending' | 'scanned' | 'approved' | 'done' | 'ended' | 'trouble'

const screens: Record<KioskState, ScreenName> = {
  idle: 'idle',
  starting: 'pending',
  pending: 'pending',
  scanned: 'scanned',
  approved: 'approved',
  claimed: 'done',
  denied: 'ended',
  cancelled: 'ended',
  expired: 'ended',
  ended: 'ended',
  trouble: 'trouble',
}

/** Which screen shows a state. */
export function screenOf(state: KioskState): ScreenName {
  return screens[state]
}
