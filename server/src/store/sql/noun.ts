import type { Kysely, Transaction } from 'kysely'
import type { Change, Changed } from '../change.ts'
import type { WithSignIn } from '../sign-ins.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type InTransaction = Transaction<Tables>

/** How the rows of one noun are read to be changed, and written. */
export interface Noun<Key, Row> {
  /** The row, locked until the transaction ends; null where there is none. */
  lock(trx: InTransaction, key: Key): Promise<Row | null>
  /** @param old what `lock` has answered. */
  write(trx: InTransaction, next: Row, old: Row | null): Promise<void>
}

/**
 * The one way to change a row; `Change` says what it does.
 * @param findKey which row: a key, or what finds it inside the transaction, under a lock of its own.
 */
export type Update = <Key extends string | number, Row, Also extends WithSignIn = never>(
  noun: Noun<Key, Row>,
  findKey: Key | ((trx: InTransaction) => Promise<Key>),
  decide: (old: Row | null, key: Key) => Change<Row, Also>,
) => Promise<Changed<Row, Also>>
