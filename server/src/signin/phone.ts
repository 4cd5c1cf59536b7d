import type { PhoneKind } from '@qrgate/sdk/protocol'
import { whereIs } from '../kiosks/kiosks.ts'
import type { Payer } from '../limits/payer.ts'
import { phoneName } from '../protocol/phone-key.ts'
import type { Subject } from './moves.ts'

/** A phone's browser at one sign-in. */
export interface Phone {
  key: string
  kind: PhoneKind
  /** Where it is on the network. */
  address: string
}

/** The work of proving who somebody is gets charged to their scan first. */
export function payerOf({ id, kiosk }: Subject, { key, address }: Phone): Payer {
  return { ...whereIs(kiosk, address), signIn: id, phone: phoneName(key) }
}
