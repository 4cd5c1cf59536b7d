import type { RawBuilder, SelectQueryBuilder } from 'kysely'

/** What differs between databases. */
export interface Engine {
  /** True when trying the same transaction again may succeed. */
  isTransient(error: unknown): boolean
  /** True when the database answers and yet can store nothing: full, read-only, out of memory. */
  cannotWrite(error: unknown): boolean
  /**
   * True when another row has what must be unique, and is no row of the same key.
   * @param column only when it is this one, of an index that is named after it: `table.column`.
   */
  isTaken(error: unknown, column?: string): boolean
  /** Makes others wait for the row that this query reads, until the transaction ends. */
  lockRow<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
  ): SelectQueryBuilder<DB, TB, O>
  /** The moment of a change as the sweep will look for it. */
  changedAt(updatedAt: number): number | RawBuilder<number>
  /** The moment in milliseconds since 1970, by the clock that all who use this database share. */
  now: RawBuilder<number>
  /** The database's own clock in milliseconds since 1970; null where it is this machine's anyway. */
  time(): Promise<number | null>
  /** False when certainly nobody but this process has written since the last call. */
  othersWrote(): Promise<boolean>
}
