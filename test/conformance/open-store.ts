import type { TestContext } from 'node:test'
import type { Store } from '../../server/src/store/store.ts'

/** An empty store of the engine under test, that closes itself after the test. */
export type OpenStore = (t: TestContext) => Promise<Store>

/** Two nodes on one empty database. */
export type OpenPair = (t: TestContext) => Promise<readonly [Store, Store]>
