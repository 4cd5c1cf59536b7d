/** What a visitor types instead of scanning. */
export interface UserCode {
  userCode: string
  signIn: string
  kiosk: number
  /** Where the screen is that shows it; null where an older gate gave it. */
  network: string | null
  expiresAt: number
}

export interface UserCodeRecords {
  /**
   * The one code of a sign-in: adds this one, or answers the one that the sign-in has already. One
   * that is over at `now` is replaced. Of many calls for one sign-in at once, on one node or many, all
   * answer the same code.
   * @returns null when another sign-in has this code, which is as unlikely as guessing one.
   */
  give(userCode: UserCode, now: number): Promise<UserCode | null>
  find(userCode: string): Promise<UserCode | null>
  /** The code of a sign-in; its time may be over. */
  ofSignIn(signIn: string): Promise<UserCode | null>
  /** Removes codes whose time was over by then; returns how many. */
  purge(expiredBefore: number, limit: number): Promise<number>
}
