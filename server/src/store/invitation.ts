import type { Changed, Decide } from './change.ts'

/** A code by which people may add an account where nobody else may. */
export interface Invitation {
  /** SHA-256 of the code, base64url: what it is found by. */
  hash: string
  /** The code's first three letters: what lists call it. */
  name: string
  usesLeft: number
  createdAt: number
  expiresAt: number
  voidedAt: number | null
}

export interface InvitationRecords {
  /** The one way to change an invitation; it is used up as `also` of the approval that adds the account. */
  update(hash: string, decide: Decide<Invitation>): Promise<Changed<Invitation>>
  byHash(hash: string): Promise<Invitation | null>
  /** In the order in which they were made. */
  all(): Promise<Invitation[]>
  /** Removes those that ran out, or were voided, before then; returns how many. */
  purge(before: number, limit: number): Promise<number>
}
