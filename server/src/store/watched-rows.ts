/** Rows that somebody may wait for, of whatever noun: sign-ins and hand-offs. */
export interface WatchedRows {
  /**
   * What changed lately, whoever changed it, so that lost hints do no harm. Overlaps with earlier
   * answers, because transactions become visible later than they were stamped.
   * @param since the `at` of the last answer, or 0. It goes back where the clock does that stamps changes.
   * @returns null when certainly no other process has written since the last call.
   */
  changes(since: number): Promise<{ at: number; changed: RowVersion[] } | null>
  /** The present `seq` of those among the ids that have a row. */
  seqs(ids: readonly string[]): Promise<RowVersion[]>
}

/** Which row, and the `seq` that it has. */
export interface RowVersion {
  id: string
  seq: number
}
