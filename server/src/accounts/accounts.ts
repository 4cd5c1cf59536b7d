import { Refusal, type RefusalCode } from '../errors.ts'
import { type Payer, sharesOf } from '../limits/payer.ts'
import type { Try, TryLimits } from '../limits/try-limits.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { unchanged } from '../store/change.ts'
import type { Invitation } from '../store/invitation.ts'
import { type AccountAdmin, type AccountAdminParts, createAccountAdmin } from './account-admin.ts'
import { accountIdKey } from './account-id.ts'
import { createNewAccounts, type NewAccount, type PreparedAccount } from './new-account.ts'
import { longestPassword, passwordLength, preparedPassword } from './new-password.ts'
import type { PasswordHasher } from './password.ts'
import { isOutdated } from './password-hash.ts'
import { subjectOf } from './subject.ts'
import type { UsualPlaces } from './usual-places.ts'

export interface Credentials {
  id: string
  password: string
}

/** A password as it is hashed here, and as it came. */
interface PasswordForms {
  prepared: string
  typed: string
  /** Decomposed, as Macs write Hangul: phones type it composed. */
  decomposed: string
}

/** Whose password it was. */
export interface Authenticated {
  account: Account
  /** Where it was, is known from then on; never fails. To be called beside what comes of it: both share a commit. */
  remember(): Promise<void>
}

/** Whose password it is, and which form of it was right. */
interface Proven {
  account: Account
  form: keyof PasswordForms
}

/** All that is done with accounts at a gate: what visitors do with their own, and the rest. */
export interface Accounts extends AccountAdmin {
  /**
   * A visitor's own new account, paid for like a guess, as it may tell who is here. Nothing is added
   * yet: whoever adds it does so with a change of their own.
   * @throws Refusal naming what is wrong with it, `too_many_tries` or `busy`.
   */
  prepare(
    account: NewAccount,
    by: Actor,
    payer: Payer,
    joining?: Joining,
  ): Promise<PreparedAccount & { invitation: Invitation | null }>
  /**
   * The account whose password this is; the same work and the same refusal for an unknown id, a
   * wrong password and a disabled account (ASVS 6.3.8).
   * @throws Refusal `wrong_credentials`, `too_many_tries` or `busy`.
   */
  authenticate(credentials: Credentials, payer: Payer): Promise<Authenticated>
  /**
   * Every path that issues anything asks here first.
   * @param epoch the account's, when somebody proved to be its owner: what has raised it since has ended that
   * too; null where an older gate has not written it down.
   * @throws Refusal `account_unusable`.
   */
  assertUsable(key: string, epoch?: number | null): Promise<Account>
  /** The stable, opaque name of an account at one relying party (OpenID Connect Core §8.1). */
  subject(account: Account, relyingParty: string): string
  /**
   * Somebody says that it was not them who signed in on this phone: it counts as a stranger's again.
   * @param key the account's.
   */
  forgetPhone(key: string, payer: Payer): Promise<void>
}

/** What comes with an account that a visitor adds. */
export interface Joining {
  /** The invitation, where one is needed: a wrong code is a guess like a wrong password. */
  invited?: (() => Promise<Invitation>) | undefined
  /** The version of the notice that was shown. */
  consent?: string | null
}

export interface AccountsParts extends AccountAdminParts {
  passwords: PasswordHasher
  tries: TryLimits
  places: UsualPlaces
  onError(error: unknown): void
}

