import { accountPromises } from './account-promises.ts'
import { kioskPromises } from './kiosk-promises.ts'
import type { OpenStore } from './open-store.ts'
import { signInPromises } from './sign-in-promises.ts'
import { updatePromises } from './update-promises.ts'

/**
 * Holds a store to every sentence of its promise in `server/src/store/store.ts`. An engine's own
 * test says how to open it, and adds what only that engine can suffer.
 */
export function storeSuite(name: string, open: OpenStore): void {
  updatePromises(name, open)
  signInPromises(name, open)
  accountPromises(name, open)
  kioskPromises(name, open)
}
