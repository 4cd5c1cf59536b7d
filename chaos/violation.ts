import type { Line } from './history.ts'

/** What must not be, where it was found, and what shows it. */
export interface Violation {
  invariant: string
  signIn: string
  what: string
  lines: readonly Line[]
}

export type Found = Omit<Violation, 'invariant' | 'signIn'>

/** How long things last at the gates, in milliseconds. */
export interface Windows {
  pending: number
  scanned: number
  approved: number
  claimAgain: number
  visit: number
}