export function createAccounts(parts: AccountsParts): Accounts {
  const { records, passwords, tries, places } = parts
  const admin = createAccountAdmin(parts)
  const newAccounts = createNewAccounts(parts)

  /**
   * Which form of the password the hash was made of, if any. Other systems hashed what was typed as it
   * came, so each other form is one more guess, in a turn of its own in the queue after the first. The same
   * for an unknown id: what it takes must not tell who is here. Three at most, and one for plain ASCII; an
   * ordinary space is not tried as one that does not break, which would be a fourth.
   */
  const matching = async (
    account: Account | null,
    forms: PasswordForms,
    shares: readonly string[],
  ): Promise<keyof PasswordForms | null> => {
    const hash = account?.passwordHash ?? null
    const tried = new Set<string>()
    for (const form of ['prepared', 'typed', 'decomposed'] as const) {
      const password = forms[form]
      if (tried.has(password)) continue
      tried.add(password)
      if (await passwords.matches(password, hash, shares)) return form
    }
    return null
  }

  /** @throws Refusal `wrong_credentials` or `busy`. */
  const proven = async (
    known: Account | null,
    forms: PasswordForms,
    shares: readonly string[],
  ): Promise<Proven> => {
    let account = known
    for (;;) {
      const form = await matching(account, forms, shares)
      // Hashing may have waited in its queue: meanwhile the account or its password may be gone. Read whatever
      // came of it, as what it takes must not tell whose password was right.
      const present = await records.byKey(account?.key ?? '')
      if (!form || !account) throw wrongCredentials(account)
      if (!present || present.disabledAt !== null) throw wrongCredentials(account)
      if (present.passwordHash === account.passwordHash) return { account: present, form }
      account = present
    }
  }

  /** A hash that is not as it would be made today is made anew while the password is at hand. */
  const refresh = async (
    { account: { key, passwordHash }, form }: Proven,
    { prepared }: PasswordForms,
    shares: readonly string[],
  ): Promise<void> => {
    if (form === 'prepared' && !isOutdated(passwordHash)) return
    try {
      const newer = await passwords.hash(prepared, shares)
      await records.update(key, old => {
        if (!old) throw new Refusal('account_unusable')
        // Meanwhile it may have another password, which this one must not replace.
        if (old.passwordHash !== passwordHash) return unchanged(old)
        return { next: { ...old, passwordHash: newer }, events: [], quiet: true }
      })
    } catch (error) {
      // The old hash goes on working; only a full queue is no news.
      if (!(error instanceof Refusal)) parts.onError(error)
    }
  }

  /** Does what a payer wants to have done; whoever was told nothing by it has paid nothing. */
  const paidBy = async <T>(payer: Payer, work: (tried: Try) => Promise<T>): Promise<T> => {
    const tried = await tries.begin(payer)
    try {
      return await work(tried)
    } catch (error) {
      if (!isPaid(error)) tried.unseen()
      throw error
    } finally {
      tried.over()
    }
  }

  return {
    ...admin,

    prepare: ({ id, name, password }, actor, payer, { invited, consent = null } = {}) =>
      paidBy(payer, async tried => {
        await tried.look()
        const make = async () => {
          // Who was not invited learns nothing of ids.
          const invitation = (await invited?.()) ?? null
          const event = { actor, ...detailOf(invitation, consent) }
          const how = { shares: sharesOf(payer), consent }
          return { ...(await newAccounts.make({ id, name, password }, event, how)), invitation }
        }
        return tried.told(make())
      }),

    authenticate: ({ id, password }, payer) =>
      paidBy(payer, async tried => {
        const forms = {
          prepared: preparedPassword(password),
          typed: password,
          decomposed: password.normalize('NFD'),
        }
        if (passwordLength(forms.prepared) > longestPassword) throw wrongCredentials(null)
        const known = await admin.byId(id)
        const { standing, remember } = await places.look(known, payer)
        const shares = sharesOf(payer)
        const look = async () => {
          await tried.look({ id: accountIdKey(id), standing })
          return tried.told(proven(known, forms, shares))
        }
        const right = await look().catch(error => {
          throw error instanceof Refusal ? ofAccount(error, known) : error
        })
        await refresh(right, forms, shares)
        tried.right()
        return { account: right.account, remember }
      }),

    async assertUsable(key, epoch) {
      const account = await records.byKey(key)
      if (!account || account.disabledAt !== null) throw new Refusal('account_unusable')
      if (account.epoch !== (epoch ?? account.epoch)) throw new Refusal('account_unusable')
      return account
    },

    subject: subjectOf,

    forgetPhone: (key, payer) => places.forgetPhone(key, payer),
  }
}

const paid = new Set<RefusalCode>(['wrong_credentials', 'invitation_wrong', 'too_many_tries'])

/** Whoever was told something has paid for it; who was not looked at comes again for nothing. */
function isPaid(error: unknown): boolean {
  return error instanceof Refusal && paid.has(error.code)
}

/** What the log keeps of how somebody came to have an account. */
function detailOf(invitation: Invitation | null, consent: string | null): Pick<LogEvent, 'detail'> {
  if (invitation === null && consent === null) return {}
  return {
    detail: {
      ...(invitation && { invitation: invitation.name }),
      ...(consent !== null && { consent }),
    },
  }
}

function wrongCredentials(account: Account | null): Refusal {
  return ofAccount(new Refusal('wrong_credentials'), account)
}

/** For the log only. */
function ofAccount(refusal: Refusal, account: Account | null): Refusal {
  return Object.assign(refusal, { account: account?.key })
}
