import type { HandOffState } from '@qrgate/sdk/protocol'

/** How near the visitor's turn is. */
export interface Turn {
  state: HandOffState
  /** How many come before; Infinity where nobody knows. */
  ahead: number
  /** When they were called last; empty where they were not. */
  calledAt?: string
}

/** So few before the visitor are worth a warning. */
const few = 1

/** What the alarm has to tell of a change: that it is time, or nearly so; null where it is neither. */
export function alarmFor(before: Turn, after: Turn): 'called' | 'soon' | null {
  if (after.state === 'called') {
    // Whoever was taken back and called again meanwhile is called once more.
    const isSame = before.state === 'called' && before.calledAt === after.calledAt
    return isSame ? null : 'called'
  }
  const isNear = after.state === 'accepted' && after.ahead <= few
  return isNear && after.ahead < before.ahead ? 'soon' : null
}
