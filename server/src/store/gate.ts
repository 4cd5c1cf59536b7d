import type { Changed, Decide } from './change.ts'

/** What a gate keeps of itself; one row, which is always there. */
export interface GateRow {
  /** A mark by which `SECRET_KEY` is known again; null until a gate in production has left one. */
  keyCheck: string | null
}

export interface GateRecords {
  read(): Promise<GateRow>
  /** The one way to change it. */
  update(decide: Decide<GateRow>): Promise<Changed<GateRow>>
}
