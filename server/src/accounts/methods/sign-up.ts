import { Refusal } from '../../errors.ts'
import type { Account } from '../../store/account.ts'
import type { Accounts, Credentials, NewAccount } from '../accounts.ts'
import type { Asked, Prove } from './proof.ts'

/**
 * A new account, and with the same submit its first sign-in.
 * @throws Refusal `registration_closed`, `account_exists`, or what is wrong with the new account.
 */
export function bySignUp(
  accounts: Pick<Accounts, 'authenticate' | 'register'>,
  newAccount: NewAccount & Credentials,
  registration: boolean,
): Prove {
  return async asked => {
    if (!registration) throw new Refusal('registration_closed')
    return { account: await registerOnce(accounts, newAccount, asked), amr: ['pwd'] }
  }
}

/** Registers, or recognises its own earlier call: a lost answer must not cost an account. */
async function registerOnce(
  accounts: Pick<Accounts, 'authenticate' | 'register'>,
  newAccount: NewAccount & Credentials,
  { again, by }: Asked,
): Promise<Account> {
  try {
    if (!again) return await accounts.register(newAccount, by)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'account_exists') throw error
  }
  return accounts.authenticate(newAccount).catch(error => {
    const wrong = error instanceof Refusal && error.code === 'wrong_credentials'
    throw wrong ? new Refusal(again ? 'already_ended' : 'account_exists') : error
  })
}
