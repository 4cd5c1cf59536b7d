import type { PhoneKind } from '@qrgate/sdk/protocol'
import type { Changed, Decide } from './change.ts'

/** A browser that signs in by one tap, because its owner has proven there before who they are. */
export interface RememberedPhone {
  /** SHA-256 of the secret in its cookie, base64url: what it is found by, and named by in lists. */
  hash: string
  /** The account's key. */
  account: string
  /** The account's, when it was remembered: at a later one it is remembered no more. */
  epoch: number
  kind: PhoneKind
  /** How its owner proved who they are (RFC 8176), and when. */
  amr: string[]
  provenAt: number
  createdAt: number
  usedAt: number
  /** When it was forgotten: it is good for nothing from then on. */
  forgottenAt: number | null
}

export interface RememberedPhoneRecords {
  /** The one way to remember a phone and to forget it; with an approval it is `also` of its sign-in. */
  update(hash: string, decide: Decide<RememberedPhone>): Promise<Changed<RememberedPhone>>
  byHash(hash: string): Promise<RememberedPhone | null>
  /**
   * The same where it signs its owner in still: neither forgotten nor of an earlier epoch of its account, which is
   * enabled. One that does not any more is read as little as one that never was: nobody learns by the time it
   * takes which was.
   * @param after when it was used, and remembered, at the earliest; in milliseconds since 1970.
   */
  good(hash: string, after: { used: number; created: number }): Promise<RememberedPhone | null>
  /** All of an account, the one used last first; those that were forgotten, too. */
  of(account: string): Promise<RememberedPhone[]>
  /** Removes those that were last used, or forgotten, before then; returns how many. */
  purge(before: { used: number; forgotten: number }, limit: number): Promise<number>
}
