import { finalStates } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import type { Receipts } from '../protocol/receipt.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Moves, Subject } from './moves.ts'

/** What a phone is shown that has opened a QR's address or typed a code. */
export interface OpenedPage {
  id: string
  kiosk: Kiosk
  /** What commits the scan; null where this phone has scanned already. */
  receipt: string | null
}

export interface PageOpenerParts {
  moves: Moves
  receipts: Receipts
  clock: Clock
}

export type OpenPage = ReturnType<typeof pageOpener>

/** Changes nothing: the receipt in the answer is worth something only in this browser. */
export function pageOpener({ moves, receipts, clock }: PageOpenerParts) {
  /**
   * @param valid whether the ticket or code is still in time.
   * @param outdated the refusal for one that is not.
   */
  return async (
    subject: Subject,
    phoneKey: string,
    valid: boolean,
    outdated: RefusalCode,
  ): Promise<OpenedPage> => {
    const { id, kiosk } = subject
    const hash = phoneHash(phoneKey, id)
    const current = await moves.current(subject)
    if (current.phoneHash === hash) return { id, kiosk, receipt: null }
    if (!valid || finalStates.has(current.state)) throw new Refusal(outdated)
    if (current.state !== 'pending') throw new Refusal('in_use')
    return { id, kiosk, receipt: receipts.mint(id, kiosk.number, hash, clock()) }
  }
}
