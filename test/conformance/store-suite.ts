import { accountPromises } from './account-promises.ts'
import { changePromises } from './change-promises.ts'
import { kioskPromises } from './kiosk-promises.ts'
import type { OpenPair } from './open-store.ts'
import { signInPromises } from './sign-in-promises.ts'
import { updatePromises } from './update-promises.ts'
import { userCodePromises } from './user-code-promises.ts'

/**
 * Holds a store to every sentence of its promise, in `server/src/store/store.ts` and beside it in each
 * noun's file. An engine's own test says how to open it, and adds what only that engine can suffer.
 */
export function storeSuite(name: string, openPair: OpenPair): void {
  const open = async (...given: Parameters<OpenPair>) => (await openPair(...given))[0]
  updatePromises(name, open)
  changePromises(name, openPair)
  signInPromises(name, open)
  accountPromises(name, open)
  kioskPromises(name, open)
  userCodePromises(name, openPair)
}
