import { accountPromises } from './account-promises.ts'
import { alsoPromises } from './also-promises.ts'
import { changePromises } from './change-promises.ts'
import { clientPromises } from './client-promises.ts'
import { deliveryPromises } from './delivery-promises.ts'
import { gatePromises } from './gate-promises.ts'
import { handOffPromises } from './hand-off-promises.ts'
import { invitationPromises } from './invitation-promises.ts'
import { kioskPromises } from './kiosk-promises.ts'
import { leasePromises } from './lease-promises.ts'
import { logKeepingPromises } from './log-keeping-promises.ts'
import { logPromises } from './log-promises.ts'
import { nounPromises } from './noun-promises.ts'
import type { OpenDatabase, OpenPair, OpenStore } from './open-store.ts'
import { passkeyPromises } from './passkey-promises.ts'
import { rememberedPhonePromises } from './remembered-phone-promises.ts'
import { sessionPromises } from './session-promises.ts'
import { signInPromises } from './sign-in-promises.ts'
import { signingKeyPromises } from './signing-key-promises.ts'
import { sitePromises } from './site-promises.ts'
import { subjectPromises } from './subject-promises.ts'
import { updatePromises } from './update-promises.ts'
import { userCodePromises } from './user-code-promises.ts'
import { usualPlacePromises } from './usual-place-promises.ts'

/**
 * Holds a store to every sentence of its promise, in `server/src/store/store.ts` and beside it in each
 * noun's file. An engine's own test says how to open it, and adds what only that engine can suffer.
 */
export function storeSuite(name: string, openDatabase: OpenDatabase): void {
  const open: OpenStore = async t => (await openDatabase(t)).one
  const openPair: OpenPair = async t => {
    const { one, other } = await openDatabase(t)
    return [one, other]
  }
  updatePromises(name, open)
  nounPromises(name, openPair)
  alsoPromises(name, openPair)
  changePromises(name, openPair)
  signInPromises(name, open)
  handOffPromises(name, openPair)
  deliveryPromises(name, openPair)
  accountPromises(name, open)
  kioskPromises(name, openPair)
  clientPromises(name, openPair)
  subjectPromises(name, openPair)
  userCodePromises(name, openPair)
  usualPlacePromises(name, openPair)
  rememberedPhonePromises(name, openPair)
  passkeyPromises(name, openPair)
  sessionPromises(name, openPair)
  invitationPromises(name, openPair)
  signingKeyPromises(name, openPair)
  leasePromises(name, openDatabase)
  gatePromises(name, openDatabase)
  sitePromises(name, openPair)
  logPromises(name, openDatabase)
  logKeepingPromises(name, openDatabase)
}
