import type { Changed, Changes, Decide } from './change.ts'
import type { Passkey } from './passkey.ts'

/** A browser in which an account's owner has its page open, after a proof of their own. */
export interface Session {
  /** SHA-256 of the secret in its cookie and of the browser's key, base64url: what it is found by. */
  hash: string
  /** The account's key. */
  account: string
  /** The account's: at a later one it is over. */
  epoch: number
  /** When its owner has proven who they are. */
  createdAt: number
  usedAt: number
  /** When its owner ended it. */
  endedAt: number | null
}

/** What may change together with a session. */
export interface WithSession {
  passkeys?: Changes<string, Passkey>
}

export interface SessionRecords {
  /** The one way to begin a session, to go on with it and to end it. */
  update(hash: string, decide: Decide<Session, WithSession>): Promise<Changed<Session, WithSession>>
  byHash(hash: string): Promise<Session | null>
  /** All of an account, the newest first. */
  of(account: string): Promise<Session[]>
  /** Removes those that were begun before then; returns how many. */
  purge(before: number, limit: number): Promise<number>
}
