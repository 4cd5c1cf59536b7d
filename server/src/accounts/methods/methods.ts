import type { Accounts, Credentials } from '../accounts.ts'
import type { SignUpEntry } from '../new-account.ts'
import type { Passkeys } from '../passkeys.ts'
import type { RememberedPhones } from '../remembered-phones.ts'
import { byPasskey } from './passkey.ts'
import { byPassword } from './password.ts'
import type { Prove } from './proof.ts'
import { byRememberedPhone } from './remembered-phone.ts'
import { bySignUp, type SigningUp } from './sign-up.ts'

/** The ways to sign in at this gate; each makes what the story asks for a proof. */
export interface Methods {
  password(credentials: Credentials): Prove
  signUp(newAccount: SignUpEntry): Prove
  /** @param secret what the phone has kept. */
  rememberedPhone(secret: string): Prove
  /** @param text the browser's answer as JSON. */
  passkey(text: string): Prove
}

export function createMethods(
  accounts: Accounts,
  phones: RememberedPhones,
  passkeys: Passkeys,
  signingUp: SigningUp,
): Methods {
  return {
    password: credentials => byPassword(accounts, credentials),
    signUp: newAccount => bySignUp(accounts, newAccount, signingUp),
    passkey: text => byPasskey(passkeys, text),
    rememberedPhone: secret => byRememberedPhone(phones, secret),
  }
}
