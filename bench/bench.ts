import type { Scope } from '../test/support/gate.ts'

/** What each part of a run is given. */
export interface Bench {
  /** Ends what the part has started. */
  scope: Scope
  /** How much of it there is: in a whole run, and in a quick one. */
  of(whole: number, quick: number): number
}
