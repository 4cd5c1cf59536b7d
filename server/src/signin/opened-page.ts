import { finalStates } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { type Receipts, receiptLife } from '../protocol/receipt.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Moves, Subject } from './moves.ts'

/** What a phone is shown that has opened a QR's address or typed a code. */
export interface OpenedPage {
  id: string
  kiosk: Kiosk
  /** What commits the scan; null where this phone has scanned already. */
  receipt: string | null
  /** How long the receipt is good from now on, in milliseconds. */
  goodFor: number
}

/** What a phone has read off a screen. */
export interface Sighting {
  /** When the screen showed it, in milliseconds since 1970; for what does not say it, now. */
  shownAt: number
  /** Whether it may still be scanned. */
  fresh: boolean
}

export interface PageOpenerParts {
  moves: Moves
  receipts: Receipts
  clock: Clock
}

export type OpenPage = ReturnType<typeof pageOpener>

/** Changes nothing: the receipt in the answer is worth something only in this browser. */
export function pageOpener({ moves, receipts, clock }: PageOpenerParts) {
  /** @param outdated the refusal for what is not fresh, or leads to a sign-in that is over. */
  return async (
    subject: Subject,
    phoneKey: string,
    { shownAt, fresh }: Sighting,
    outdated: RefusalCode,
  ): Promise<OpenedPage> => {
    const { id, kiosk } = subject
    const hash = phoneHash(phoneKey, id)
    const current = await moves.current(subject)
    if (current.phoneHash === hash) return { id, kiosk, receipt: null, goodFor: 0 }
    if (!fresh || finalStates.has(current.state)) throw new Refusal(outdated)
    if (current.state !== 'pending') throw new Refusal('in_use')
    const receipt = receipts.mint(id, kiosk.number, hash, shownAt)
    return { id, kiosk, receipt, goodFor: Math.max(0, shownAt + receiptLife - clock()) }
  }
}
