import type { Accounts } from '../accounts/accounts.ts'
import type { CreationOptions, Passkeys } from '../accounts/passkeys.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { allows } from '../protocol/policy.ts'
import type { SignIn } from '../protocol/sign-in-row.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Moves } from './moves.ts'
import type { Phone } from './phone.ts'

/** So long after a password was given its owner may add a passkey, in milliseconds. */
const fresh = 10 * 60_000

/** Has not ended as somebody else's. */
const good: ReadonlySet<SignIn['state']> = new Set(['approved', 'claimed', 'ended'])

export interface NewPasskeysParts {
  moves: Pick<Moves, 'ofPhone'>
  accounts: Pick<Accounts, 'assertUsable'>
  passkeys: Pick<Passkeys, 'creationOptions' | 'add'>
  clock: Clock
}

/**
 * A visitor who has just signed in by a password makes a passkey with the same phone: the sign-in is the
 * fresh proof (ASVS 7.5.1). Neither one tap nor another passkey is.
 */
export type NewPasskeys = ReturnType<typeof createNewPasskeys>

export function createNewPasskeys({ moves, accounts, passkeys, clock }: NewPasskeysParts) {
  const isFresh = ({ state, amr, approvedAt, provenAt, disownedAt }: SignIn) =>
    good.has(state) &&
    disownedAt === null &&
    amr?.includes('pwd') === true &&
    provenAt === null &&
    clock() < (approvedAt ?? 0) + fresh

  /** @throws Refusal where nobody has proven just now that the account is theirs. */
  const owner = async (signIn: SignIn, { policy }: Kiosk) => {
    if (!allows(policy, 'passkey')) throw new Refusal('method_not_allowed')
    if (!isFresh(signIn) || signIn.account === null) throw new Refusal('proof_too_old')
    return accounts.assertUsable(signIn.account, signIn.epoch)
  }

  return {
    /** What the page of a sign-in may ask the browser for; null where nothing is offered. @param site its name. */
    async offered(
      signIn: SignIn,
      kiosk: Kiosk,
      phoneKey: string,
      site: string,
    ): Promise<CreationOptions | null> {
      if (!isFresh(signIn)) return null
      try {
        const account = await owner(signIn, kiosk)
        const bound = { to: signIn.id, phoneHash: phoneHash(phoneKey, signIn.id) }
        return await passkeys.creationOptions(account, site, bound)
      } catch (error) {
        if (error instanceof Refusal && error.status < 500) return null
        throw error
      }
    },

    /**
     * Adds what the browser has made; the same once more changes nothing.
     * @param text the browser's answer as JSON.
     * @throws Refusal `not_your_phone`, `proof_too_old`, `method_not_allowed`, `account_unusable`, `passkey_wrong`.
     */
    async add(id: string, phone: Phone, text: string): Promise<void> {
      const { signIn, kiosk } = await moves.ofPhone(id, phone.key)
      const account = await owner(signIn, kiosk)
      const hash = phoneHash(phone.key, id)
      const by = { kind: 'phone', id: hash } as const
      await passkeys.add(text, account, passkeyNames[phone.kind], { to: id, phoneHash: hash }, by)
    },
  }
}

/** What a passkey is called until its owner calls it something else. */
export const passkeyNames = { iphone: 'iPhone', android: 'Android', other: '' } as const
