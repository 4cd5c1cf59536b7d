import type { RawBuilder, SelectQueryBuilder } from 'kysely'
import type { DatabaseTrouble, PassingTrouble } from '../database-trouble.ts'
import type { Health } from './health.ts'
import type { InTransaction } from './noun.ts'

/** Runs `work` in a transaction; settles once that is committed, or nothing of it has happened. */
export type Transact = <T>(work: (trx: InTransaction) => Promise<T>) => Promise<T>

/** An insert, an update or a delete. */
interface Modifiable<Query> {
  modifyEnd(end: RawBuilder<unknown>): Query
}

/** What differs between databases. */
export interface Engine {
  transact: Transact
  /** Why trying the same transaction again may succeed; null where it would not. */
  passing(error: unknown): PassingTrouble | null
  /** Why nothing can be done however often it is tried; null for any other error. */
  troubleOf(error: unknown): DatabaseTrouble | null
  /** What is known without asking the database, and costs nothing: before each piece of work. */
  knownTrouble(): DatabaseTrouble | null
  /**
   * Looks whether work could be done now, by the rights that work needs, without writing.
   * @throws whatever the database says.
   */
  look(): Promise<DatabaseTrouble | null>
  /** True where only writing can tell whether there is room left. */
  isNearlyFull(): boolean
  health: Health
  /** What is wrong inside, in the database's own words; takes as long as it takes. */
  inspect(): Promise<string[]>
  /**
   * True when another row has what must be unique, and is no row of the same key.
   * @param column only when it is this one, of an index that is named after it: `table.column`.
   */
  isTaken(error: unknown, column?: string): boolean
  /** Makes others wait for the row that this query reads, until the transaction ends. */
  lockRow<DB, TB extends keyof DB, O>(
    query: SelectQueryBuilder<DB, TB, O>,
  ): SelectQueryBuilder<DB, TB, O>
  /** Whoever writes a row that they have locked looks at no answer: where it fails, the next statement does. */
  unasked<Query extends Modifiable<Query>>(query: Query): Query
  /** Whether it stamps changes by a clock of its own, and not by that of whoever makes them. */
  stampsChanges: boolean
  /** The moment of a change as the sweep will look for it. */
  changedAt(updatedAt: number): number | RawBuilder<number>
  /** The moment in milliseconds since 1970, by the clock that all who use this database share. */
  now: RawBuilder<number>
  /** The database's own clock in milliseconds since 1970; null where it is this machine's anyway. */
  time(): Promise<number | null>
  /** False when certainly nobody but this process has written since the last call. */
  othersWrote(): Promise<boolean>
}
