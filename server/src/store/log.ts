import type { LogEvent } from '../protocol/log-event.ts'
import type { LogFields } from '../protocol/log-form.ts'
import type { Lease } from './lease.ts'

/**
 * What happened, in the order of `position`. Rows come with the change that they tell of; the sealer
 * then gives each its position and its seal. A row that is not sealed yet has neither.
 */
export interface LogRow extends LogFields {
  /** The database's own number; says nothing about the order. */
  row: number
  /** Which form of digest it has; see `protocol/log-form.ts`. */
  form: number
  digest: string
  /** Base64url; null once its fields are erased. */
  salt: string | null
  position: number | null
  seal: string | null
  /** Whether it is to be erased as a visitor's; follows from its fields, and is no part of the digest. */
  visitors: boolean
}

export type SealedRow = LogRow & { position: number; seal: string }

/** A seal that was signed and told to somebody outside: the end of a segment. */
export interface Checkpoint {
  position: number
  seal: string
  /** When it was made, in milliseconds since 1970. */
  at: number
  /** The Ed25519 public key, base64url. */
  key: string
  signature: string
}

/** What to look for; whatever is left out does not matter. */
export interface LogQuery {
  /** Milliseconds since 1970, inclusive. */
  since?: number
  /** Exclusive. */
  until?: number
  kiosk?: number
  account?: string
  /** Its whole name, or its noun for all of that noun. */
  event?: string
}

export interface LogRecords {
  /** Adds what no row tells of. */
  add(events: readonly LogEvent[]): Promise<void>

  /**
   * Gives the next positions and seals to what is committed and has none, in one transaction.
   * @returns how many: fewer than `limit` when nothing is left.
   * @throws LeaseLost
   */
  seal(lease: Lease, limit: number): Promise<number>
  /** Whether anything is to be sealed. */
  unsealed(): Promise<boolean>

  /** Sealed rows behind a position, in order. */
  after(position: number, limit: number): Promise<SealedRow[]>
  /** The last position that was given, and its seal: the next one continues it. */
  head(): Promise<{ position: number; seal: string }>
  /**
   * What a query finds: sealed rows in order behind a position, or the last ones of them, newest
   * first.
   */
  find(query: LogQuery, from: { after: number } | 'newest', limit: number): Promise<SealedRow[]>
  /** The same among what is not sealed yet, by `row`. */
  waiting(query: LogQuery, from: { after: number } | 'newest', limit: number): Promise<LogRow[]>

  /** How far a reader has come; 0 at first. */
  cursor(reader: string): Promise<number>
  /** Lets a reader that has no place yet begin at the log's present end; all others go on where they are. */
  beginAtEnd(reader: string): Promise<void>
  /** Notes how far the reader that holds the lease has come. @throws LeaseLost */
  moveCursor(lease: Lease, position: number): Promise<void>

  /** Ends a segment, and says so in the log; harmless where one ends already. @throws LeaseLost */
  addCheckpoint(lease: Lease, checkpoint: Checkpoint, event: LogEvent): Promise<void>
  /** Oldest first. */
  checkpoints(): Promise<StoredCheckpoint[]>
  /**
   * Empties visitors' rows from before a time, and says so in the log; digests and seals stay.
   * @param eventOf what the log is told of the emptied positions, as `1-3,5`.
   * @returns how many rows.
   * @throws LeaseLost
   */
  erase(
    lease: Lease,
    before: number,
    limit: number,
    eventOf: (positions: string) => LogEvent,
  ): Promise<number>
  /** Marks a checkpoint as the one where the log begins from now on, and says so. @throws LeaseLost */
  beginAt(lease: Lease, position: number, at: number, event: LogEvent): Promise<void>
  /** Removes rows up to a position, oldest first. @returns how many. @throws LeaseLost */
  remove(lease: Lease, through: number, limit: number): Promise<number>
}

export interface StoredCheckpoint extends Checkpoint {
  /** When everything up to it was given up; null while its segment is kept. */
  purgedAt: number | null
}
