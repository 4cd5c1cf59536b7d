import { Refusal } from '../../errors.ts'
import type { Accounts } from '../accounts.ts'
import type { NewAccount } from '../new-account.ts'
import type { Prove } from './proof.ts'

/**
 * A new account, and with the same submit its first sign-in. Whether the id is taken shows only as it
 * is added: whoever asks has paid for a hash by then, and is told in the same time.
 * @throws Refusal `registration_closed`, `method_not_allowed`, or what is wrong with the new account.
 */
export function bySignUp(
  accounts: Pick<Accounts, 'authenticate' | 'prepare'>,
  newAccount: NewAccount,
  registration: boolean,
): Prove {
  return async ({ again, by, payer, requireOpen }) => {
    if (!registration) throw new Refusal('registration_closed')
    requireOpen('sign_up')
    const way = { method: 'sign_up' as const, amr: ['pwd'] }
    if (!again) return { ...(await accounts.prepare(newAccount, by, payer)), ...way }
    // The account of its own earlier call: a lost answer must not cost an account.
    const authenticated = await accounts.authenticate(newAccount, payer).catch(error => {
      const wrong = error instanceof Refusal && error.code === 'wrong_credentials'
      throw wrong ? new Refusal('already_ended') : error
    })
    return { ...authenticated, ...way }
  }
}
