import type { TestContext } from 'node:test'
import type { Kysely } from 'kysely'
import type { Tables } from '../../server/src/store/sql/tables.ts'
import type { Store } from '../../server/src/store/store.ts'

/** An empty store of the engine under test, that closes itself after the test. */
export type OpenStore = (t: TestContext) => Promise<Store>

/** Two nodes on one empty database. */
export type OpenPair = (t: TestContext) => Promise<readonly [Store, Store]>

/** Two nodes, and their database without a store in front of it. */
export interface Opened {
  one: Store
  other: Store
  raw: Kysely<Tables>
}

export type OpenDatabase = (t: TestContext) => Promise<Opened>
