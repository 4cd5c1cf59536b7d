import { Refusal } from '../../errors.ts'
import type { Accounts, Credentials, NewAccount } from '../accounts.ts'
import type { Asked, Proof, Prove } from './proof.ts'

/**
 * A new account, and with the same submit its first sign-in.
 * @throws Refusal `registration_closed`, `account_exists`, or what is wrong with the new account.
 */
export function bySignUp(
  accounts: Pick<Accounts, 'authenticate' | 'prepare'>,
  newAccount: NewAccount & Credentials,
  registration: boolean,
): Prove {
  return async asked => {
    if (!registration) throw new Refusal('registration_closed')
    return { ...(await prepareOnce(accounts, newAccount, asked)), amr: ['pwd'] }
  }
}

/** A new account, or the one of its own earlier call: a lost answer must not cost an account. */
async function prepareOnce(
  accounts: Pick<Accounts, 'authenticate' | 'prepare'>,
  newAccount: NewAccount & Credentials,
  { again, by }: Asked,
): Promise<Pick<Proof, 'account' | 'add'>> {
  try {
    if (!again) return await accounts.prepare(newAccount, by)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'account_exists') throw error
  }
  const account = await accounts.authenticate(newAccount).catch(error => {
    const wrong = error instanceof Refusal && error.code === 'wrong_credentials'
    throw wrong ? new Refusal(again ? 'already_ended' : 'account_exists') : error
  })
  return { account }
}
