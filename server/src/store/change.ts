import { isDeepStrictEqual } from 'node:util'
import type { LogEvent } from '../protocol/log-event.ts'

/**
 * What becomes of a row. It and its events are written in one transaction, or not at all.
 * Rules over several rows, such as that one owner is left, are decided under the lock of one fixed
 * row; the promise of the noun says which.
 */
export interface Change<Row, Also = never> {
  next: Row
  /** What the log keeps of it. None: it was a repeat, and nothing at all is written. */
  events: readonly LogEvent[]
  /** Writes the row though the log has nothing to tell. */
  quiet?: boolean
  /**
   * What happens to rows of other nouns in the same transaction. They are locked in the order
   * sign-in, hand-off, account, kiosk, subject, remembered phone, session, passkey, invitation, and a change names
   * only nouns behind its own, so that no two transactions ever wait for each other.
   */
  also?: Also
}

/**
 * Decides what becomes of a row; null where there is none yet. Pure but for the clock, as it may be
 * asked more than once; what it throws ends the transaction unchanged and is passed on.
 */
export type Decide<Row, Also = never> = (old: Row | null) => Change<Row, Also>

/** Decisions on several rows of one noun, locked in the order of their keys. */
export type Changes<Key, Row> = ReadonlyMap<Key, Decide<Row>>

/** A change, and what was before. */
export type Changed<Row, Also = never> = Change<Row, Also> & { old: Row | null }

/** Nothing is to be done: it is already so. */
export function unchanged<Row>(row: Row): Change<Row> {
  return { next: row, events: [] }
}

/** Names of what is another now, among these fields. */
export function fieldsThatDiffer<Row, Field extends keyof Row>(
  old: Row,
  next: Row,
  fields: readonly Field[],
): Field[] {
  return fields.filter(field => !isDeepStrictEqual(old[field], next[field]))
}
