import type { AuditEvent, Move, SignIn } from '../signin/sign-in.ts'

/**
 * The promise of every store, whatever database keeps it. The suite in test/conformance holds each
 * engine to every sentence here.
 *
 * A call that resolves has reached the disk: a power cut after it takes nothing back. A call that
 * rejects has changed nothing. A database that stays locked or does not answer rejects with
 * `storage_busy` in bounded time, and no call blocks the event loop for longer than 100 ms.
 */
export interface Store {
  signIns: SignIns
  accounts: AccountRecords
  kiosks: KioskRecords
  audit: AuditRecords
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
  /** Ids of rows whose state ran out before `now`, oldest first. */
  overdue(now: number, limit: number): Promise<string[]>
  /** Removes rows that became final before the given time; returns how many. */
  purge(finalBefore: number, limit: number): Promise<number>
}

export interface Account {
  /** Random and internal; what other rows refer to. */
  key: string
  /** What the visitor types. */
  id: string
  /** Empty when the visitor gave none. */
  name: string
  /** PHC string (argon2id). */
  passwordHash: string
  /** 32 random bytes, base64url: each relying party's stable `sub` is derived from it. */
  subjectSeed: string
  disabledAt: number | null
  createdAt: number
}

export interface AccountRecords {
  /** Adds the account, or answers false when one with the same `idKey` exists. */
  add(account: Account, idKey: string): Promise<boolean>
  byIdKey(idKey: string): Promise<Account | null>
  byKey(key: string): Promise<Account | null>
}

export interface Kiosk {
  /** 32 bit, unique at this gate; the small ones are built in. */
  number: number
  nameKo: string
  nameEn: string
  ticket: 'compact' | 'jwt'
  /** False for the built-in kiosk of the seed's API. */
  claimable: boolean
  /** SHA-256 of the kiosk credential, base64url; null for built-in kiosks. */
  credentialHash: string | null
  revokedAt: number | null
  createdAt: number
}

export interface KioskRecords {
  /** Adds a kiosk under the next free number above those taken. */
  add(kiosk: Omit<Kiosk, 'number'>): Promise<Kiosk>
  byNumber(number: number): Promise<Kiosk | null>
  byCredentialHash(credentialHash: string): Promise<Kiosk | null>
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
