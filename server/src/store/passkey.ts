import type { Changed, Decide } from './change.ts'

/** A WebAuthn credential of an account (WebAuthn Level 3 §4, credential record). */
export interface Passkey {
  /** The credential id, base64url. */
  id: string
  /** The account's key; as bytes, its user handle. */
  account: string
  /** The rpId that it was made for: at any other domain it does not work. */
  domain: string
  /** COSE_Key, base64url. */
  publicKey: string
  /** What its authenticator has counted to; stays 0 where passkeys are synced. */
  signCount: number
  /** How browsers may reach it, as the authenticator said. */
  transports: string[]
  /** Whether it may be on other devices of its owner too (BE). */
  synced: boolean
  /** What its owner calls it. */
  name: string
  createdAt: number
  /** When somebody signed in with it. */
  usedAt: number | null
  removedAt: number | null
}

export interface PasskeyRecords {
  /** The one way to add a passkey and to change it; with an approval it is `also` of its sign-in. */
  update(id: string, decide: Decide<Passkey>): Promise<Changed<Passkey>>
  byId(id: string): Promise<Passkey | null>
  /** All of an account, in the order in which they were added; those that were removed, too. */
  of(account: string): Promise<Passkey[]>
  /** How many there are of each other domain, without those that were removed. */
  elsewhere(domain: string | null): Promise<{ domain: string; count: number }[]>
  /** Deletes those that were removed before then; returns how many. */
  purge(before: number, limit: number): Promise<number>
}
