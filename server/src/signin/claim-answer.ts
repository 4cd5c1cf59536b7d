import type { ClaimAnswer, Service } from '@qrgate/sdk/protocol'
import { maskedName } from '../accounts/masked-name.ts'
import type { HandOff } from '../protocol/hand-off.ts'
import { handOffView } from '../protocol/hand-off-view.ts'
import { authTime } from '../protocol/sign-in.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import type { Account } from '../store/account.ts'

/** Who signed in, as far as a screen in a public room may know, and what can be done for them here. */
export function claimAnswer(
  signIn: SignIn,
  account: Account,
  services: Service[],
  handOff: HandOff | null,
): ClaimAnswer {
  const { id, amr } = signIn
  // Where the only one there is was asked for, nothing is left to choose.
  const choice = services.length > 1 || !handOff ? services : []
  return {
    id,
    state: 'claimed',
    account: {
      name: maskedName(account.name, account.id),
    },
    auth_time: Math.floor(authTime(signIn) / 1000),
    amr: amr ?? [],
    ...(choice.length > 0 && { services: choice }),
    ...(handOff && { hand_off: handOffView(handOff) }),
  }
}
