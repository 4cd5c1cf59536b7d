import { accountIdKey } from '../accounts/account-id.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Passkeys } from '../accounts/passkeys.ts'
import type { Sessions, Signed } from '../accounts/sessions.ts'
import { Refusal } from '../errors.ts'
import { payerOfPage, sharesOf } from '../limits/payer.ts'
import { phoneName } from '../protocol/phone-key.ts'
import type { EndAccount } from './account-removal.ts'
import type { Phone } from './phone.ts'

/** What ends all else that its owner has begun with an account. */
export type OwnChanges = ReturnType<typeof createOwnChanges>

export interface OwnChangesParts {
  accounts: Pick<Accounts, 'authenticate' | 'changePassword' | 'disableForRemoval'>
  sessions: Pick<Sessions, 'goOn'>
  passkeys: Pick<Passkeys, 'remove'>
  endAccount: EndAccount
}

export function createOwnChanges(parts: OwnChangesParts) {
  const { accounts, sessions, passkeys, endAccount } = parts

  return {
    /**
     * All but this session ends.
     * @param current the present one; of no use where its owner has just proven who they are.
     * @throws Refusal `wrong_credentials`, `too_many_tries`, `busy`, `signed_out`, or what is wrong with the new one.
     */
    async changePassword(
      { account, session, actor, isFresh }: Signed,
      { current, password }: { current: string; password: string },
      browser: Phone,
    ): Promise<void> {
      const payer = payerOfPage(phoneName(browser.key), browser.address)
      if (!isFresh) await accounts.authenticate({ id: account.id, password: current }, payer)
      const how = { shares: sharesOf(payer), byOwner: true }
      const changed = await accounts.changePassword(account, password, actor, how)
      await sessions.goOn(session, changed.epoch)
    },

    /**
     * @param id the passkey's.
     * @throws Refusal `proof_too_old` (ASVS 7.5.1).
     */
    async removePasskey({ account, actor, isFresh }: Signed, id: string): Promise<void> {
      if (!isFresh) throw new Refusal('proof_too_old')
      await passkeys.remove(id, account, actor)
    },

    /**
     * Its owner wants the account gone: nobody signs in with it any more, what was begun is over, and a week
     * later it is erased.
     * @param typed its id, as its owner has typed it.
     * @throws Refusal `proof_too_old`, `wrong_credentials` where that is another one, `signed_out`.
     */
    async askForRemoval({ account, actor, isFresh }: Signed, typed: string): Promise<void> {
      if (!isFresh) throw new Refusal('proof_too_old')
      if (accountIdKey(typed) !== account.idKey) throw new Refusal('wrong_credentials')
      await accounts.disableForRemoval(account, actor)
      await endAccount(account, actor)
    },
  }
}
