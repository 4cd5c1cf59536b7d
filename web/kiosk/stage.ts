import type { ScreenUpdate } from '@qrgate/sdk/kiosk-element'
import type { ClaimAnswer, PhoneKind } from '@qrgate/sdk/protocol'
import { type TroubleKind, troubleOf } from './trouble.ts'

export type Ending = 'denied' | 'cancelled' | 'unscanned' | 'abandoned' | 'unclaimed'

/** What the middle of the page shows; exactly what each screen needs to know and nothing more. */
export type Stage =
  | { screen: 'preparing' }
  | { screen: 'idle' }
  | { screen: 'pending' }
  | { screen: 'scanned'; phone: PhoneKind }
  | { screen: 'approved' }
  | { screen: 'done'; claim: ClaimAnswer }
  | { screen: 'ended'; ending: Ending }
  | { screen: 'trouble'; kind: TroubleKind }

/** @param step what the kiosk element last said. */
export function stageOf(step: ScreenUpdate, claim?: ClaimAnswer): Stage {
  switch (step.state) {
    case 'idle':
      return { screen: 'idle' }
    case 'starting':
    case 'pending':
      return { screen: 'pending' }
    case 'scanned':
      return { screen: 'scanned', phone: step.phone ?? 'other' }
    case 'approved':
      return { screen: 'approved' }
    case 'claimed':
      return claim ? { screen: 'done', claim } : { screen: 'approved' }
    case 'denied':
    case 'cancelled':
      return { screen: 'ended', ending: step.state }
    case 'expired':
      return { screen: 'ended', ending: expiryOf(step.reason) }
    case 'trouble':
      return { screen: 'trouble', kind: troubleOf(step.code) }
  }
}

function expiryOf(reason: ScreenUpdate['reason']): Ending {
  return reason === 'abandoned' || reason === 'unclaimed' ? reason : 'unscanned'
}
