/** Where an account signs in: a network or a phone, which only its hash with the account tells. */
export interface UsualPlace {
  account: string
  place: string
  seenAt: number
}

/** An account's places; not part of the log, as they only say what is usual. */
export interface UsualPlaceRecords {
  /** Those of the given places that the account has. */
  of(account: string, places: readonly string[]): Promise<UsualPlace[]>
  /** All that the account has, the one seen last first. */
  all(account: string): Promise<UsualPlace[]>
  /**
   * Adds places of one account, or their newer time.
   * @param most how many it may have; the ones not seen for longest go.
   */
  remember(places: readonly UsualPlace[], most: number): Promise<void>
  /** Removes these places of the account, where it has them. */
  forget(account: string, places: readonly string[]): Promise<void>
  /** Removes places that were last seen before then; returns how many. */
  purge(seenBefore: number, limit: number): Promise<number>
}
