import type { Claims } from '@qrgate/sdk/protocol'
import type { HandOff } from '../protocol/hand-off.ts'
import type { Kiosk } from '../store/kiosk.ts'

/** What a client is asked: the body of the webhook `hand_off.requested`, made anew for each try. */
export function requestBody(
  { id, service, language, createdAt }: HandOff,
  { number, name }: Pick<Kiosk, 'number' | 'name'>,
  claims: Claims,
): string {
  return JSON.stringify({
    type: 'hand_off.requested',
    timestamp: new Date(createdAt).toISOString(),
    data: { id, service: service.id, kiosk: { number, name }, claims, language },
  })
}
