import type { LogEvent } from '../protocol/log-event.ts'
import type { Account } from './account.ts'
import type { Kiosk } from './kiosk.ts'

/**
 * What becomes of a row. It and its events are written in one transaction, or not at all.
 * Rules over several rows, such as that one owner is left, are decided under the lock of one fixed
 * row; the promise of the noun says which.
 */
export interface Change<Row, Later extends keyof Nouns = never> {
  next: Row
  /** What the log keeps of it. None: it was a repeat, and nothing at all is written. */
  events: readonly LogEvent[]
  /** Writes the row though the log has nothing to tell. */
  quiet?: boolean
  /** What happens to rows of other nouns in the same transaction. */
  also?: Also<Later>
}

/**
 * Nouns whose rows a change of another noun may change too, in the order in which they are locked:
 * a change names only nouns behind its own, so that no two transactions ever wait for each other.
 */
export interface Nouns {
  accounts: { key: string; row: Account }
  kiosks: { key: number; row: Kiosk }
}

/** Rows of one noun are locked in the order of their keys. */
export type Also<Noun extends keyof Nouns> = {
  [Name in Noun]?: ReadonlyMap<Nouns[Name]['key'], Decide<Nouns[Name]['row']>>
}

/**
 * Decides what becomes of a row; null where there is none yet. Pure but for the clock, as it may be
 * asked more than once; what it throws ends the transaction unchanged and is passed on.
 */
export type Decide<Row, Later extends keyof Nouns = never> = (old: Row | null) => Change<Row, Later>

/** A change, and what was before. */
export type Changed<Row, Later extends keyof Nouns = never> = { old: Row | null } & Change<
  Row,
  Later
>

/** Nothing is to be done: it is already so. */
export function unchanged<Row>(row: Row): Change<Row> {
  return { next: row, events: [] }
}
