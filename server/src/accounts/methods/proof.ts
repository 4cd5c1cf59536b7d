import type { Account } from '../../store/account.ts'

/** Who somebody is, and how they have shown it. */
export interface Proof {
  account: Account
  /** RFC 8176 method names. */
  amr: string[]
}

/**
 * A way to sign in, ready to be tried: the story asks it for a proof only while one is of use.
 * @param again this sign-in was approved before, so the same person can only be repeating themselves.
 * @throws Refusal where nothing is proven.
 */
export type Prove = (again: boolean) => Promise<Proof>
