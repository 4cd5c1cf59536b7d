import type { ClaimAnswer } from '@qrgate/sdk/protocol'
import { maskedName } from '../accounts/masked-name.ts'
import type { SignIn } from '../protocol/sign-in.ts'
import type { Account } from '../store/account.ts'

/** Who signed in, as far as a screen in a public room may know; the same for every repeat of a claim. */
export function claimAnswer({ id, approvedAt, amr }: SignIn, account: Account): ClaimAnswer {
  return {
    id,
    state: 'claimed',
    account: {
      name: maskedName(account.name, account.id),
    },
    auth_time: Math.floor((approvedAt ?? 0) / 1000),
    amr: amr ?? [],
  }
}
