import type { Accounts, Credentials } from '../accounts/accounts.ts'
import type { Passkeys, RequestOptions } from '../accounts/passkeys.ts'
import type { Sessions } from '../accounts/sessions.ts'
import type { Limit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import { payerOfPage } from '../limits/payer.ts'
import { phoneHash, phoneName } from '../protocol/phone-key.ts'
import type { Phone } from './phone.ts'

/**
 * Somebody opens the page of their own account, away from any kiosk: with a proof of their own, by password or
 * passkey. A phone that is remembered opens nothing here.
 */
export type OwnPage = ReturnType<typeof createOwnPage>

export interface OwnPageParts {
  accounts: Pick<Accounts, 'authenticate'>
  passkeys: Pick<Passkeys, 'requestOptions' | 'recognise'>
  sessions: Pick<Sessions, 'begin'>
  /** Passkeys that are looked at, by network. */
  looks: Limit
  randomBytes(size: number): Uint8Array
}

export function createOwnPage({ accounts, passkeys, sessions, looks, randomBytes }: OwnPageParts) {
  const newName = () => Buffer.from(randomBytes(16)).toString('base64url')
  const boundTo = (visit: string, { key }: Pick<Phone, 'key'>) => {
    return { to: `page ${visit}`, phoneHash: phoneHash(key, visit) }
  }

  return {
    /** What the page may ask the browser for; null where no browser has passkeys for it. */
    passkeyOptions(browser: Pick<Phone, 'key'>): (RequestOptions & { visit: string }) | null {
      const visit = newName()
      const options = passkeys.requestOptions(boundTo(visit, browser))
      return options && { ...options, visit }
    },

    /**
     * @returns the secret of a new session.
     * @throws Refusal `wrong_credentials`, `too_many_tries` or `busy`.
     */
    async byPassword(credentials: Credentials, browser: Phone): Promise<string> {
      const payer = payerOfPage(phoneName(browser.key), browser.address)
      const { account, remember } = await accounts.authenticate(credentials, payer)
      const begun = sessions.begin({ account, amr: ['pwd'], once: newName() }, browser.key)
      const [secret] = await Promise.all([begun, remember()])
      return secret
    },

    /**
     * @param text the browser's answer as JSON.
     * @param visit as the page's options named it: a session is begun once for it.
     * @returns the secret of a new session.
     * @throws Refusal `passkey_wrong`, `too_many`.
     */
    async byPasskey(text: string, visit: string, browser: Phone): Promise<string> {
      looks.spend(networkOf(browser.address))
      const known = await passkeys.recognise(text, boundTo(visit, browser))
      const { account, passkey, also } = known
      const amr = [passkey.synced ? 'swk' : 'hwk', 'user']
      return sessions.begin({ account, amr, once: `page ${visit}`, passkeys: also }, browser.key)
    },
  }
}
