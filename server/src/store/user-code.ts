/** What a visitor types instead of scanning. */
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
