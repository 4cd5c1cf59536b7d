import { Refusal } from '../../errors.ts'
import type { Accounts } from '../accounts.ts'
import type { Invitations } from '../invitations.ts'
import type { SignUpEntry } from '../new-account.ts'
import type { SignUpNotices } from '../sign-up-notice.ts'
import type { Prove } from './proof.ts'

/** How visitors sign up at this gate. */
export interface SigningUp {
  registration: 'open' | 'invitation' | 'closed'
  invitations: Pick<Invitations, 'find' | 'use'>
  notices: Pick<SignUpNotices, 'agreed'>
}

/**
 * A new account, and with the same submit its first sign-in. Whether the id is taken shows only as it
 * is added: whoever asks has paid for a hash by then, and is told in the same time.
 * @throws Refusal `registration_closed`, `method_not_allowed`, `invitation_wrong`, `notice_changed`, or what is wrong with the new account.
 */
export function bySignUp(
  accounts: Pick<Accounts, 'authenticate' | 'prepare'>,
  newAccount: SignUpEntry,
  { registration, invitations, notices }: SigningUp,
): Prove {
  return async ({ again, by, payer, requireOpen }) => {
    if (registration === 'closed') throw new Refusal('registration_closed')
    requireOpen('sign_up')
    const way = { method: 'sign_up' as const, amr: ['pwd'] }
    if (!again) {
      const consent = await notices.agreed(newAccount.notice)
      const find = () => invitations.find(newAccount.invitation ?? '')
      const invited = registration === 'invitation' ? find : undefined
      const prepared = await accounts.prepare(newAccount, by, payer, { invited, consent })
      const { account, add, invitation } = prepared
      const also = invitation ? { invitations: invitations.use(invitation) } : {}
      return { account, add, also, ...way }
    }
    // The account of its own earlier call: a lost answer must not cost an account.
    const authenticated = await accounts.authenticate(newAccount, payer).catch(error => {
      const wrong = error instanceof Refusal && error.code === 'wrong_credentials'
      throw wrong ? new Refusal('already_ended') : error
    })
    return { ...authenticated, ...way }
  }
}
