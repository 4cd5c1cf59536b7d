import type { HandOffState } from '@qrgate/sdk/protocol'

/** How near the visitor's turn is. */
export interface Turn {
  state: HandOffState
  /** How many come before; Infinity where nobody knows. */
  ahead: number
}

/** So few before the visitor are worth a warning. */
const few = 1

/** What the alarm has to tell of a change: that it is time, or nearly so; null where it is neither. */
export function alarmFor(before: Turn, after: Turn): 'called' | 'soon' | null {
  if (after.state === 'called') return before.state === 'called' ? null : 'called'
  const isNear = after.state === 'accepted' && after.ahead <= few
  return isNear && after.ahead < before.ahead ? 'soon' : null
}
