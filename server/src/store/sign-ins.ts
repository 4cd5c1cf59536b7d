import type { HandOff } from '../protocol/hand-off.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import type { Account, WithAccount } from './account.ts'
import type { Changed, Changes, Decide } from './change.ts'
import type { Invitation } from './invitation.ts'
import type { Passkey } from './passkey.ts'
import type { RememberedPhone } from './remembered-phone.ts'
import type { Subject } from './subject.ts'

/** What may change together with a sign-in. */
export interface WithSignIn extends WithAccount {
  handOffs?: Changes<string, HandOff>
  accounts?: Changes<string, Account>
  /** By what `subjectKey` makes. */
  subjects?: Changes<string, Subject>
  rememberedPhones?: Changes<string, RememberedPhone>
  passkeys?: Changes<string, Passkey>
  invitations?: Changes<string, Invitation>
}

export interface SignIns {
  /** The row, or null while nobody has touched the sign-in (or long after it was purged). */
  read(id: string): Promise<SignIn | null>
  /**
   * The one way to change a sign-in: concurrent changes of the same id happen one after the other, on
   * one node or many.
   */
  update(id: string, decide: Decide<SignIn, WithSignIn>): Promise<Changed<SignIn, WithSignIn>>
  /** Ids of the sign-ins, at a kiosk or of an account's key, that a phone has scanned and that are not over. */
  openOf(whose: { kiosk: number } | { account: string }): Promise<string[]>
  /** All rows of an account, the newest first. @param account its key. */
  of(account: string): Promise<SignIn[]>
  /** Ids of rows whose state ran out before `now`, oldest first. */
  overdue(now: number, limit: number): Promise<string[]>
  /** Ids of rows that something may follow, and that were changed after the given time. */
  changedAfter(time: number, limit: number): Promise<string[]>
  /** Removes rows that became final before the given time, and whose hand-off did; returns how many. */
  purge(finalBefore: number, limit: number): Promise<number>
}
