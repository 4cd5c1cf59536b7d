import type { Changed, Changes, Decide } from './change.ts'
import type { Kiosk } from './kiosk.ts'

export interface Account {
  /** Random and internal; what other rows refer to. */
  key: string
  /** What the visitor types. */
  id: string
  /** The id as it is compared: unique. */
  idKey: string
  /** What the id looks like: unique too, so that nobody can pose as somebody else. */
  idSkeleton: string
  /** Empty when the visitor gave none. */
  name: string
  /** PHC string (argon2id), or bcrypt where the account was imported and has not signed in yet. */
  passwordHash: string
  /**
   * How often all that was begun with the account was ended: by another password, a recovery, by being
   * switched off. A phone that was remembered at a lower one is remembered no more.
   */
  epoch: number
  /**
   * SHA-256 of the recovery link's secret, base64url; of its secret and the browser's key from its use on.
   * Unique; null where nobody recovers it.
   */
  recoveryHash: string | null
  recoveryExpiresAt: number | null
  /** 32 random bytes, base64url: each relying party's stable `sub` is derived from it. */
  subjectSeed: string
  /** What another system calls this person, e.g. a patient number; unique. */
  externalId: string | null
  /** Which notice whoever signed up was shown, and when they agreed to it; null where there was none. */
  consentVersion: string | null
  consentedAt: number | null
  disabledAt: number | null
  /** When nothing was left of it but its key: the row is empty, and disabled for good. */
  removedAt: number | null
  /** When it is erased, as its owner wants it; null where nobody does. */
  deleteAt: number | null
  createdAt: number
}

/** What may change together with an account. */
export interface WithAccount {
  kiosks?: Changes<number, Kiosk>
}

export interface AccountRecords {
  /**
   * The one way to change an account, and to add one under a new key: concurrent changes happen one
   * after the other. With a row that becomes `removedAt` go the account's usual places, subjects,
   * remembered phones, passkeys and sessions.
   * @throws Refusal `account_exists` when another account has its `idKey` or its `idSkeleton`,
   * `external_id_taken` when one has its `externalId`; either where both are so.
   */
  update(key: string, decide: Decide<Account, WithAccount>): Promise<Changed<Account, WithAccount>>
  byIdKey(idKey: string): Promise<Account | null>
  byKey(key: string): Promise<Account | null>
  /** Whose link is good at that time; one that is not any more is read as little as one that never was. */
  byRecoveryHash(hash: string, at: number): Promise<Account | null>
  /** Keys of those that are due to be erased by now. */
  toErase(now: number, limit: number): Promise<string[]>
  /** Keys of those whose recovery link ran out before then. */
  pastRecovery(before: number, limit: number): Promise<string[]>
  /** In the order of their ids, without those that were removed. */
  all(): Promise<Account[]>
}
