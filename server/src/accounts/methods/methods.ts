import type { Accounts, Credentials } from '../accounts.ts'
import type { NewAccount } from '../new-account.ts'
import { byPassword } from './password.ts'
import type { Prove } from './proof.ts'
import { bySignUp } from './sign-up.ts'

/** The ways to sign in at this gate; each makes what the story asks for a proof. */
export interface Methods {
  password(credentials: Credentials): Prove
  signUp(newAccount: NewAccount): Prove
}

/** @param registration whether visitors may add accounts themselves. */
export function createMethods(accounts: Accounts, registration: boolean): Methods {
  return {
    password: credentials => byPassword(accounts, credentials),
    signUp: newAccount => bySignUp(accounts, newAccount, registration),
  }
}
