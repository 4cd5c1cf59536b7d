import { Refusal } from '../errors.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { unchanged } from '../store/change.ts'
import { accountEvent } from './account-event.ts'
import {
  type AccountField,
  type AccountFields,
  changedFields,
  requireFields,
} from './account-fields.ts'
import { accountIdKey, isAccountIdKey } from './account-id.ts'
import {
  type AdoptedAccount,
  createNewAccounts,
  type NewAccountsParts,
  operatorsShares,
  type PreparedAccount,
  passwordContext,
  type RegisteredAccount,
  type Registering,
} from './new-account.ts'
import { requireNewPassword } from './new-password.ts'
import { newRecovery, noRecovery } from './recovery.ts'

/** What is done with accounts while nobody signs in. */
export interface AccountAdmin {
  /** @throws Refusal naming what is wrong or taken, or `busy`. */
  register(account: RegisteredAccount, by: Actor, how?: Registering): Promise<Account>
  /**
   * An account from another system, with the hash made there; its first sign-in makes a new hash.
   * @throws Refusal naming what is wrong or taken.
   */
  adopt(account: AdoptedAccount, by: Actor): Promise<Account>
  /** Null when nobody has this id. */
  byId(id: string): Promise<Account | null>
  /**
   * Gives it another id, name or external id. Its key stays, and with it each `sub`, its usual places
   * and its sign-ins; the next claim tells what is new. A new id obeys the rules of any new one.
   * @returns what is another now; none where it was so already, and then nothing is written.
   * @throws Refusal naming what is wrong or taken.
   */
  change(account: Account, fields: AccountFields, by: Actor): Promise<AccountField[]>
  /**
   * Ends what was begun with the old one: remembered phones, sessions, a recovery.
   * @returns the account as it is then.
   * @throws Refusal naming what is wrong with it.
   */
  changePassword(
    account: Account,
    password: string,
    by: Actor,
    how?: ChangingPassword,
  ): Promise<Account>
  /** Takes effect at once: for the next sign-in, and for a claim of an earlier one. Ends remembered phones. */
  disable(account: Pick<Account, 'key'>, by: Actor): Promise<void>
  enable(account: Pick<Account, 'key'>, by: Actor): Promise<void>
  /**
   * The same as its owner asks for it; and it is due to be erased a week later, unless somebody enables it.
   * @throws Refusal `signed_out` where something has ended what its owner had begun.
   */
  disableForRemoval(account: Account, by: Actor): Promise<void>
  /**
   * Lets its owner set a new password; see {@link Recoveries}. A link of before is void.
   * @returns the link's secret, which is shown once. @throws Refusal `account_unusable`.
   */
  beginRecovery(account: Pick<Account, 'key'>, by: Actor): Promise<string>
}

export interface ChangingPassword extends Pick<Registering, 'shares'> {
  /** It is the account's owner who does so: nothing may have ended what they had begun since they were asked. */
  byOwner?: boolean
}

/** So long an account that its owner wants gone can be brought back, in milliseconds. */
export const removalDelay = 7 * 86_400_000

export interface AccountAdminParts extends NewAccountsParts {
  records: AccountRecords
}

/** What becomes of an account, and what the log keeps of it. */
interface Difference extends Pick<LogEvent, 'event' | 'detail'> {
  columns: Partial<Account>
}

export function createAccountAdmin(parts: AccountAdminParts): AccountAdmin {
  const { records, passwords, siteNames, clock, randomBytes } = parts
  const newAccounts = createNewAccounts(parts)

  const add = async ({ account, add }: PreparedAccount) => {
    await records.update(account.key, add)
    return account
  }

  /**
   * Changes an account that is there. @param decide null where it is so already, which a broken
   * connection may have hidden.
   */
  const update = async (
    key: string,
    actor: Actor,
    decide: (old: Account) => Difference | null,
  ): Promise<{ fields: AccountField[]; account: Account }> => {
    const at = clock()
    const { old, next } = await records.update(key, old => {
      if (!old || old.removedAt !== null) throw new Refusal('account_unusable')
      const difference = decide(old)
      if (difference === null) return unchanged(old)
      const { columns, event, detail } = difference
      return {
        next: { ...old, ...columns },
        events: [accountEvent(key, event, at, { actor, detail })],
      }
    })
    return { fields: changedFields(old ?? next, next), account: next }
  }

  return {
    register: async (account, actor, how = {}) =>
      add(await newAccounts.make(account, { actor }, how)),

    adopt: async (account, actor) =>
      add(newAccounts.adopted(account, { actor, detail: { from: 'import' } })),

    async byId(id) {
      const idKey = accountIdKey(id)
      return isAccountIdKey(idKey) ? records.byIdKey(idKey) : null
    },

    async change({ key }, wanted, by) {
      const columns = requireFields(wanted)
      const { fields } = await update(key, by, old => {
        const fields = changedFields(old, { ...old, ...columns })
        return fields.length > 0 ? { columns, event: 'account.changed', detail: { fields } } : null
      })
      return fields
    },

    async changePassword(
      { key, id, epoch },
      password,
      by,
      { shares = operatorsShares, byOwner = false } = {},
    ) {
      const context = passwordContext(id, siteNames)
      const secret = await requireNewPassword(password, context, shares)
      const passwordHash = await passwords.hash(secret, shares)
      const { account } = await update(key, by, old => {
        if (old.passwordHash === passwordHash) return null
        if (byOwner && old.epoch !== epoch) throw new Refusal('signed_out')
        const columns = { passwordHash, epoch: old.epoch + 1, ...noRecovery }
        return { columns, event: 'account.password_changed' }
      })
      return account
    },

    async disable({ key }, by) {
      const disabledAt = clock()
      await update(key, by, old =>
        old.disabledAt === null
          ? {
              columns: { disabledAt, epoch: old.epoch + 1, ...noRecovery },
              event: 'account.disabled',
            }
          : null,
      )
    },

    async disableForRemoval({ key, epoch }, by) {
      const disabledAt = clock()
      const deleteAt = disabledAt + removalDelay
      await update(key, by, old => {
        // A broken connection may have hidden that it was done.
        if (old.deleteAt === deleteAt) return null
        if (old.epoch !== epoch || old.disabledAt !== null) throw new Refusal('signed_out')
        const columns = { disabledAt, deleteAt, epoch: old.epoch + 1, ...noRecovery }
        return { columns, event: 'account.deletion_asked' }
      })
    },

    async enable({ key }, by) {
      const columns = { disabledAt: null, deleteAt: null }
      await update(key, by, old =>
        old.disabledAt === null ? null : { columns, event: 'account.enabled' },
      )
    },

    async beginRecovery({ key }, by) {
      const { link, columns } = newRecovery(clock, randomBytes)
      await update(key, by, old => {
        if (old.disabledAt !== null) throw new Refusal('account_unusable')
        if (old.recoveryHash === columns.recoveryHash) return null
        return { columns, event: 'account.recovery_begun' }
      })
      return link
    },
  }
}
