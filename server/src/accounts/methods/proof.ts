import type { Payer } from '../../limits/payer.ts'
import type { Actor } from '../../protocol/log-event.ts'
import type { Method } from '../../protocol/policy-document.ts'
import type { Account } from '../../store/account.ts'
import type { Decide } from '../../store/change.ts'
import type { WithSignIn } from '../../store/sign-ins.ts'

/** Who somebody is, and how they have shown it. */
export interface Proof {
  account: Account
  /** The way that was taken, as a kiosk's policy names it. */
  method: Method
  /** RFC 8176 method names. */
  amr: string[]
  /** When, in milliseconds since 1970, where that was with an earlier sign-in. */
  provenAt?: number
  /** What happens with the approval to what was proven by. */
  also?: WithSignIn
  /** Writes what is to be kept of the proof itself. Never fails. */
  remember?(): Promise<void>
  /** Adds the account, which is new: with the approval, or not at all. */
  add?: Decide<Account>
}

/** What a proof is asked for. */
export interface Asked {
  /** This sign-in was approved before, so the same person can only be repeating themselves. */
  again: boolean
  signIn: string
  /** The phone that asks, as the log names it. */
  by: Actor
  /** Whom the work of proving is charged to, before it is done. */
  payer: Payer
  /**
   * To be asked before anything is looked at: where a way is closed, nobody may learn by it who is here.
   * @throws Refusal `method_not_allowed`.
   */
  requireOpen(method: Method): void
}

/**
 * A way to sign in, ready to be tried: the story asks it for a proof only while one is of use.
 * @throws Refusal where nothing is proven.
 */
export type Prove = (asked: Asked) => Promise<Proof>
