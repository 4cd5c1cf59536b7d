import type { HandOff } from '../protocol/hand-off.ts'
import type { Changed, Decide } from './change.ts'

export interface HandOffRecords {
  read(id: string): Promise<HandOff | null>
  /**
   * The one way to change a hand-off; the first row comes with the sign-in's, as `also` of it. Concurrent
   * changes happen one after the other, on one node or many.
   */
  update(id: string, decide: Decide<HandOff>): Promise<Changed<HandOff>>
  /**
   * Those whose client is to be asked by now, the one that waits longest first.
   * @param except clients that are asked enough already.
   */
  due(now: number, limit: number, except: readonly string[]): Promise<Due[]>
  /** Ids of an account's rows that something may follow yet. @param account its key. */
  openOf(account: string): Promise<string[]>
  /** All rows of an account, the newest first. @param account its key. */
  of(account: string): Promise<HandOff[]>
  /** Ids of rows whose state ran out before `now`, oldest first. */
  overdue(now: number, limit: number): Promise<string[]>
  /** Ids of rows that something may follow, and that were changed after the given time. */
  changedAfter(time: number, limit: number): Promise<string[]>
  /** Removes rows that nothing follows since the given time, behind their sign-ins; returns how many. */
  purge(finalBefore: number, limit: number): Promise<number>
}

export type Due = Pick<HandOff, 'id' | 'client'>
