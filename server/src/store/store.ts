import type { AuditEvent, Move, SignIn } from '../protocol/sign-in.ts'

/**
 * The promise of every store, whatever database keeps it. The suite in test/conformance holds each
 * engine to every sentence here.
 *
 * A call that resolves has reached the disk: a power cut after it takes nothing back. A call that
 * rejects has changed nothing, with one exception that no network can avoid: when the connection
 * breaks during a commit, `storage_busy` may hide a success; the same step again tells.
 * A database that stays locked or does not answer rejects with `storage_busy` in bounded time, and
 * no call blocks the event loop for longer than 100 ms.
 */
export interface Store {
  signIns: SignIns
  accounts: AccountRecords
  kiosks: KioskRecords
  userCodes: UserCodeRecords
  audit: AuditRecords
  /** The database's own clock in milliseconds since 1970; null where it is this machine's anyway. */
  time(): Promise<number | null>
  close(): Promise<void>
}

export interface SignIns {
  /** The row, or null while nobody has touched the sign-in (or long after it was purged). */
  read(id: string): Promise<SignIn | null>
  /**
   * The one way to change a sign-in. Reads the row, asks `advance` what becomes of it, writes the
   * answer and one audit row for each of its events, all in one transaction: concurrent updates of
   * the same id happen one after the other, on one node or many. `advance` must be pure but for the
   * clock and may run more than once; what it throws ends the transaction unchanged and is passed on.
   * Nothing is written for a move without events.
   */
  update(id: string, advance: (old: SignIn | null) => Move): Promise<{ old: SignIn | null } & Move>
  /**
   * What changed lately, whoever changed it, so that lost hints do no harm. Overlaps with earlier
   * answers, because transactions become visible later than they were stamped.
   * @param since the `at` of the last answer, or 0.
   * @returns null when certainly no other process has written since the last call.
   */
  changes(since: number): Promise<{ at: number; changed: Change[] } | null>
  /** The present `seq` of those among the ids that have a row. */
  seqs(ids: readonly string[]): Promise<Change[]>
  /** Ids of a kiosk's sign-ins that a phone has scanned and no kiosk has claimed. */
  openAt(kiosk: number): Promise<string[]>
  /** Ids of rows whose state ran out before `now`, oldest first. */
  overdue(now: number, limit: number): Promise<string[]>
  /** Removes rows that became final before the given time; returns how many. */
  purge(finalBefore: number, limit: number): Promise<number>
}

export interface Change {
  id: string
  seq: number
}

export interface Account {
  /** Random and internal; what other rows refer to. */
  key: string
  /** What the visitor types. */
  id: string
  /** Empty when the visitor gave none. */
  name: string
  /** PHC string (argon2id), or bcrypt where the account was imported and has not signed in yet. */
  passwordHash: string
  /** 32 random bytes, base64url: each relying party's stable `sub` is derived from it. */
  subjectSeed: string
  disabledAt: number | null
  createdAt: number
}

export interface AccountRecords {
  /** Adds the account, or answers false when one has the same `idKey` or the same `idSkeleton`. */
  add(account: Account, idKey: string, idSkeleton: string): Promise<boolean>
  byIdKey(idKey: string): Promise<Account | null>
  byKey(key: string): Promise<Account | null>
  /** With `old`: only if the hash is still that one. Answers whether it was changed. */
  setPasswordHash(key: string, passwordHash: string, old?: string): Promise<boolean>
  setDisabled(key: string, disabledAt: number | null): Promise<void>
  all(): Promise<Account[]>
}

export interface Kiosk {
  /** 32 bit, unique at this gate; the small ones are built in. */
  number: number
  nameKo: string
  nameEn: string
  ticket: 'compact' | 'jwt'
  /** False for the built-in kiosk of the seed's API. */
  claimable: boolean
  /** SHA-256 of the kiosk credential, base64url; null for built-in and not yet enrolled kiosks. */
  credentialHash: string | null
  /** SHA-256 of the one-time enrolment link's secret, base64url; null once it was used. */
  linkHash: string | null
  linkExpiresAt: number | null
  revokedAt: number | null
  createdAt: number
}

export interface KioskRecords {
  /** Adds a kiosk under the next free number above those taken. */
  add(kiosk: Omit<Kiosk, 'number'>): Promise<Kiosk>
  byNumber(number: number): Promise<Kiosk | null>
  byCredentialHash(credentialHash: string): Promise<Kiosk | null>
  byLinkHash(linkHash: string): Promise<Kiosk | null>
  /** Uses an enrolment link up: of many calls with the same link exactly one answers true. */
  useLink(linkHash: string, credentialHash: string): Promise<boolean>
  /** Answers false when there is no such kiosk or it was revoked before. */
  revoke(number: number, at: number): Promise<boolean>
  /** Numbers of the kiosks that were revoked, ever. */
  revoked(): Promise<number[]>
  all(): Promise<Kiosk[]>
}

export interface UserCode {
  userCode: string
  signIn: string
  kiosk: number
  expiresAt: number
}

export interface UserCodeRecords {
  /** Answers false when the code is taken, which is as unlikely as guessing one. */
  add(userCode: UserCode): Promise<boolean>
  find(userCode: string): Promise<UserCode | null>
  /** The latest code of a sign-in. */
  ofSignIn(signIn: string): Promise<UserCode | null>
  purge(expiredBefore: number): Promise<void>
}

export interface AuditRow {
  at: number
  event: AuditEvent
  signIn: string
  kiosk: number
  account: string | null
  reason: string | null
}

export interface AuditRecords {
  /** What happened to one sign-in, in order. */
  ofSignIn(id: string): Promise<AuditRow[]>
}
