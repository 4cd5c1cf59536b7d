import type { Changed, Decide } from './change.ts'

/** What a gate keeps of itself; one row, which is always there. */
export interface GateRow {
  /** A mark by which `SECRET_KEY` is known again; null until a gate in production has left one. */
  keyCheck: string | null
  /** When it was restored last, in milliseconds since 1970. */
  restoredAt: number | null
}

export interface GateRecords {
  read(): Promise<GateRow>
  /** The one way to change it. */
  update(decide: Decide<GateRow>): Promise<Changed<GateRow>>
  /**
   * To be called once a backup is in place, while nobody else uses it: links, user codes and deliveries that it
   * holds may have been used since and are void, and every reader of the log goes on at its present end. Notes the time; see {@link GateRow.restoredAt}.
   */
  beginAnew(at: number): Promise<void>
}
