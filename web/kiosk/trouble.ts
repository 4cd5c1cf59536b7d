/** What keeps this screen from working, told apart only as far as people are told different things. */
export type TroubleKind = 'offline' | 'unreachable' | 'busy' | 'slow' | 'not_enrolled' | 'revoked'

const kinds: Record<string, TroubleKind> = {
  offline: 'offline',
  kiosk_not_enrolled: 'not_enrolled',
  kiosk_revoked: 'revoked',
  busy: 'busy',
  storage_busy: 'busy',
  restarting: 'busy',
  slow: 'slow',
}

/** @param code a refusal's, or what the kiosk element calls it; none where nothing answered. */
export function troubleOf(code: string | undefined): TroubleKind {
  const kind = code === undefined ? undefined : kinds[code]
  if (kind !== undefined) return kind
  return navigator.onLine ? 'unreachable' : 'offline'
}
