import type { Accounts, Credentials } from '../accounts/accounts.ts'
import type { CreationOptions, Passkeys, RequestOptions } from '../accounts/passkeys.ts'
import type { Sessions, Signed } from '../accounts/sessions.ts'
import { Refusal } from '../errors.ts'
import type { Limit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import { payerOfPage } from '../limits/payer.ts'
import { phoneHash, phoneName } from '../protocol/phone-key.ts'
import { passkeyNames } from './new-passkeys.ts'
import type { Phone } from './phone.ts'

/**
 * Somebody opens the page of their own account, away from any kiosk: with a proof of their own, by password or
 * passkey. A phone that is remembered opens nothing here.
 */
export type OwnPage = ReturnType<typeof createOwnPage>

export interface OwnPageParts {
  accounts: Pick<Accounts, 'authenticate'>
  passkeys: Pick<Passkeys, 'requestOptions' | 'recognise' | 'creationOptions' | 'add'>
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

    /**
     * What the page may ask the browser for, to make a passkey; null where nobody has proven just now who they are,
     * or no browser makes one. @param site its name.
     */
    async newPasskey({ account, isFresh }: Signed, site: string, browser: Pick<Phone, 'key'>) {
      if (!isFresh) return null
      const visit = newName()
      const options = await passkeys.creationOptions(account, site, boundTo(visit, browser))
      return options && ({ ...options, visit } satisfies CreationOptions & { visit: string })
    },

    /**
     * Adds what the browser has made; the same once more changes nothing.
     * @throws Refusal `proof_too_old`, `passkey_wrong`.
     */
    async addPasskey(
      { account, actor, isFresh }: Signed,
      text: string,
      visit: string,
      browser: Phone,
    ): Promise<void> {
      if (!isFresh) throw new Refusal('proof_too_old')
      const name = passkeyNames[browser.kind]
      await passkeys.add(text, account, name, boundTo(visit, browser), actor)
    },
  }
}
