import { Refusal } from '../errors.ts'
import type { Kiosk } from '../store/kiosk.ts'

/** @throws Refusal `kiosk_not_enrolled` where there is none. */
export function requireKnown(kiosk: Kiosk | null): Kiosk {
  if (!kiosk) throw new Refusal('kiosk_not_enrolled')
  return kiosk
}

/** The same that is switched on. @throws Refusal `kiosk_revoked` too. */
export function requireUsable(stored: Kiosk | null): Kiosk {
  const kiosk = requireKnown(stored)
  if (kiosk.revokedAt !== null) throw new Refusal('kiosk_revoked')
  return kiosk
}
