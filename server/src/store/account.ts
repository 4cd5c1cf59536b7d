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
