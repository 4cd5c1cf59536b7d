import type { Connection } from './connection.ts'
import type { FinalReason, HandOffView, PhoneKind, Service } from './protocol.ts'

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
  /** How many there are when it begins. */
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
  /** In `scanned`, once: the visitor may have more time, by {@link Kiosk.extend}. */
  extendable?: boolean
  /** Masked name of the account, in `claimed`: `홍*동`, `J*** D**`, never whole. */
  name?: string
  /** In `claimed`: what the visitor may choose from; absent where there is nothing to choose. */
  services?: readonly Service[]
  /** In `claimed`: what the visitor has asked for, and what became of it. */
  handOff?: HandOffView
  /** The id of the service that was chosen a moment ago, until the gate knows of it. */
  choosing?: string
  /** What was chosen has been waited for long enough: staff will help. */
  late?: boolean
  /** In `claimed`, where the visit ends by itself; for the last seconds only while a visitor is served. */
  countdown?: IdleCountdown
  /** What is wrong, in `trouble`: a code of the gate, or `offline`, `unreachable` or `slow`. */
  code?: string
}

/** The screens that people tell apart; the element's slots have the same names. */
export type ScreenName =
  | 'idle'
  | 'pending'
  | 'scanned'
  | 'approved'
  | 'services'
  | 'waiting'
  | 'ticket'
  | 'staff'
  | 'done'
  | 'ended'
  | 'trouble'

const screens: Record<Exclude<KioskState, 'claimed'>, ScreenName> = {
  idle: 'idle',
  starting: 'pending',
  pending: 'pending',
  scanned: 'scanned',
  approved: 'approved',
  denied: 'ended',
  cancelled: 'ended',
  expired: 'ended',
  ended: 'ended',
  trouble: 'trouble',
}

/** Which screen shows an update: in a visit it goes by what the visitor came for. */
export function screenOf(update: Pick<ScreenUpdate, 'state' | VisitField>): ScreenName {
  return update.state === 'claimed' ? visitScreenOf(update) : screens[update.state]
}

type VisitField = 'services' | 'handOff' | 'choosing' | 'late'

function visitScreenOf({
  services = [],
  handOff,
  choosing,
  late,
}: Pick<ScreenUpdate, VisitField>): ScreenName {
  if (choosing !== undefined) return late ? 'staff' : 'waiting'
  switch (handOff?.state) {
    case 'requested':
      return late ? 'staff' : 'waiting'
    case 'accepted':
    case 'called':
    case 'done':
      return 'ticket'
    case 'refused':
    case 'failed':
    case 'no_show':
      return 'staff'
    case 'cancelled':
      // Who has taken it back on the phone may choose anew; another choice is on its way already.
      if (handOff.reason === 'client') return 'staff'
      break
  }
  return services.length > 0 ? 'services' : 'done'
}

/** Whether the visitor may choose another service on this screen, as nothing came of the first. */
export function mayChooseAnother(update: ScreenUpdate): boolean {
  const { services = [], handOff, choosing } = update
  if (screenOf(update) !== 'staff' || choosing !== undefined) return false
  return services.length > 0 && handOff?.state !== 'requested'
}

/** Whether something is still to be chosen or waited for on this screen: nobody is to be hurried. */
export function isServing(update: ScreenUpdate): boolean {
  const name = screenOf(update)
  return name === 'services' || name === 'waiting' || mayChooseAnother(update)
}
