import type { Accounts, Credentials } from '../accounts.ts'
import type { Prove } from './proof.ts'

/**
 * An id and its password.
 * @throws Refusal `method_not_allowed`, `wrong_credentials`, `too_many_tries` or `busy`.
 */
export function byPassword(
  accounts: Pick<Accounts, 'authenticate'>,
  credentials: Credentials,
): Prove {
  return async ({ payer, requireOpen }) => {
    requireOpen('password')
    const authenticated = await accounts.authenticate(credentials, payer)
    return { ...authenticated, method: 'password', amr: ['pwd'] }
  }
}
