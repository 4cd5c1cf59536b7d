import type { HandOffView } from '@qrgate/sdk/protocol'
import type { HandOff } from './hand-off.ts'

/** A hand-off in the words of the wire, for kiosk and phone. */
export function handOffView({
  id,
  seq,
  state,
  service,
  ticket,
  text,
  reason,
}: HandOff): HandOffView {
  const showsTicket = state === 'accepted' || state === 'called' || state === 'done'
  return {
    id,
    seq,
    state,
    service,
    ...(ticket && showsTicket && { ticket }),
    ...(text && state === 'refused' && { text }),
    ...(reason && { reason }),
  }
}
