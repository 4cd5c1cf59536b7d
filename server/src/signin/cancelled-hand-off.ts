import type { CancelledBecause } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import {
  advanceHandOff,
  type HandOff,
  type HandOffTimings,
  observeHandOff,
  overStates,
} from '../protocol/hand-off.ts'
import type { Actor } from '../protocol/log-event.ts'
import { type Decide, unchanged } from '../store/change.ts'

/** Cancels a hand-off for a reason that lies with its visitor; what is over stays as it was. */
export function cancelsUnlessOver(
  reason: Exclude<CancelledBecause, 'client' | 'over'>,
  actor: Actor,
  { clock, timings }: { clock: Clock; timings: HandOffTimings },
): Decide<HandOff> {
  return row => {
    if (!row) throw new Refusal('hand_off_unknown')
    const { state } = observeHandOff(row, clock(), timings)
    if (overStates.has(state)) return unchanged(row)
    return advanceHandOff(row, { type: 'cancel', reason, actor }, clock(), timings)
  }
}
