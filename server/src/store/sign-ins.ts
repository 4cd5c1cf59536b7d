import type { SignIn } from '../protocol/sign-in.ts'
import type { Account, WithAccount } from './account.ts'
import type { Changed, Changes, Decide } from './change.ts'
import type { Subject } from './subject.ts'

/** What may change together with a sign-in. */
export interface WithSignIn extends WithAccount {
  accounts?: Changes<string, Account>
  /** By what `subjectKey` makes. */
  subjects?: Changes<string, Subject>
}

export interface SignIns {
  /** The row, or null while nobody has touched the sign-in (or long after it was purged). */
  read(id: string): Promise<SignIn | null>
  /**
   * The one way to change a sign-in: concurrent changes of the same id happen one after the other, on
   * one node or many.
   */
  update(id: string, decide: Decide<SignIn, WithSignIn>): Promise<Changed<SignIn, WithSignIn>>
  /**
   * What changed lately, whoever changed it, so that lost hints do no harm. Overlaps with earlier
   * answers, because transactions become visible later than they were stamped.
   * @param since the `at` of the last answer, or 0.
   * @returns null when certainly no other process has written since the last call.
   */
  changes(since: number): Promise<{ at: number; changed: RowVersion[] } | null>
  /** The present `seq` of those among the ids that have a row. */
  seqs(ids: readonly string[]): Promise<RowVersion[]>
  /** Ids of a kiosk's sign-ins that a phone has scanned and that are not over. */
  openOf(kiosk: number): Promise<string[]>
  /** Ids of rows whose state ran out before `now`, oldest first. */
  overdue(now: number, limit: number): Promise<string[]>
  /** Removes rows that became final before the given time; returns how many. */
  purge(finalBefore: number, limit: number): Promise<number>
}

/** Which row, and the `seq` that it has. */
export interface RowVersion {
  id: string
  seq: number
}
