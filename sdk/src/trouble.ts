/** What keeps a kiosk from working, told apart only as far as people are told different things. */
export type TroubleKind = 'offline' | 'unreachable' | 'busy' | 'slow' | 'not_enrolled' | 'revoked'

/** An interruption shorter than this is not shown to the visitor; a gate restarts within it. */
export const toleratedMs = 5_000

/** Node has a navigator too, but it knows nothing of the network. */
export function browserIsOffline(): boolean {
  return globalThis.navigator?.onLine === false
}

const kinds: ReadonlyMap<string, TroubleKind> = new Map([
  ['offline', 'offline'],
  ['busy', 'busy'],
  ['storage_busy', 'busy'],
  ['outcome_unknown', 'busy'],
  ['restarting', 'busy'],
  ['slow', 'slow'],
  ['kiosk_not_enrolled', 'not_enrolled'],
  ['kiosk_revoked', 'revoked'],
])

/** @param code a refusal's, or one of a turn's own: `offline`, `unreachable`, `slow`. */
export function troubleKindOf(code = ''): TroubleKind {
  return kinds.get(code) ?? 'unreachable'
}
