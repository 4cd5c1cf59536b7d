import type { ClaimAnswer } from '@qrgate/sdk/protocol'
import type { Accounts } from '../accounts/accounts.ts'
import { maskedName } from '../accounts/masked-name.ts'
import type { SignIn } from '../protocol/sign-in.ts'
import type { Account } from '../store/account.ts'

/** The relying party of every kiosk that has none of its own. */
const ownRelyingParty = 'qrgate'

/** Who signed in, as far as the kiosk may know; the same for every repeat of a claim. */
export function claimAnswer(
  { id, approvedAt, amr }: SignIn,
  account: Account,
  accounts: Pick<Accounts, 'subject'>,
): ClaimAnswer {
  return {
    id,
    state: 'claimed',
    account: {
      sub: accounts.subject(account, ownRelyingParty),
      name: maskedName(account.name, account.id),
    },
    auth_time: Math.floor((approvedAt ?? 0) / 1000),
    amr: amr ?? [],
  }
}
