/** What keeps a kiosk from working, told apart only as far as people are told different things. */
export type TroubleKind = 'offline' | 'unreachable' | 'busy' | 'slow' | 'not_enrolled' | 'revoked'

const kinds: ReadonlyMap<string, TroubleKind> = new Map([
  ['offline', 'offline'],
  ['busy', 'busy'],
  ['storage_busy', 'busy'],
  ['restarting', 'busy'],
  ['slow', 'slow'],
  ['kiosk_not_enrolled', 'not_enrolled'],
  ['kiosk_revoked', 'revoked'],
])

/** @param code a refusal's, or one of a turn's own: `offline`, `unreachable`, `slow`. */
export function troubleKindOf(code = ''): TroubleKind {
  return kinds.get(code) ?? 'unreachable'
}
